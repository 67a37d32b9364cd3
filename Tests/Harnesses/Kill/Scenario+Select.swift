#if DEBUG || TESTABLE
    import MultitaskingCore
    @testable import MultitaskingProcesses

    // MARK: Waiting for several things

    extension Scenario {
        private static let mine = Item(1, 0)

        private static func selecting(
            _ name: String, _ options: ChannelOptions = ChannelOptions(), takes: Int = 0, sends: [Item] = [],
            queued: Int = 2, operate: @escaping (World, any CancelSignal) throws -> Void
        ) -> Scenario {
            // Where threads wait for several things at once, another member may wait for the same.
            var signal: (any CancelSignal)?
            return Scenario("select-\(name)", options, takes: takes, sends: sends) { world in
                signal = try world.core.makeCancelSignal()
                // Once before, so that what is done only once in a process is done.
                _ = try world.victimEnd.send(Item(1, 200).bytes(World.inline), wait: .never)
                _ = try select([world.victimEnd], wait: .never)
                _ = try world.victimEnd.receive(as: [UInt8].self)
                try world.survivorEnd.taskDone()
                try world.send((0..<queued).map { Item(0, UInt8($0)) }, World.inline, through: world.channel)
            } operate: { world in
                guard let signal else { throw Broken("there is no signal") }
                try operate(world, signal)
            }
        }

        static var selects: [Scenario] {
            [
                // It sleeps until its limit: all that it leaves behind is that it asked to be woken.
                selecting("sleep", queued: 0) { world, signal in
                    let found = try select([world.victimEnd, signal], wait: .upTo(.milliseconds(1)))
                    guard found == nil else { throw Broken("found \(found as Any)") }
                },
                selecting("full", ChannelOptions(capacity: 2)) { world, signal in
                    let found = try select([world.victimEnd.sending, signal], wait: .upTo(.milliseconds(1)))
                    guard found == nil else { throw Broken("found \(found as Any)") }
                },
                selecting("receive", takes: 1) { world, signal in
                    guard try select([signal, world.victimEnd], wait: .upTo(.seconds(1))) == 1,
                        try world.victimEnd.receive(as: [UInt8].self, wait: .never) != nil
                    else { throw Broken("found nothing") }
                },
                selecting("send", sends: [mine]) { world, signal in
                    guard try select([signal, world.victimEnd.sending], wait: .upTo(.seconds(1))) == 1,
                        try world.victimEnd.send(mine.bytes(World.inline), wait: .never)
                    else { throw Broken("found no room") }
                },
            ]
        }
    }

    // MARK: Tasks whose ends somebody waits for

    extension World {
        /// Asks for the ends of all tasks, as the client's watcher does.
        func watchTasks() {
            watchedSlots = (0..<Int(arena.header.slotCount.load())).filter {
                arena.slot($0).word.load().status == .queued
            }
            for slot in watchedSlots { arena.slot(slot).completion.watch() }
        }
    }

    extension Checks {
        /// Each task that was watched and has ended was noted, whoever died: nobody else tells the watcher.
        func checkEndedTasks() throws {
            guard !world.watchedSlots.isEmpty else { return }
            var noted: Set<Int> = []
            EndedTasks(arena: world.arena).take(slotCount: Int(world.arena.header.slotCount.load())) {
                noted.insert($0)
            }
            let missing = world.watchedSlots.filter { !noted.contains($0) }
            try expect(missing.isEmpty, "the ends of the tasks in slots \(missing) were never noted")
        }
    }
#endif
