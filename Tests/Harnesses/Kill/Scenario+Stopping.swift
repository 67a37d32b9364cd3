#if DEBUG || TESTABLE
    import CPtrace
    import MultitaskingCore
    import MultitaskingSerialization
    @testable import MultitaskingProcesses

    // MARK: Members that are stopped and go on

    extension Scenario {
        /// What the victim may do while it is stopped before one of its writes, and others use the channel.
        private static func stop(
            _ name: String, _ options: ChannelOptions = ChannelOptions(), places: Int = 0, queued: Int = 2,
            isOneBatch: Bool = false, operate: @escaping (World) throws -> Void
        ) -> Scenario {
            Scenario("stop-\(name)", options) { world in
                // Once before, so that what is done only once in a process is done.
                _ = try world.victimEnd.send(Item(1, 200).bytes(World.inline), wait: .never)
                _ = try world.victimEnd.receive(as: [UInt8].self)
                try world.victimEnd.taskDone()
                try world.turn(places)
                let items = (0..<queued).map { Item(0, UInt8($0)) }
                if isOneBatch {
                    try world.sendBatch(items, World.inline)
                } else {
                    try world.send(items, World.inline, through: world.channel)
                }
            } operate: { world in
                try operate(world)
            }
        }

        private static func stopSender(
            _ name: String, _ options: ChannelOptions = ChannelOptions(), _ size: Int = World.inline, places: Int = 0
        ) -> Scenario {
            stop("send-\(name)", options, places: places) { world in
                if try world.victimEnd.send(Item(1, 0).bytes(size), wait: .never) { Scoreboard.set(Scoreboard.sent, 1) }
            }
        }

        private static func stopBatchSender(_ options: ChannelOptions, _ name: String, places: Int = 0) -> Scenario {
            stop("send-batch-\(name)", options, places: places) { world in
                let batch = (0..<3).map { Item(1, UInt8($0)).bytes(World.inline) }
                Scoreboard.set(Scoreboard.sent, UInt64(try world.victimEnd.send(contentsOf: batch, wait: .never)))
            }
        }

        private static func stopBatchReceiver(
            _ options: ChannelOptions, _ name: String, places: Int = 0, queued: Int = 2, isOneBatch: Bool = false
        ) -> Scenario {
            var scenario = stop(
                "receive-batch-\(name)", options, places: places, queued: queued, isOneBatch: isOneBatch
            ) { world in
                for _ in try world.victimEnd.receive(upTo: 2, as: [UInt8].self, wait: .never) {
                    try world.victimEnd.taskDone()
                }
            }
            scenario.takes = 2
            return scenario
        }

        private static func stopReceiver(
            _ name: String, _ options: ChannelOptions = ChannelOptions(), places: Int = 0, reports: Bool = true
        ) -> Scenario {
            stop("receive-\(name)", options, places: places) { world in
                guard let bytes = try world.victimEnd.receive(as: [UInt8].self), let item = Item(bytes) else { return }
                Scoreboard.set(Scoreboard.received, UInt64(item.sender) << 8 | UInt64(item.number) | 1 << 16)
                if reports { try world.victimEnd.taskDone() }
            }
        }

        /// Only for the mode that stops.
        static var stopping: [Scenario] {
            let (bounded, bytes) = (ChannelOptions(capacity: 3), ChannelOptions(byteCapacity: 60))
            return [
                stopSender("unbounded"), stopSender("block", ChannelOptions(), World.block),
                stopSender("append", places: 28), stopSender("bounded", bounded),
                stopSender("bytes", bytes), stopSender("redelivers", ChannelOptions(redelivers: true)),
                stopReceiver("unbounded"), stopReceiver("bounded", bounded), stopReceiver("bytes", bytes),
                stopBatchSender(ChannelOptions(), "unbounded"), stopBatchSender(ChannelOptions(), "append", places: 27),
                stopBatchReceiver(ChannelOptions(), "unbounded"), stopBatchReceiver(bounded, "bounded"),
                stopBatchReceiver(ChannelOptions(), "retire", places: 28),
                stopBatchReceiver(ChannelOptions(), "whole", isOneBatch: true),
                stopBatchReceiver(ChannelOptions(), "part", queued: 4, isOneBatch: true),
                stopReceiver("retire", places: 28), stopReceiver("redelivers", ChannelOptions(redelivers: true)),
            ]
        }
    }

    extension Scoreboard {
        /// Whether the victim's element was accepted.
        static let sent = 2
        /// What the victim has received; see `Scenario.stopping`.
        static let received = 3
        /// What others have received of the victim's element while it was stopped.
        static let early = 4
    }

    extension Checks {
        /// Others use the channel while the victim is stopped: they must not notice.
        ///
        /// What the victim is about to receive or has sent may be there or not, but everything else must be.
        func useChannelOfStopped() throws {
            let (channel, peer) = (world.channel, world.survivorEnd)
            let isReceiver = scenario.name.hasPrefix("stop-receive")
            let after = Item(2, 0)
            let hasSent = try peer.send(after.bytes(World.inline), wait: .never)
            var received = try drain(channel)
            let early = received.filter { $0.sender == 1 }
            received.removeAll { $0.sender == 1 }
            Scoreboard.set(Scoreboard.early, UInt64(early.count))
            if early.isEmpty {
                try expect(hasSent, "a channel with room for one more is full")
            }
            let sent = world.queued + (hasSent ? [after] : [])
            let story = "; received \(received) of \(sent)"
            let missing = sent.count - received.count
            try expect(
                (0...(isReceiver ? max(1, scenario.takes) : 0)).contains(missing),
                "\(missing) elements are hidden\(story)")
            try expect(received == sent.suffix(received.count), "the order is broken\(story)")
            if missing == 0 { try expectEmpty() }
            // What it has taken takes up no room, and neither does what it has not put in.
            let status = channel.status
            let isBounded = status.capacity != nil || status.byteCapacity != nil
            let room = status.capacity ?? status.byteCapacity.map { ($0 + Self.size - 1) / Self.size } ?? 40
            let items = (1...room).map { Item(2, UInt8($0)) }
            for item in items {
                try expect(try peer.send(item.bytes(World.inline), wait: .never), "an empty channel is full at \(item)")
            }
            try expect(channel.status.count == room, "\(room) elements count as \(channel.status.count)")
            try expect(
                try !isBounded || !peer.send(after.bytes(World.inline), wait: .never), "a full channel takes one more")
            try expect(try drain(channel) == items, "later elements are hidden")
            if missing == 0 { try expectEmpty() }
        }

        /// How many bytes a small item is, encoded.
        private static let size: Int = {
            var writer = PayloadWriter()
            try? writer.encode(Item(2, 0).bytes(World.inline))
            return writer.byteCount
        }()

        /// The victim has gone on to its end: everything came once.
        func finishWithStopped() throws {
            let rest = try drain(world.channel)
            let (sent, early) = (Scoreboard.value(Scoreboard.sent), Scoreboard.value(Scoreboard.early))
            try expect(UInt64(rest.count) == sent - early, "\(rest) is left of \(sent) sent, \(early) received before")
            try expectEmpty()
        }

        private func drain(_ channel: ProcessChannel) throws -> [Item] {
            var items: [Item] = []
            while let bytes = try channel.receive(as: [UInt8].self, wait: .never) {
                guard let item = Item(bytes) else { throw Broken("received garbage: \(bytes.prefix(16))") }
                items.append(item)
                try channel.taskDone()
            }
            return items
        }

        private func expectEmpty() throws {
            let status = world.channel.status
            try expect(status.count == 0, "the empty channel counts \(status.count)")
            try expect(status.byteCount ?? 0 == 0, "the empty channel counts \(status.byteCount ?? 0) bytes")
            try expect(world.channel.join(wait: .never), "join would wait for who is stopped")
        }
    }

    extension Runner {
        /// Stops the victim before each of its writes, has others use the channel, and lets it go on to its end.
        func stopAtEveryWrite() throws {
            var isThrough = false
            var write = 0
            while !isThrough {
                let pid = try startVictim()
                defer { pt_kill(pid) }
                isThrough = try run(pid, toWrite: write).isThrough
                let place = isThrough ? "at its end" : "before write \(write)"
                points += 1
                check("stopped \(place)") { try $0.useChannelOfStopped() }
                if !isThrough { _ = try run(pid, toWrite: .max) }
                check("stopped \(place), then gone on") { try $0.finishWithStopped() }
                write += 1
            }
        }
    }
#endif
