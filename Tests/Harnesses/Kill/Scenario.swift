#if DEBUG || TESTABLE
    import CPtrace
    import Glibc
    import MultitaskingCore
    @testable import MultitaskingProcesses

    /// One operation during which the victim is killed, with what is the case before and may be the case after.
    struct Scenario {
        var name: String
        var options: ChannelOptions
        /// Makes the state in which the victim begins.
        var prepare: (World) throws -> Void
        /// What the victim does.
        var operate: (World) throws -> Void
        /// How many items at the front of the queue the victim may take with it.
        var takes = 0
        /// How many items at the front of the queue are gone in any case.
        var hasTaken = 0
        /// The items that the victim sends.
        var sends: [Item] = []
        /// Whether the victim closes the channel.
        var closes = false
        /// Whether the tasks are calls that every worker makes.
        var areCalls = false
        /// Whether all tasks that end by themselves end as cancelled.
        var areCancelled = false
        /// Whether nobody has a future of the tasks any more.
        var areAbandoned = false
        /// Whether the victim calls `pt_mark()` itself when it begins.
        var marksItself = false
        /// The size classes whose every block is looked for afterwards.
        var classes = [2]
        /// Whether nobody but the victim leads to what is shared.
        var sharedIsGone = false
        /// How often a task may be begun, if it is one that is to be tried again.
        var attempts = 1
        /// What the victim's task reports, in this order; the first before it is watched, if there are several.
        var reports: [TaskReport] = []
        /// Whether the death of its worker is one of these.
        var retriesCrash = false
        /// Whether the victim is a supervisor that ends all tasks that wait, which its successor does as well.
        var endsQueued = false
        /// Whether what the victim does is written down for a timeline.
        var isRecorded = false

        init(
            _ name: String, _ options: ChannelOptions = ChannelOptions(), takes: Int = 0, hasTaken: Int = 0,
            sends: [Item] = [],
            closes: Bool = false,
            marksItself: Bool = false, attempts: Int = 1, prepare: @escaping (World) throws -> Void,
            operate: @escaping (World) throws -> Void
        ) {
            self.name = name
            self.options = options
            self.takes = takes
            self.hasTaken = hasTaken
            self.sends = sends
            self.closes = closes
            self.marksItself = marksItself
            self.attempts = attempts
            self.prepare = prepare
            self.operate = operate
        }

        static var all: [Scenario] {
            sending + receiving + closing + batches + rendezvous + voids + bytes + redelivering + blocks + tasks
                + ending + reporting + sharing + selects + recording
        }
    }

    // MARK: Channels

    extension Scenario {
        private static let mine = Item(1, 0)

        static func send(
            _ name: String, _ size: Int, _ options: ChannelOptions = ChannelOptions(), places: Int = 0, queued: Int = 2,
            then prepare: @escaping (World) -> Void = { _ in }
        ) -> Scenario {
            Scenario("send-\(name)", options, sends: [mine]) { world in
                // Once before, so that what is done only once in a process is done.
                _ = try world.victimEnd.send(Item(1, 200).bytes(size), wait: .never)
                _ = try world.survivorEnd.receive(as: [UInt8].self)
                try world.survivorEnd.taskDone()
                try world.turn(places)
                try world.send((0..<queued).map { Item(0, UInt8($0)) }, World.inline, through: world.channel)
                prepare(world)
            } operate: { world in
                guard try world.victimEnd.send(mine.bytes(size), wait: .never) else { throw Broken("no room") }
            }
        }

        static var sending: [Scenario] {
            [
                send("inline", World.inline),
                send("block", World.block),
                send("run", World.run),
                // The first place of the second segment: place 30 is the first segment's last.
                send("append", World.inline, places: 28),
                send("append-block", World.block, places: 28),
                // Somebody sleeps, or has died in its sleep.
                send("wakes", World.inline) { $0.channel.queue.header.receivers.sleepers.add(1) },
                Scenario("send-full", ChannelOptions(capacity: 2)) { world in
                    try world.fillWithTwo()
                } operate: { world in
                    if try world.victimEnd.send(mine.bytes(World.block), wait: .never) {
                        throw Broken("sent when full")
                    }
                },
            ]
        }

        static func receive(
            _ name: String, _ size: Int, _ options: ChannelOptions = ChannelOptions(), places: Int = 0, count: Int = 3,
            takes: Int = 1, from sender: @escaping (World) -> ProcessChannel = { $0.channel }
        ) -> Scenario {
            Scenario("receive-\(name)", options, takes: takes) { world in
                _ = try world.survivorEnd.send(Item(2, 200).bytes(size), wait: .never)
                _ = try world.victimEnd.receive(as: [UInt8].self)
                try world.survivorEnd.taskDone()
                try world.turn(places)
                try world.send((0..<count).map { Item(0, UInt8($0)) }, size, through: sender(world))
            } operate: { world in
                for number in 0..<takes {
                    let bytes = try world.victimEnd.receive(as: [UInt8].self)
                    guard bytes.flatMap(Item.init) == Item(0, UInt8(number)) else {
                        throw Broken("received \(bytes as Any)")
                    }
                }
            }
        }

        static var receiving: [Scenario] {
            [
                receive("inline", World.inline),
                receive("block", World.block),
                receive("own-block", World.block) { $0.victimEnd },
                receive("run", World.run),
                receive("bounded", World.block, ChannelOptions(capacity: 1), count: 1),
                // The last place of the first segment, then the first of the second one.
                receive("segment-end", World.inline, places: 29, takes: 1),
                receive("next-segment", World.inline, places: 29, takes: 2),
                // The first segment is full and empty: the next receiver is the one who gives it back.
                receive("retire", World.inline, places: 30, takes: 1),
                Scenario("receive-empty") { world in
                    try world.turn(30)
                } operate: { world in
                    if try world.victimEnd.receive(as: [UInt8].self) != nil { throw Broken("received from nothing") }
                },
                Scenario("receive-void", takes: 1) { world in
                    try world.turn(30)
                    try world.void()
                    try world.send([Item(0, 0), Item(0, 1)], World.inline, through: world.channel)
                } operate: { world in
                    _ = try world.victimEnd.receive(as: [UInt8].self)
                },
            ]
        }

        static var closing: [Scenario] {
            [
                Scenario("close", closes: true) { world in
                    try world.send([Item(0, 0), Item(0, 1)], World.block, through: world.channel)
                } operate: { world in
                    world.victimEnd.close()
                },
                Scenario("close-discarding", takes: 4, closes: true) { world in
                    try world.turn(29)
                    try world.send((0..<4).map { Item(0, $0) }, World.block, through: world.channel)
                } operate: { world in
                    guard world.victimEnd.close(discarding: true) == 4 else { throw Broken("discarded too few") }
                },
            ]
        }
    }
#endif
