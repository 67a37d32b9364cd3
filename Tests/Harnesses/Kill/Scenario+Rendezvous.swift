#if DEBUG || TESTABLE
    import MultitaskingCore
    @testable import MultitaskingProcesses

    // MARK: Channels of capacity 0

    extension Scenario {
        private static let handing = ChannelOptions(capacity: 0)
        private static let mine = Item(1, 0)

        private static func prepare(_ world: World, _ size: Int) throws {
            // Once before, so that what is done only once in a process is done.
            guard try world.victimEnd.offer(mine.bytes(size)).withdraw() else { throw Broken("taken by nobody") }
            let offer = try world.survivorEnd.offer(mine.bytes(size))
            _ = try world.victimEnd.receive(as: [UInt8].self)
            if offer.withdraw() { throw Broken("taken back after it was received") }
            try world.survivorEnd.taskDone()
        }

        private static func holdOut(
            _ name: String, _ size: Int, then act: @escaping (World, any ChannelOffer) throws -> Void
        )
            -> Scenario
        {
            Scenario("rendezvous-\(name)", handing) { world in
                try prepare(world, size)
            } operate: { world in
                try act(world, try world.victimEnd.offer(mine.bytes(size)))
            }
        }

        static var rendezvous: [Scenario] {
            [
                // Dead while it holds out, and while it takes back.
                holdOut("offer", World.inline) { _, _ in },
                holdOut("offer-block", World.block) { _, _ in },
                holdOut("withdraw", World.inline) { _, offer in
                    guard offer.withdraw() else { throw Broken("taken by nobody") }
                },
                holdOut("withdraw-block", World.block) { _, offer in
                    guard offer.withdraw() else { throw Broken("taken by nobody") }
                },
                Scenario("rendezvous-receive", handing, takes: 1) { world in
                    try prepare(world, World.block)
                    world.offers = [try world.channel.offer(Item(0, 0).bytes(World.block))]
                } operate: { world in
                    guard try world.victimEnd.receive(as: [UInt8].self) != nil else {
                        throw Broken("nothing to receive")
                    }
                },
                Scenario("rendezvous-wait", handing) { world in
                    try prepare(world, World.inline)
                } operate: { world in
                    let presence = Presence(in: world.victimEnd.queue)
                    presence.renew()
                    presence.leave()
                },
            ]
        }
    }

    extension Checks {
        /// What can be received before the supervisor has noticed anything: the dead may still hold something out.
        func receiveEarly() throws -> [Item] {
            var items: [Item] = []
            while let bytes = try world.survivorEnd.receive(as: [UInt8].self, wait: .never) {
                guard let item = Item(bytes) else { throw Broken("received garbage: \(bytes.prefix(16))") }
                items.append(item)
                try world.survivorEnd.taskDone()
            }
            return items
        }

        /// The dead hold nothing out and are waited for by nobody; what the living hold out was taken once, or comes
        /// back.
        func checkRendezvous(_ early: [Item]) throws {
            try expect(early.count <= 1, "\(early) were received of one that was held out")
            let (channel, peer) = (world.channel, world.survivorEnd)
            try expect(channel.queue.header.attendance.isEmpty, "the dead are counted as waiting")
            var taken = 0
            for offer in world.offers where !offer.withdraw() { taken += 1 }
            try expect(!peer.isReadyForSelect, "what was taken back makes the channel ready")
            let late = try receiveEarly()
            try expect(late.isEmpty, "the dead still hold out \(late)")
            if !world.offers.isEmpty {
                try expect(early.isEmpty || taken == 1, "an element was received and taken back")
                try expect(!isThrough || taken == 1, "what was received was taken back")
            }
            var owed = 0
            while (try? channel.taskDone()) != nil { owed += 1 }
            try expect(owed <= scenario.takes, "\(owed) elements were never accounted for")
            try expect(channel.join(wait: .never), "join would wait for ever")
            try expect(channel.status.count == 0, "the channel counts \(channel.status.count)")
            // The channel works, over more than one segment.
            for number in 0..<40 {
                let item = Item(2, UInt8(number))
                let offer = try peer.offer(item.bytes(number % 4 == 0 ? World.block : World.inline))
                if number % 3 == 0 {
                    try expect(offer.withdraw(), "what nobody took cannot be taken back")
                    continue
                }
                let bytes = try channel.receive(as: [UInt8].self, wait: .never)
                try expect(bytes.flatMap(Item.init) == item, "\(item) was not handed over")
                try expect(!offer.withdraw(), "what was taken was taken back")
                try channel.taskDone()
            }
            try expect(channel.join(wait: .never), "join would wait for ever after 40 more elements")
        }
    }
#endif
