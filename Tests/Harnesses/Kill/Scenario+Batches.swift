#if DEBUG || TESTABLE
    import CPtrace
    import Glibc
    import MultitaskingCore
    @testable import MultitaskingProcesses

    // MARK: Batches

    extension Scenario {
        private static func items(_ count: Int) -> [Item] { (0..<count).map { Item(1, UInt8($0)) } }

        /// - Parameters:
        ///   - sizes: of the elements that the victim sends.
        ///   - accepted: how many of them there is room for.
        private static func sendBatch(
            _ name: String, _ sizes: [Int], accepted: Int? = nil, _ options: ChannelOptions = ChannelOptions(),
            places: Int = 0, then prepare: @escaping (World) -> Void = { _ in }
        ) -> Scenario {
            let count = accepted ?? sizes.count
            return Scenario("send-batch-\(name)", options, sends: items(count)) { world in
                // Once before, so that what is done only once in a process is done.
                for size in sizes { _ = try world.victimEnd.send(contentsOf: [Item(1, 200).bytes(size)], wait: .never) }
                _ = try world.survivorEnd.receive(upTo: sizes.count, as: [UInt8].self)
                for _ in sizes { try world.survivorEnd.taskDone() }
                try world.turn(places)
                try world.send([Item(0, 0), Item(0, 1)], World.inline, through: world.channel)
                prepare(world)
            } operate: { world in
                let batch = zip(items(sizes.count), sizes).map { $0.bytes($1) }
                let sent = try world.victimEnd.send(contentsOf: batch, wait: .never)
                guard sent == count else { throw Broken("\(sent) were sent of \(count)") }
            }
        }

        private static func receiveBatch(
            _ name: String, _ size: Int, takes: Int, count: Int, _ options: ChannelOptions = ChannelOptions(),
            places: Int = 0, isOneBatch: Bool = false
        ) -> Scenario {
            Scenario("receive-batch-\(name)", options, takes: takes) { world in
                _ = try world.survivorEnd.send(contentsOf: [Item(2, 200).bytes(size)], wait: .never)
                _ = try world.victimEnd.receive(upTo: 2, as: [UInt8].self)
                try world.survivorEnd.taskDone()
                try world.turn(places)
                let items = (0..<count).map { Item(0, UInt8($0)) }
                if isOneBatch {
                    try world.sendBatch(items, size)
                } else {
                    try world.send(items, size, through: world.channel)
                }
            } operate: { world in
                let found = try world.victimEnd.receive(upTo: takes, as: [UInt8].self, wait: .never).compactMap(
                    Item.init)
                guard found == (0..<takes).map({ Item(0, UInt8($0)) }) else { throw Broken("received \(found)") }
            }
        }

        /// The victim takes elements one by one that were sent as one.
        private static func receiveFromBatch(
            _ name: String, takes: Int, count: Int, _ options: ChannelOptions = ChannelOptions(), places: Int = 0
        ) -> Scenario {
            Scenario("receive-from-batch-\(name)", options, takes: takes) { world in
                _ = try world.survivorEnd.send(Item(2, 200).bytes(World.inline), wait: .never)
                _ = try world.victimEnd.receive(as: [UInt8].self)
                try world.survivorEnd.taskDone()
                try world.turn(places)
                try world.sendBatch((0..<count).map { Item(0, UInt8($0)) }, World.inline)
            } operate: { world in
                for number in 0..<takes {
                    guard try world.victimEnd.receive(as: [UInt8].self).flatMap(Item.init) == Item(0, UInt8(number))
                    else { throw Broken("another element than \(number)") }
                }
            }
        }

        private static func sendVectors(_ name: String, count: Int, places: Int = 0) -> Scenario {
            Scenario("send-vectors-\(name)", sends: items(count)) { world in
                _ = try world.victimEnd.send(contentsOf: [Item(1, 200).vector], wait: .never)
                _ = try world.survivorEnd.receive(as: SIMD8<UInt64>.self)
                try world.survivorEnd.taskDone()
                try world.turn(places)
                try world.sendVectors([Item(0, 0), Item(0, 1)])
            } operate: { world in
                let sent = try world.victimEnd.send(contentsOf: items(count).map(\.vector), wait: .never)
                guard sent == count else { throw Broken("\(sent) were sent of \(count)") }
            }
        }

        /// The victim takes vectors that were sent as one, each so many at once: of the first ones, the others are
        /// described by what it has taken.
        private static func receiveVectors(
            _ name: String, _ takes: [Int], count: Int, places: Int = 0, leavesBlocks: Bool = false
        ) -> Scenario {
            let total = takes.reduce(0, +)
            return Scenario("receive-vectors-\(name)", takes: total) { world in
                _ = try world.survivorEnd.send(contentsOf: [Item(2, 200).vector], wait: .never)
                _ = try world.victimEnd.receive(as: SIMD8<UInt64>.self)
                try world.survivorEnd.taskDone()
                if leavesBlocks { try world.leaveBlocksInCells() }
                try world.turn(places)
                try world.sendVectors((0..<count).map { Item(0, UInt8($0)) })
            } operate: { world in
                var found: [Item?] = []
                for take in takes {
                    if take == 1 {
                        found.append(try world.victimEnd.receive(as: SIMD8<UInt64>.self).flatMap(Item.init))
                    } else {
                        let vectors = try world.victimEnd.receive(upTo: take, as: SIMD8<UInt64>.self, wait: .never)
                        found += vectors.map(Item.init)
                    }
                }
                guard found == (0..<total).map({ Item(0, UInt8($0)) }) else { throw Broken("received \(found)") }
            }
        }

        /// The victim fills the cells of a batch, when another makes them void: it must claim others.
        private static func overtakenBatch(_ name: String, isPassed: Bool, places: Int = 0) -> Scenario {
            var scenario = Scenario("send-overtaken-batch-\(name)", sends: items(3)) { world in
                _ = try world.victimEnd.send(contentsOf: [Item(1, 200).bytes(World.inline)], wait: .never)
                _ = try world.survivorEnd.receive(as: [UInt8].self)
                try world.survivorEnd.taskDone()
                try world.turn(places)
                // They are sent while the victim is in the middle.
                world.queued = [Item(0, 0), Item(0, 1)]
            } operate: { world in
                try world.claimByVictim(3) { cell in
                    world.channel.queue.makeVoid(cell, cell.word.load())
                    if isPassed {
                        _ = try world.channel.send(Item(9, 0).bytes(World.inline), wait: .never)
                        guard try world.survivorEnd.receive(as: [UInt8].self) == Item(9, 0).bytes(World.inline) else {
                            throw Broken("the places hide what is behind them")
                        }
                        try world.survivorEnd.taskDone()
                    }
                    for item in world.queued { _ = try world.channel.send(item.bytes(World.inline), wait: .never) }
                    pt_mark()
                }
                let sent = try world.victimEnd.send(contentsOf: items(3).map { $0.bytes(World.inline) }, wait: .never)
                guard sent == 3 else { throw Broken("\(sent) were sent of 3") }
            }
            scenario.marksItself = true
            return scenario
        }

        static var batches: [Scenario] {
            let inline = World.inline
            return [
                sendBatch("inline", [inline, inline, inline]),
                sendBatch("mixed", [inline, World.block, inline]),
                sendBatch("fits", [inline, inline, inline], accepted: 2, ChannelOptions(capacity: 4)),
                sendBatch("bytes", [inline, inline], ChannelOptions(byteCapacity: 1 << 20)),
                // The last two places of the first segment, then the first one of the second.
                sendBatch("append", [inline, inline, inline], places: 24),
                sendBatch("wakes", [inline, inline]) { $0.channel.queue.header.receivers.sleepers.add(1) },
                receiveBatch("inline", inline, takes: 3, count: 4),
                receiveBatch("all", inline, takes: 3, count: 3),
                receiveBatch("block", World.block, takes: 2, count: 3),
                receiveBatch("bounded", inline, takes: 2, count: 3, ChannelOptions(capacity: 3)),
                receiveBatch("next-segment", inline, takes: 3, count: 4, places: 28),
                // Sent as one, and taken as one, in part, or one by one.
                receiveBatch("whole", inline, takes: 3, count: 3, isOneBatch: true),
                receiveBatch("part", inline, takes: 3, count: 5, isOneBatch: true),
                receiveBatch("part-bounded", inline, takes: 2, count: 3, ChannelOptions(capacity: 3), isOneBatch: true),
                // The last two places of the first segment, then the first one of the second.
                receiveBatch("parts", inline, takes: 3, count: 5, places: 28, isOneBatch: true),
                receiveFromBatch("some", takes: 2, count: 4),
                sendVectors("some", count: 3),
                // The last two places of the first segment, then the first one of the second.
                sendVectors("append", count: 3, places: 26),
                receiveVectors("whole", [3], count: 3),
                receiveVectors("part", [2], count: 4),
                receiveVectors("one-by-one", [1, 1], count: 4),
                receiveVectors("mixed", [1, 2, 1], count: 6),
                receiveVectors("retire", [1, 1], count: 2, places: 28),
                // What the cells say that are described by another one is of earlier elements, long gone.
                receiveVectors("after-blocks", [1, 2, 1], count: 6, places: 3, leavesBlocks: true),
                receiveFromBatch("retire", takes: 2, count: 2, places: 29),
                overtakenBatch("unseen", isPassed: false),
                overtakenBatch("passed", isPassed: true),
                // The last three places of the first segment, which the head has left.
                overtakenBatch("retire", isPassed: true, places: 27),
                Scenario("receive-overtakes-batch", takes: 1) { world in
                    try world.turn(27)
                    try world.leaveUnfilled(3)
                    try world.send([Item(0, 0), Item(0, 1)], inline, through: world.channel)
                } operate: { world in
                    guard try world.victimEnd.receive(as: [UInt8].self) == Item(0, 0).bytes(inline) else {
                        throw Broken("the places hide what is behind them")
                    }
                },
                Scenario("send-overtakes-batch", ChannelOptions(capacity: 5), sends: [Item(1, 0)]) { world in
                    try world.send([Item(0, 0)], inline, through: world.channel)
                    try world.leaveUnfilled(3)
                    try world.send([Item(0, 1)], inline, through: world.channel)
                } operate: { world in
                    guard try world.victimEnd.send(Item(1, 0).bytes(inline), wait: .never) else {
                        throw Broken("the channel is full of what is not in it")
                    }
                },
            ]
        }
    }

    extension World {
        /// Has the victim claim places for a batch, which another makes void in `interrupt`.
        fileprivate func claimByVictim(_ count: Int, interrupt: (Cell) throws -> Void) throws {
            var failure: (any Error)?
            let sent = try victim.journal.withEntry { journal in
                defer { journal.clear() }
                return try victimEnd.queue.sendSpan(upTo: count, journal: journal) { cell, claimed in
                    if claimed != count { failure = Broken("\(claimed) places were claimed") }
                    do { try interrupt(cell) } catch { failure = error }
                }
            }
            if let failure { throw failure }
            guard sent.count == 0 else { throw Broken("sent although the places are void") }
        }

        /// Sends and receives large elements until the segments that come next were theirs.
        fileprivate func leaveBlocksInCells() throws {
            for number in 0..<3 * Segment.cells {
                _ = try channel.send(Item(9, UInt8(number)).bytes(Self.block), wait: .never)
                guard try Item.receive(from: survivorEnd) != nil else { throw Broken("nothing to receive") }
                try survivorEnd.taskDone()
            }
            let header = channel.queue.header
            while header.tail.load() % UInt64(Segment.cells) != 0 { try turn(1) }
        }

        /// Leaves places that were claimed as one and will not be filled: see ``leaveUnfilled()``.
        fileprivate func leaveUnfilled(_ count: Int) throws {
            try leaveClaimed { queue, journal in
                _ = try queue.sendSpan(upTo: count, journal: journal) { _, _ in _exit(0) }
            }
        }
    }
#endif
