#if DEBUG || TESTABLE
    import MultitaskingCore
    @testable import MultitaskingProcesses

    /// What the survivors of one death do and find.
    struct Checks {
        let world: World
        let scenario: Scenario
        /// Whether the victim had come to the end of its operation.
        let isThrough: Bool

        private var arena: Arena { world.arena }

        // MARK: Before the supervisor notices

        /// The survivor goes on while nobody has settled what the dead was doing. What it received.
        func goOn() throws -> (received: [Item], sent: [Item]) {
            var received: [Item] = []
            var sent: [Item] = []
            if scenario.options.capacity == 0 { received = try receiveEarly() }
            for number in 0..<40 {
                let item = Item(2, UInt8(number))
                guard (try? world.survivorEnd.send(item.bytes(number % 2 == 0 ? World.inline : World.block))) == true
                else { break }
                sent.append(item)
                // What is received now moves the head past whatever the dead has left.
                if let next = try receive() { received.append(next) }
            }
            if scenario.options.capacity != 0 {
                // The first two have the segments serve again, whose cells keep the words that they had.
                for batch in 0..<3 {
                    let items = (0..<Segment.cells).map { Item(2, UInt8(40 + batch * Segment.cells + $0)) }
                    let count = (try? world.channel.send(contentsOf: items.map(\.vector), wait: .never)) ?? 0
                    guard count > 0 else { break }
                    sent += items.prefix(count)
                    while batch < 2, let next = try receive() { received.append(next) }
                }
            }
            let journal = JournalEntry(arena: arena, offset: nil)
            for size in [200, 900, 2 << 20] {
                let block = try world.survivor.heap.allocate(size, journal: journal)
                try expect(arena.isLive(block), "a new block of \(size) bytes is not live")
                world.survivor.heap.free(block)
            }
            return (received, sent)
        }

        private func receive() throws -> Item? {
            guard let item = try Item.receive(from: world.survivorEnd) else { return nil }
            try world.survivorEnd.taskDone()
            return item
        }

        // MARK: Afterwards

        /// Looks at everything, after the supervisor has settled what the dead was doing.
        ///
        /// - Parameter isThorough: whether to look for every single block, which takes long.
        func afterwards(_ early: (received: [Item], sent: [Item]) = ([], []), isThorough: Bool = true) throws {
            try checkJournal()
            if scenario.isRecorded { try checkTimeline() }
            try reuseBlocks()
            if scenario.options.capacity == 0 {
                try checkRendezvous(early.received)
            } else if !scenario.reports.isEmpty {
                try checkReport()
            } else if world.futures.isEmpty, !scenario.areAbandoned {
                try checkChannel(early)
            } else {
                try checkTasks()
                try checkEndedTasks()
            }
            try checkShared()
            try checkMemory()
            if isThorough { try checkEveryBlockServes() }
        }

        private func checkJournal() throws {
            let member = arena.member(world.victimIndex)
            try expect(member.slot.load().isNone, "the dead still names a task")
            for index in 0..<MemberRecord.journalEntries {
                let entry = member.journal(index)
                try expect(
                    entry.cell == 0 && entry.block.isNone && entry.segment == 0, "journal entry \(index) is not clear")
            }
        }

        /// The dead one's successor writes over all that it may: what was given back too early is garbage now.
        private func reuseBlocks() throws {
            let successor = LocalMember(world.core.mapping, member: world.victimIndex)
            let journal = JournalEntry(arena: arena, offset: nil)
            for size in [200, World.block] {
                let blocks = try (0..<40).map { _ in try successor.heap.allocate(size, journal: journal) }
                for block in blocks {
                    unsafe arena.withBytes(at: block.offset, count: size) { bytes in
                        for index in bytes.indices { unsafe bytes[index] = 0xee }
                    }
                }
                for block in blocks { successor.heap.free(block) }
            }
        }

        private func checkChannel(_ early: (received: [Item], sent: [Item])) throws {
            var received = early.received
            var bytes = world.channel.status.byteCount ?? 0
            try expect(bytes < 1 << 19, "\(bytes) bytes wait")
            while let item = try receive() {
                received.append(item)
                let left = world.channel.status.byteCount ?? 0
                try expect(left <= bytes, "\(left) bytes wait where it was \(bytes) with one element more")
                bytes = left
            }
            let status = world.channel.status
            try expect(status.count == 0, "the empty channel counts \(status.count)")
            try expect(status.byteCount ?? 0 == 0, "the empty channel counts \(status.byteCount ?? 0) bytes")
            if scenario.options.redelivers {
                try checkRedelivery(received, early.sent)
            } else {
                try checkItems(received, early.sent)
            }
            try checkJoin()
            if world.channel.queue.isClosed {
                try expect((try? world.survivorEnd.send([UInt8](), wait: .never)) == nil, "sent to a closed channel")
            } else {
                try checkPassage()
            }
        }

        /// Nothing is lost or doubled but what the dead was holding, and the order is kept.
        private func checkItems(_ received: [Item], _ sent: [Item]) throws {
            let story = "; received \(received), queued \(world.queued), sent later \(sent)"
            try expect(Set(received).count == received.count, "an element came twice\(story)")
            let all = Set(world.queued).union(sent).union(scenario.sends)
            try expect(all.isSuperset(of: received), "an element came that nobody sent\(story)")
            for sender in Set(received.map(\.sender)) {
                let numbers = received.filter { $0.sender == sender }.map(\.number)
                try expect(numbers == numbers.sorted(), "the order of sender \(sender) is broken\(story)")
            }
            let first = Array(received.filter { $0.sender == 0 })
            let missing = world.queued.count - first.count
            try expect(first == Array(world.queued.suffix(first.count)), "elements are missing in the middle\(story)")
            try expect(
                isThrough ? missing == scenario.takes : missing <= scenario.takes,
                "\(missing) queued elements are lost\(story)")
            let mine = received.filter { $0.sender == 1 }
            try expect(!isThrough || mine == scenario.sends, "what was sent is lost\(story)")
            try expect(received.filter { $0.sender == 2 } == sent, "a survivor's elements are lost\(story)")
            if let last = received.firstIndex(where: { $0.sender == 2 }), scenario.takes > 0 || mine.isEmpty {
                try expect(
                    received[last...].allSatisfy { $0.sender != 0 }, "later elements overtook earlier ones\(story)")
            }
        }

        /// Everything comes once more but what was reported; in order, unless survivors went on before it came back.
        private func checkRedelivery(_ received: [Item], _ sent: [Item]) throws {
            let story = "; received \(received), queued \(world.queued), sent later \(sent)"
            try expect(Set(received).count == received.count, "an element came twice\(story)")
            let missing = Array(world.queued.prefix(world.queued.count + sent.count - received.count))
            try expect(
                (scenario.hasTaken...scenario.takes).contains(missing.count)
                    && (!isThrough || missing.count == scenario.takes), "\(missing.count) elements are lost\(story)")
            let expected = world.queued.dropFirst(missing.count) + sent
            try expect(Set(received) == Set(expected), "other elements came\(story)")
            try expect(!sent.isEmpty || received == Array(expected), "the order is broken\(story)")
        }

        /// Whoever joins waits for what was taken out and not reported, and for nothing else.
        private func checkJoin() throws {
            // The victim's own elements that it took completely are its to report, and it is dead.
            var owed = 0
            while (try? world.channel.taskDone()) != nil { owed += 1 }
            // What a redelivering channel takes back is reported by its next receiver, what its task left never is.
            let isReported = scenario.closes || scenario.options.redelivers
            let allowed = isReported ? scenario.hasTaken...scenario.hasTaken : 0...scenario.takes
            try expect(allowed.contains(owed), "\(owed) elements were never accounted for")
            try expect(world.channel.join(wait: .never), "join would wait for ever")
        }

        /// The channel works: more elements than fit two segments pass it in order, of all sizes, between all members.
        private func checkPassage() throws {
            let successor = LocalMember(world.core.mapping, member: world.victimIndex)
            let end = try ProcessChannel(world.channel.reference, membership: successor)
            let ends = [end, world.survivorEnd, world.channel]
            let count = 70
            var next = 0
            for number in 0..<count {
                let item = Item(UInt8(10 + number % 3), UInt8(number))
                let size = number % 4 == 0 ? World.block : World.inline
                while try !ends[number % 3].send(item.bytes(size), wait: .never) {
                    try expect(next < number, "an empty channel is full")
                    try passOne(&next, ends)
                }
                if number % 5 == 4 { try passOne(&next, ends) }
            }
            while next < count { try passOne(&next, ends) }
            try expect(world.channel.join(wait: .never), "join would wait for ever after 70 more elements")
        }

        private func passOne(_ next: inout Int, _ ends: [ProcessChannel]) throws {
            let end = ends[(next + 1) % 3]
            guard let bytes = try end.receive(as: [UInt8].self, wait: .never) else {
                throw Broken("element \(next) is lost")
            }
            try expect(Item(bytes) == Item(UInt8(10 + next % 3), UInt8(next)), "element \(next) is another one")
            try end.taskDone()
            next += 1
        }

        // MARK: Tasks

        /// Every task ends once: with its value if it was through, as crashed if it was begun, and run again if not.
        private func checkTasks() throws {
            if scenario.areCalls { return try checkCalls() }
            if scenario.endsQueued { return try checkEnds() }
            var supervisor = world.supervisor
            var worker = Worker(world.core.mapping, member: 2, doorbell: world.core.supervision.doorbell)
            for _ in 0..<scenario.attempts {
                try expect(worker.run(ForkedSetup()) == 0, "the other worker failed to start")
                supervisor.takeHandedBack()
                _ = supervisor.queueDueTasks()
            }
            let attempts = UInt64(scenario.attempts)
            for (index, future) in world.futures.enumerated() {
                let begun = Scoreboard.value(Scoreboard.begun + index)
                guard let outcome = future.outcome() else {
                    throw Broken("task \(index) is lost, begun \(begun) times")
                }
                switch outcome {
                case .success(let bytes):
                    try expect(
                        !scenario.areCancelled && (1...attempts).contains(begun)
                            && bytes.allSatisfy { $0 == UInt8(index) },
                        "task \(index) was begun \(begun) times and gave \(bytes.prefix(16))")
                case .failure(let error as MultitaskingError) where Self.isDeath(error):
                    try expect(begun <= attempts && !isThrough, "task \(index) was begun \(begun) times and crashed")
                case .failure(let error as RemoteError):
                    // An attempt that was not begun must not count.
                    let least = scenario.retriesCrash ? 1 : attempts
                    try expect(
                        (least...attempts).contains(begun), "task \(index) was begun \(begun) times and threw \(error)")
                case .failure(let error): throw Broken("task \(index) failed with \(error)")
                case .cancelled where scenario.areCancelled:
                    try expect(begun == 1, "task \(index) was begun \(begun) times and cancelled")
                case .cancelled: throw Broken("task \(index) was cancelled by nobody")
                }
            }
            let crashed = world.futures.filter { future in
                if case .failure(let error as MultitaskingError)? = future.outcome() { return Self.isDeath(error) }
                return false
            }
            try expect(crashed.count <= 1, "\(crashed.count) tasks crashed with one worker")
            for kind in TaskRing.Kind.allCases {
                try expect(TaskRing(arena: arena, kind).isEmpty, "a ring is not empty")
            }
        }

        /// What waited was cancelled, and a worker finds nothing to do.
        private func checkEnds() throws {
            var worker = Worker(world.core.mapping, member: 2, doorbell: world.core.supervision.doorbell)
            try expect(worker.run(ForkedSetup()) == 0, "the worker failed to start")
            for (index, future) in world.futures.enumerated() {
                let outcome = future.outcome()
                guard case .cancelled? = outcome else {
                    throw Broken("task \(index) has the outcome \(String(describing: outcome))")
                }
            }
            for kind in TaskRing.Kind.allCases {
                try expect(TaskRing(arena: arena, kind).isEmpty, "a ring is not empty")
            }
        }

        /// The last report that was complete is there, or the one that the victim was at, and nothing in between.
        private func checkReport() throws {
            let future = world.futures[0]
            let before = future.report
            guard case .failure(let error as MultitaskingError)? = future.outcome(), Self.isDeath(error) else {
                throw Broken("the task has the outcome \(String(describing: future.outcome()))")
            }
            try expect(future.report == before, "the report changes when the outcome is read")
            if isThrough { return try expect(before == scenario.reports.last, "the last report is \(before as Any)") }
            let isOne = before.map(scenario.reports.contains) ?? (scenario.reports.count == 1)
            try expect(isOne, "the report is \(before as Any), which was never made")
        }

        /// Every worker makes every call, the victim's successor what that has not begun; only what the victim was at
        /// may have crashed.
        private func checkCalls() throws {
            for member in [2, 3, world.victimIndex] {
                var worker = Worker(world.core.mapping, member: member, doorbell: world.core.supervision.doorbell)
                try expect(worker.run(ForkedSetup()) == 0, "worker \(member) failed to start")
            }
            var deaths = 0
            for (index, future) in world.futures.enumerated() {
                switch future.outcome() {
                case .success(let bytes):
                    try expect(
                        bytes.allSatisfy { $0 == UInt8(index / 3) }, "call \(index / 3) gave \(bytes.prefix(16))")
                case .failure(let error as MultitaskingError) where Self.isDeath(error):
                    try expect(index % 3 == 0 && !isThrough, "the call of worker \(index % 3 + 1) crashed")
                    deaths += 1
                case let outcome: throw Broken("call \(index) has the outcome \(String(describing: outcome))")
                }
            }
            try expect(deaths <= 1, "\(deaths) calls crashed with one worker")
        }

        private static func isDeath(_ error: MultitaskingError) -> Bool {
            error.code == .workerCrashed || error.code == .supervisorLost
        }

        // MARK: Memory

        private func checkMemory() throws {
            for reference in world.references { world.survivor.heap.free(reference) }
            try expect(world.channel.queue.dismantle(), "somebody is still in the middle of the channel")
            let usage = world.core.memoryUsage
            try expect(usage.blocks == 0, "\(usage.blocks) blocks leak")
            try expect(usage.channelSegments == 0, "\(usage.channelSegments) segments leak")
            try expect(usage.tasks == 0, "\(usage.tasks) tasks leak")
            var used = 0
            var warm = 0
            for chunk in 0..<arena.layout.chunkCount {
                let word = arena.chunk(chunk).load()
                try expect(word.state != .run && word.state != .tail, "chunk \(chunk) leaks: \(word)")
                if word.state == .blocks { used += 1 }
                if word.state == .warm { warm += 1 }
            }
            let counted = arena.header.usedChunks.load()
            try expect(counted == UInt64(used), "\(used) chunks are used, \(Int64(bitPattern: counted)) are counted")
            let countedWarm = arena.header.warmChunks.load()
            try expect(
                countedWarm == UInt64(warm), "\(warm) chunks are warm, \(Int64(bitPattern: countedWarm)) are counted")
        }

        /// Every block of every chunk is found again by its owner: none is free and forgotten.
        private func checkEveryBlockServes() throws {
            let successor = LocalMember(world.core.mapping, member: world.victimIndex)
            for membership in [world.core.membership, world.survivor, successor] {
                for sizeClass in scenario.classes {
                    let chunks = (0..<arena.layout.chunkCount).filter {
                        let word = arena.chunk($0).load()
                        return word.state == .blocks && word.owner == membership.member && word.sizeClass == sizeClass
                    }
                    let count = chunks.count * ArenaLayout.chunkSize / SizeClass.size(sizeClass)
                    let journal = JournalEntry(arena: arena, offset: nil)
                    let before = arena.blocksInUse().chunks
                    for _ in 0..<count { _ = try membership.heap.allocate(sizeClass: sizeClass, journal: journal) }
                    let after = arena.blocksInUse().chunks
                    try expect(
                        before == after,
                        "member \(membership.member) does not find all its free blocks of class \(sizeClass)")
                }
            }
        }

        func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws {
            if !condition { throw Broken(text()) }
        }
    }
#endif
