#if DEBUG || TESTABLE
    import CPtrace
    import Glibc
    import MultitaskingCore
    import MultitaskingSerialization
    @testable import MultitaskingProcesses

    // MARK: Places that are made void under their senders

    extension Scenario {
        private static let mine = Item(1, 0)

        /// The victim has claimed a place and is filling it, when another makes the place void: it must claim another
        /// one.
        ///
        /// - Parameters:
        ///   - isPassed: whether the head has passed the void place when the victim notices.
        ///   - places: how many places are used before.
        private static func overtaken(
            _ name: String, _ size: Int, _ options: ChannelOptions = ChannelOptions(), isPassed: Bool = false,
            places: Int = 0
        ) -> Scenario {
            Scenario("send-overtaken-\(name)", options, sends: [mine], marksItself: true) { world in
                _ = try world.victimEnd.send(Item(1, 200).bytes(size), wait: .never)
                _ = try world.survivorEnd.receive(as: [UInt8].self)
                try world.survivorEnd.taskDone()
                try world.turn(places)
                // They are sent while the victim is in the middle.
                world.queued = [Item(0, 0), Item(0, 1)]
            } operate: { world in
                var isOvertaken = false
                try world.sendByVictim(mine, size) { cell in
                    guard !isOvertaken else { return }
                    isOvertaken = true
                    if world.channel.queue.byteCapacity != 0 || !isPassed {
                        world.channel.queue.makeVoid(cell, cell.word.load())
                    }
                    if isPassed {
                        _ = try world.channel.send(Item(9, 0).bytes(World.inline), wait: .never)
                        guard try world.survivorEnd.receive(as: [UInt8].self) == Item(9, 0).bytes(World.inline) else {
                            throw Broken("the place hides what is behind it")
                        }
                        try world.survivorEnd.taskDone()
                    }
                    for item in world.queued { _ = try world.channel.send(item.bytes(World.inline), wait: .never) }
                    pt_mark()
                }
            }
        }

        static var voids: [Scenario] {
            let counted = ChannelOptions(byteCapacity: 1 << 20)
            return [
                overtaken("inline", World.inline),
                overtaken("block", World.block),
                overtaken("passed", World.block, isPassed: true),
                // The last place of the first segment, which the head has left: the victim is the one who gives it
                // back.
                overtaken("retire", World.inline, isPassed: true, places: 29),
                overtaken("bytes", World.block, counted, isPassed: true),
                Scenario("receive-overtakes", takes: 1) { world in
                    try world.turn(29)
                    try world.leaveUnfilled()
                    try world.send([Item(0, 0), Item(0, 1)], World.inline, through: world.channel)
                } operate: { world in
                    guard try world.victimEnd.receive(as: [UInt8].self) == Item(0, 0).bytes(World.inline) else {
                        throw Broken("the place hides what is behind it")
                    }
                },
                Scenario("send-overtakes", ChannelOptions(capacity: 3), sends: [mine]) { world in
                    try world.send([Item(0, 0)], World.inline, through: world.channel)
                    try world.leaveUnfilled()
                    try world.send([Item(0, 1)], World.inline, through: world.channel)
                } operate: { world in
                    guard try world.victimEnd.send(mine.bytes(World.inline), wait: .never) else {
                        throw Broken("the channel is full of what is not in it")
                    }
                },
                Scenario("send-overtakes-bytes", counted, sends: [mine]) { world in
                    try world.send([Item(0, 0), Item(0, 1)], World.inline, through: world.channel)
                    try world.leaveUnfilled()
                } operate: { world in
                    guard try world.victimEnd.send(mine.bytes(World.block), wait: .never) else {
                        throw Broken("the channel is full of what is not in it")
                    }
                },
                Scenario("close-overtakes", closes: true) { world in
                    try world.send([Item(0, 0), Item(0, 1)], World.block, through: world.channel)
                    try world.leaveUnfilled()
                } operate: { world in
                    world.victimEnd.close()
                    guard world.victimEnd.status.count == 2 else { throw Broken("what is not there is counted") }
                },
            ]
        }
    }

    extension World {
        /// Sends an item by the victim; `interrupt` is called each time it has claimed a place and not filled it.
        func sendByVictim(_ item: Item, _ size: Int, interrupt: (Cell) throws -> Void) throws {
            let queue = victimEnd.queue
            try victim.withWriter { writer in
                try writer.encode(item.bytes(size))
                let count = writer.byteCount
                try victim.journal.withEntry { journal in
                    defer { journal.clear() }
                    let parcel =
                        count <= Cell.inlineCapacity
                        ? nil
                        : try PayloadBlock(
                            writer, arena: arena, heap: victim.heap, journal: journal, compression: .none)
                    var failure: (any Error)?
                    let result = try queue.send(journal: journal, byteCount: count) { cell in
                        do { try interrupt(cell) } catch { failure = error }
                        if let parcel { cell.payload.adopt(parcel) } else { try? cell.payload.store(writer, count) }
                        cell.fingerprint.storeRelaxed(TypeFingerprint.of([UInt8].self))
                    }
                    if let failure { throw failure }
                    guard result.isSent else { throw Broken("not sent: \(result)") }
                }
            }
        }

        /// Leaves a place that was claimed and will not be filled: its sender, the third worker, is dead, and nobody
        /// has noticed.
        func leaveUnfilled() throws {
            try leaveClaimed { queue, journal in _ = try queue.send(journal: journal, byteCount: 1) { _ in _exit(0) } }
        }

        /// Has a third worker claim what `claim` does, which ends the process in the middle.
        func leaveClaimed(_ claim: (ChannelQueue, JournalEntry) throws -> Void) throws {
            let pid = fork()
            if pid == 0 {
                let dead = LocalMember(core.mapping, member: 3)
                let queue = ChannelQueue(header: channel.queue.header, serial: channel.queue.serial, membership: dead)
                try? dead.journal.withEntry { try claim(queue, $0) }
                _exit(1)
            }
            guard pt_wait(pid, 5000) == 0 else { throw Broken("the writer did not die in the middle") }
        }

        /// Leaves a place whose writer has died.
        func void() throws {
            try leaveUnfilled()
            Recovery(core.mapping).recover(3, .init(status: EndStatus(number: 9, isSignal: false), peakMemory: 0))
        }
    }
#endif
