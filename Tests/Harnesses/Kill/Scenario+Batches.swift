#if DEBUG || TESTABLE
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
            places: Int = 0
        ) -> Scenario {
            Scenario("receive-batch-\(name)", options, takes: takes) { world in
                _ = try world.survivorEnd.send(contentsOf: [Item(2, 200).bytes(size)], wait: .never)
                _ = try world.victimEnd.receive(upTo: 2, as: [UInt8].self)
                try world.survivorEnd.taskDone()
                try world.turn(places)
                try world.send((0..<count).map { Item(0, UInt8($0)) }, size, through: world.channel)
            } operate: { world in
                let found = try world.victimEnd.receive(upTo: takes, as: [UInt8].self, wait: .never).compactMap(
                    Item.init)
                guard found == (0..<takes).map({ Item(0, UInt8($0)) }) else { throw Broken("received \(found)") }
            }
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
            ]
        }
    }
#endif
