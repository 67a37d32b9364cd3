#if DEBUG || TESTABLE
    import CPtrace
    import Glibc
    import MultitaskingCore
    @testable import MultitaskingProcesses

    // MARK: Channels that count bytes

    extension Scenario {
        private static let counted = ChannelOptions(byteCapacity: 1 << 20)

        static var bytes: [Scenario] {
            [
                send("bytes", World.inline, counted),
                send("bytes-block", World.block, counted),
                send("bytes-append", World.inline, counted, places: 28),
                Scenario("send-bytes-full", ChannelOptions(byteCapacity: 1000)) { world in
                    try world.fillWithTwo()
                } operate: { world in
                    if try world.victimEnd.send(Item(1, 0).bytes(World.inline), wait: .never) {
                        throw Broken("sent when full")
                    }
                },
                receive("bytes", World.block, counted),
                receive("bytes-next-segment", World.inline, counted, places: 29, takes: 2),
            ]
        }
    }

    // MARK: Channels that redeliver

    extension Scenario {
        private static let redelivers = ChannelOptions(redelivers: true)

        /// - Parameters:
        ///   - holds: how many items the victim has received when it begins.
        ///   - returned: how many items have come back from another one that died.
        ///   - ends: whether the victim's task has ended when it begins.
        private static func redeliver(
            _ name: String, _ size: Int = World.inline, _ options: ChannelOptions = redelivers, places: Int = 0,
            count: Int = 4, holds: Int = 0, returned: Int = 0, takes: Int = 0, hasTaken: Int = 0, closes: Bool = false,
            ends: Bool = false, isOneBatch: Bool = false, operate: @escaping (World) throws -> Void
        ) -> Scenario {
            Scenario("redeliver-\(name)", options, takes: takes, hasTaken: hasTaken, closes: closes) { world in
                // Once before, so that what is done only once in a process is done.
                _ = try world.survivorEnd.send(Item(2, 200).bytes(size), wait: .never)
                _ = try world.victimEnd.receive(as: [UInt8].self)
                try world.victimEnd.taskDone()
                try world.turn(places)
                let items = (0..<count).map { Item(0, UInt8($0)) }
                if isOneBatch {
                    try world.sendBatch(items, size)
                } else {
                    try world.send(items, size, through: world.channel)
                }
                world.runTask(by: world.victimIndex)
                if returned > 0 { try world.dieHolding(returned) }
                for _ in 0..<holds { try world.take(by: world.victimEnd) }
                if ends { world.endTask(by: world.victimIndex) }
            } operate: { world in
                try operate(world)
            }
        }

        static var redelivering: [Scenario] {
            [
                redeliver("receive") { try $0.take(by: $0.victimEnd) },
                redeliver("receive-block", World.block) { try $0.take(by: $0.victimEnd) },
                redeliver("receive-bounded", World.block, ChannelOptions(byteCapacity: 10_000, redelivers: true)) {
                    try $0.take(by: $0.victimEnd)
                },
                redeliver("receive-next-segment", places: 29) { world in
                    for _ in 0..<2 { try world.take(by: world.victimEnd) }
                },
                redeliver("receive-from-batch", isOneBatch: true) { world in
                    for _ in 0..<2 { try world.take(by: world.victimEnd) }
                },
                redeliver("again-from-batch", returned: 2, isOneBatch: true) { world in
                    for _ in 0..<3 { try world.take(by: world.victimEnd) }
                },
                redeliver("again", World.block, returned: 2) { try $0.take(by: $0.victimEnd) },
                redeliver("again-all", returned: 2) { world in
                    for _ in 0..<3 { try world.take(by: world.victimEnd) }
                },
                redeliver("report", holds: 2, takes: 1) { try $0.victimEnd.taskDone() },
                redeliver("report-block", World.block, holds: 2, takes: 1) { try $0.victimEnd.taskDone() },
                redeliver("report-both", World.run, holds: 2, takes: 2) { world in
                    for _ in 0..<2 { try world.victimEnd.taskDone() }
                },
                // The last place of a segment that the head has left: the reporter gives it back.
                redeliver("report-retire", places: 29, holds: 3, takes: 2) { world in
                    for _ in 0..<2 { try world.victimEnd.taskDone() }
                },
                redeliver("close", World.block, holds: 2) { $0.victimEnd.close() },
                redeliver("close-discarding", World.block, returned: 2, takes: 4, closes: true) { world in
                    guard world.victimEnd.close(discarding: true) == 4 else { throw Broken("discarded too few") }
                },
                // The task has ended: what it did not report does not come back.
                redeliver("release", World.block, holds: 2, takes: 2, hasTaken: 2, ends: true) { world in
                    world.victim.holdings.release(as: world.victim)
                },
            ]
        }
    }

    extension World {
        /// Receives one item, which must be the next one that was sent and is in the channel.
        func take(by end: ProcessChannel) throws {
            guard try end.receive(as: [UInt8].self).flatMap(Item.init) != nil else {
                throw Broken("nothing to receive")
            }
        }

        private func slot(of member: Int) -> TaskSlot { arena.slot(1000 + member) }

        /// Makes it look as if a worker was running a task.
        func runTask(by index: Int) {
            let slot = slot(of: index)
            slot.prepare(kind: .portable, function: 0, options: .default, stamp: nil)
            slot.word.store(
                SlotWord(.claimed, member: index, ticket: Ticket(position: 9, ring: .normal)))
            let member = arena.member(index)
            member.slot.store(slot.number)
            member.enter(.running)
        }

        /// Makes it look as if that task had ended.
        func endTask(by index: Int) {
            let slot = slot(of: index)
            slot.word.store(slot.word.load().with(.done, member: index))
        }

        /// Has the third worker receive items and die.
        func dieHolding(_ count: Int) throws {
            runTask(by: 3)
            let end = try ProcessChannel(channel.reference, membership: LocalMember(core.mapping, member: 3))
            for _ in 0..<count { try take(by: end) }
            Recovery(core.mapping).recover(3, .killed)
            let waiting = channel.status.count
            guard waiting == queued.count else { throw Broken("\(waiting) items wait after the third worker's death") }
        }
    }
#endif
