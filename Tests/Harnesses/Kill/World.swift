#if DEBUG || TESTABLE
    import CPtrace
    import Glibc
    import MultitaskingCore
    import MultitaskingSerialization
    import MultitaskingSystem
    import Synchronization
    @testable import MultitaskingProcesses

    /// An element of a test channel: who sent it and its number, padded to a size that decides where it travels.
    struct Item: Hashable, CustomStringConvertible {
        var sender: UInt8
        var number: UInt8

        init(_ sender: UInt8, _ number: UInt8) {
            self.sender = sender
            self.number = number
        }

        init?(_ bytes: [UInt8]) {
            guard bytes.count >= 2, bytes.dropFirst(2).allSatisfy({ $0 == bytes[0] ^ bytes[1] }) else { return nil }
            self.init(bytes[0], bytes[1])
        }

        /// An item as a vector, which in a batch is described by another one's cell.
        init?(_ vector: SIMD8<UInt64>) {
            let (sender, number) = (UInt8(clamping: vector[0]), UInt8(clamping: vector[1]))
            self.init(sender, number)
            guard vector == self.vector else { return nil }
        }

        var vector: SIMD8<UInt64> {
            var vector = SIMD8(repeating: UInt64(sender ^ number))
            (vector[0], vector[1]) = (UInt64(sender), UInt64(number))
            return vector
        }

        /// Receives an item in whichever form it was sent; nil if there is none.
        static func receive(from end: ProcessChannel) throws -> Item? {
            do {
                guard let bytes = try end.receive(as: [UInt8].self, wait: .never) else { return nil }
                guard let item = Item(bytes) else { throw Broken("received garbage: \(bytes.prefix(16))") }
                return item
            } catch let error as MultitaskingError where error.code == .wrongType {
                guard let vector = try end.receive(as: SIMD8<UInt64>.self, wait: .never) else { return nil }
                guard let item = Item(vector) else { throw Broken("received garbage: \(vector)") }
                return item
            }
        }

        func bytes(_ count: Int) -> [UInt8] {
            [sender, number] + [UInt8](repeating: sender ^ number, count: max(0, count - 2))
        }

        var description: String { "\(sender).\(number)" }
    }

    /// One pool without processes of its own: the harness plays the client, the workers and the supervisor.
    final class World {
        static let inline = 8
        static let block = 900
        static let run = 600_000
        /// A kind of task that throws `CancellationError`.
        static let leaving = -2

        let core: PoolCore
        let victim: LocalMember
        let survivor: LocalMember
        let channel: ProcessChannel
        let victimEnd: ProcessChannel
        let survivorEnd: ProcessChannel
        /// What is in the channel when the victim begins.
        var queued: [Item] = []
        var futures: [ProcessFuture<[UInt8]>] = []
        /// Which process has made the pool.
        private let generation = ForkGeneration.begin()

        /// Has a copy of the harness pass for the process that has made the pool, where futures are to be read: they
        /// give nothing away in others. Not where values are shared, because there, the client's own handles are to do
        /// nothing.
        func playClient() {
            if !futures.isEmpty { ForkGeneration.counter.store(generation, ordering: .relaxed) }
        }

        /// What the client holds out.
        var offers: [any ChannelOffer] = []
        /// What the client shares, and how it is found.
        var shared: SharedArray<UInt8>?
        var sharedReference: SharedReference?
        /// Where handles of it go.
        var sharedChannel: ProcessChannel?
        /// The slots of the tasks whose ends somebody waits for.
        var watchedSlots: [Int] = []
        /// What the victim is to give back, or keeps.
        var references: [BlockReference] = []

        var arena: Arena { core.arena }
        var victimIndex: Int { 1 }

        init(_ options: ChannelOptions) throws {
            core = try PoolCore(workers: 3, arenaLimit: 64 << 20, compression: .none)
            victim = LocalMember(core.mapping, member: 1)
            survivor = LocalMember(core.mapping, member: 2)
            channel = try core.makeChannel(options)
            victimEnd = try ProcessChannel(channel.reference, membership: victim)
            survivorEnd = try ProcessChannel(channel.reference, membership: survivor)
            for index in 1...3 { arena.member(index).state = .ready }
            // Every class that the scenarios use has a chunk, so that runs lie behind them all; see `watchedSize`.
            for membership in [core.membership, victim, survivor] {
                for sizeClass in [0, 2, 5, SizeClass.segment] {
                    let journal = JournalEntry(arena: arena, offset: nil)
                    membership.heap.free(try membership.heap.allocate(sizeClass: sizeClass, journal: journal))
                }
            }
        }

        /// Has a process that was forked play the members.
        func goOnInFork() { for membership in [core.membership, victim, survivor] { membership.goOnInFork() } }

        /// A supervisor that has just begun.
        var supervisor: Supervisor { core.supervision.makeSupervisor() }

        /// Fills a channel that has room for two elements, after one of the victim's has gone through it.
        func fillWithTwo() throws {
            _ = try victimEnd.send(Item(1, 200).bytes(World.block), wait: .never)
            _ = try survivorEnd.receive(as: [UInt8].self)
            try survivorEnd.taskDone()
            try send([Item(0, 0), Item(0, 1)], World.block, through: channel)
        }

        /// Sends items by one of the members and expects that there is room.
        func send(_ items: [Item], _ size: Int, through end: ProcessChannel) throws {
            for item in items {
                guard try end.send(item.bytes(size), wait: .never) else { throw Broken("no room for \(item)") }
                queued.append(item)
            }
        }

        /// Sends items by the client, all at once, and expects that there is room.
        func sendBatch(_ items: [Item], _ size: Int) throws {
            guard try channel.send(contentsOf: items.map { $0.bytes(size) }, wait: .never) == items.count else {
                throw Broken("no room for \(items)")
            }
            queued += items
        }

        /// The same, as vectors.
        func sendVectors(_ items: [Item]) throws {
            guard try channel.send(contentsOf: items.map(\.vector), wait: .never) == items.count else {
                throw Broken("no room for \(items)")
            }
            queued += items
        }

        /// Moves the channel on by some places, so that what follows happens at a certain place of a segment.
        func turn(_ places: Int) throws {
            for number in 0..<places {
                _ = try channel.send(Item(9, UInt8(number)).bytes(Self.inline), wait: .never)
                guard try survivorEnd.receive(as: [UInt8].self) != nil else { throw Broken("nothing to receive") }
                try survivorEnd.taskDone()
            }
        }

        /// Submits tasks; see ``perform(_:_:_:)``.
        func submit(
            _ count: Int, kind: Int, argument: Int, retries: RetryPolicy = .never,
            priority: TaskOptions.Priority = .normal
        ) throws {
            for _ in 0..<count {
                let call = Invocation(
                    ValueFunction { perform },
                    ArgumentList(futures.count, kind, [UInt8](repeating: UInt8(futures.count), count: argument)))
                var options = TaskOptions.default
                options.retries = retries
                options.priority = priority
                futures.append(try core.submit(call, options: options))
            }
        }

        /// How many bytes from the arena's start on are watched: all but large blocks, whose bytes are only payload.
        var watchedSize: Int {
            let last = (0..<arena.layout.chunkCount).last { arena.chunk($0).load().state == .blocks } ?? -1
            return arena.chunkOffset(last + 1)
        }

        var base: UInt {
            unsafe arena.withBytes(at: 0, count: 1) { UInt(bitPattern: $0.baseAddress) }
        }
    }

    /// What is wrong with the pool.
    struct Broken: Error {
        var text: String
        init(_ text: String) { self.text = text }
    }

    /// What the test tasks do: count that they were begun, and give back what they got, throw, or reply at length.
    @Sendable
    func perform(_ index: Int, _ kind: Int, _ bytes: [UInt8]) throws -> [UInt8] {
        Scoreboard.add(Scoreboard.begun + index)
        // The first task only leads to the place from where on the victim is watched.
        if index == 0, Scoreboard.value(Scoreboard.begun) == 1 { pt_mark() }
        if kind == World.leaving { throw CancellationError() }
        if kind < 0 { throw Broken("as asked") }
        return kind == 0 ? bytes : [UInt8](repeating: UInt8(index), count: kind)
    }
#endif
