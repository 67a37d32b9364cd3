#if DEBUG || TESTABLE
    import CPtrace
    import MultitaskingCore
    @testable import MultitaskingProcesses

    // MARK: Blocks

    extension Scenario {
        private static func allocate(
            _ name: String, _ size: Int, prepare: @escaping (World) throws -> Void = { _ in }
        ) -> Scenario {
            Scenario("allocate-\(name)", prepare: prepare) { world in
                try world.victim.journal.withEntry { journal in
                    let block = try world.victim.heap.allocate(size, journal: journal)
                    world.victim.heap.free(block)
                    journal.clear()
                }
            }
        }

        private static func free(
            _ name: String, _ size: Int, owner: @escaping (World) -> Membership
        ) -> Scenario {
            Scenario("free-\(name)") { world in
                let journal = JournalEntry(arena: world.arena, offset: nil)
                world.references.append(try owner(world).heap.allocate(size, journal: journal))
            } operate: { world in
                // As a receiver does: the element names the block until it is free.
                world.victim.journal.withEntry { journal in
                    journal.block = world.references[0]
                    world.victim.heap.free(world.references[0])
                    journal.clear()
                }
            }
        }

        static var blocks: [Scenario] {
            [
                allocate("small", 200),
                allocate("run", 600_000),
                allocate("three-chunks", 3 << 20),
                // Chunks that are free with their pages in memory.
                allocate("warm-chunks", 3 << 20) { world in
                    let journal = JournalEntry(arena: world.arena, offset: nil)
                    let block = try world.survivor.heap.allocate(4 << 20, journal: journal)
                    world.survivor.heap.free(block)
                },
                // A chunk that was a large block before is cut into small ones.
                allocate("fresh-chunk", 100_000) { world in
                    let journal = JournalEntry(arena: world.arena, offset: nil)
                    let block = try world.survivor.heap.allocate(4 << 20, journal: journal)
                    world.survivor.heap.free(block)
                },
                // All of the victim's own are in use, others have freed some.
                allocate("collected", 200) { world in
                    let journal = JournalEntry(arena: world.arena, offset: nil)
                    let blocks = try (0..<32).map { _ in try world.victim.heap.allocate(200, journal: journal) }
                    for block in blocks { world.survivor.heap.free(block) }
                },
                free("own", 200) { $0.victim },
                free("others", 200) { $0.survivor },
                free("clients", 900) { $0.core.membership },
                free("own-run", 3 << 20) { $0.victim },
                free("others-run", 3 << 20) { $0.survivor },
                // More than is kept warm: the pages are given back.
                free("cold-run", 20 << 20) { $0.survivor },
            ]
        }
    }

    // MARK: Tasks

    extension Scenario {
        private static func work(
            _ name: String, count: Int = 2, kind: Int, argument: Int, retries: Bool = false
        ) -> Scenario {
            Scenario("task-\(name)", marksItself: true) { world in
                try world.submit(count, kind: kind, argument: argument)
                if retries {
                    // Claimed by a worker that died before it began: the slots go round by the other ring.
                    for _ in 0..<count {
                        let jobs = JobRing(arena: world.arena, isRetry: false)
                        let member = Member(arena: world.arena, index: 3)
                        _ = jobs.claim(by: 3) { member.slot.store(UInt64($0 + 1)) }
                        Recovery(world.core.mapping).recover(3, .init(status: 9, peakMemory: 0))
                    }
                }
                PoolPhase(world.arena).advance(to: .draining)
            } operate: { world in
                var worker = Worker(world.core.mapping, member: 1, doorbell: world.core.doorbell)
                guard worker.run(initializer: nil) == 0 else { throw Broken("the worker failed to start") }
            }
        }

        static var tasks: [Scenario] {
            [
                work("inline", kind: 0, argument: 8),
                work("three", count: 3, kind: 0, argument: 8),
                work("block-arguments", kind: 8, argument: World.block),
                work("block-result", kind: World.block, argument: 8),
                work("run-result", kind: World.run, argument: 8),
                work("throws", kind: -1, argument: 8),
                work("retry", kind: World.block, argument: World.block, retries: true),
            ]
        }
    }
#endif
