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
            _ name: String, _ size: Int, owner: @escaping (World) -> LocalMember
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
            let scenarios = [
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
            return scenarios.map { scenario in
                var scenario = scenario
                scenario.classes = [0, 2]
                return scenario
            }
        }
    }

    // MARK: Tasks

    extension Scenario {
        private static func work(
            _ name: String, count: Int = 2, kind: Int, argument: Int, retries: RetryPolicy = .never,
            prepare: @escaping (World) throws -> Void = { _ in }
        ) -> Scenario {
            var scenario = Scenario("task-\(name)", marksItself: true, attempts: retries.limit + 1) { world in
                try world.submit(count, kind: kind, argument: argument, retries: retries)
                try prepare(world)
                world.arena.header.phase.advance(to: .draining)
            } operate: { world in
                var worker = Worker(world.core.mapping, member: 1, doorbell: world.core.supervision.doorbell)
                guard worker.run(ForkedSetup()) == 0 else { throw Broken("the worker failed to start") }
            }
            scenario.retriesCrash = retries.onCrash
            return scenario
        }

        /// Tasks of several priorities, of which the victim takes those of the other rings as well.
        private static var prioritized: Scenario {
            var scenario = work("priorities", count: 1, kind: 0, argument: 8)
            let prepare = scenario.prepare
            scenario.prepare = { world in
                for priority in [TaskOptions.Priority.high, .low, .high] {
                    try world.submit(1, kind: World.block, argument: 8, priority: priority)
                }
                try prepare(world)
            }
            return scenario
        }

        /// Calls that every worker makes.
        private static var calls: Scenario {
            var scenario = work("calls", count: 0, kind: 0, argument: 1) { world in
                for number in 0..<2 {
                    let arguments = ArgumentList(number, World.block, [UInt8(number)])
                    world.futures += try world.core.everywhere(Invocation(ValueFunction { perform }, arguments))
                }
            }
            scenario.areCalls = true
            return scenario
        }

        /// Tasks that leave because they are asked to.
        private static var leaving: Scenario {
            var scenario = work("leaves", kind: World.leaving, argument: 8) { world in
                // The first ones are taken first.
                for number in 0..<world.futures.count {
                    let requests = world.arena.slot(number).requests
                    requests.askForEnd()
                    requests.requestEnd()
                }
            }
            scenario.areCancelled = true
            return scenario
        }

        /// Tasks whose results nobody will read, so that their worker gives these back.
        private static func abandoned(_ name: String, kind: Int) -> Scenario {
            var scenario = work("abandoned-\(name)", kind: kind, argument: 8) { $0.futures = [] }
            scenario.areAbandoned = true
            return scenario
        }

        /// A supervisor ends the tasks that wait in each of the rings.
        static var ending: [Scenario] {
            var scenario = Scenario("end-queued") { world in
                try world.submit(1, kind: 0, argument: World.block)
                // A task that goes round by the ring of those that a worker has had.
                claim(world)
                Recovery(world.core.mapping).recover(3, .killed)
                for priority in [TaskOptions.Priority.normal, .high, .low] {
                    try world.submit(1, kind: 0, argument: 8, priority: priority)
                }
                world.arena.header.phase.advance(to: .draining)
            } operate: { world in
                world.supervisor.settleQueuedTasks()
            }
            scenario.endsQueued = true
            return [scenario]
        }

        /// Has a worker take a task and die before it begins.
        private static func claim(_ world: World) {
            let member = world.arena.member(3)
            _ = world.arena.tasks.claim(by: 3) { member.slot.store(SlotNumber(index: $0)) }
        }

        static var tasks: [Scenario] {
            [
                work("inline", kind: 0, argument: 8),
                prioritized, calls,
                work("three", count: 3, kind: 0, argument: 8),
                work("watched", count: 3, kind: 0, argument: 8) { $0.watchTasks() },
                work("watched-throws", kind: -1, argument: 8) { $0.watchTasks() },
                work("block-arguments", kind: 8, argument: World.block),
                work("block-result", kind: World.block, argument: 8),
                work("run-result", kind: World.run, argument: 8),
                abandoned("result", kind: World.block), abandoned("run-result", kind: World.run),
                work("throws", kind: -1, argument: 8),
                // Cancelled by force and asked to end, it leaves, and its worker ends it as cancelled.
                leaving,
                // The slots go round by the other ring.
                work("requeued", kind: World.block, argument: World.block) { world in
                    for _ in 0..<2 {
                        claim(world)
                        Recovery(world.core.mapping).recover(3, .killed)
                    }
                },
                // Another worker is dead too, and its task is to be requeued with the victim's.
                work("two-dead", count: 2, kind: 0, argument: 8) { world in
                    try world.submit(1, kind: 0, argument: 8)
                    // The third worker takes the last task; the victim finds the others by the other ring.
                    for _ in 0..<2 {
                        claim(world)
                        Recovery(world.core.mapping).recover(3, .killed)
                    }
                    claim(world)
                },
                // One task, because nobody plays the supervisor, who takes what is handed back, while the victim lives.
                work("retried-error", count: 1, kind: -1, argument: 8, retries: .onErrors(Broken.self, limit: 1)),
                // The victim claims and begins the task that is retried while it is watched.
                work("then-retried-error", count: 1, kind: 0, argument: 8, retries: .onErrors(Broken.self, limit: 1)) {
                    try $0.submit(1, kind: -1, argument: 8, retries: .onErrors(Broken.self, limit: 1))
                },
                work("retried-crash", kind: World.block, argument: 8, retries: .onCrash(1)),
                work(
                    "retried", count: 1, kind: -1, argument: 8, retries: .onErrors(Broken.self, limit: 2, orCrash: true)
                ),
            ]
        }
    }
#endif
