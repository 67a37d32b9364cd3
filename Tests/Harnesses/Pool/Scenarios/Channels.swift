import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let channelScenarios: [String: Scenario] = [
    "channel-order": { try $0.channelOrder() },
    "channel-bounded": { try $0.channelBounded() },
    "channel-ledger": { try $0.channelLedger() },
    "channel-types": { try $0.channelTypes() },
    "channel-large-messages": { try $0.channelLarge() },
    "channel-close": { try $0.channelClose() },
    "channel-join": { try $0.channelJoin() },
    "channel-gone": { try $0.channelGone() },
    "channel-dropped": { try $0.channelDropped() },
    "channel-dropped-while-read": { try $0.channelDroppedWhileRead() },
    "channel-async": { try $0.channelAsync() },
    "channel-async-cancellation": { try $0.channelAsyncCancellation() },
    "channel-many": { try $0.channelMany() },
]

/// Takes its time to be decoded, and says when that begins.
struct DecodedSlowly: Codable, Sendable {
    var path: String
    var padding = [UInt8](repeating: 7, count: 100_000)

    init(_ path: String) { self.path = path }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        path = try container.decode(String.self, forKey: .path)
        _ = countCall(path)
        usleep(300_000)
        padding = try container.decode([UInt8].self, forKey: .padding)
    }
}

func receiveSlowly(_ queue: Queue) throws -> Int {
    try queue.channel.receive(as: DecodedSlowly.self, wait: .forever)?.padding.count ?? 0
}

/// An element of a ledger: who sent it, and its number there.
struct Entry: Codable, Sendable, Hashable {
    var producer: Int
    var number: Int
    /// Makes some elements too large to travel in the queue itself.
    var padding: [UInt8]

    init(_ producer: Int, _ number: Int, padding: Int = 0) {
        self.producer = producer
        self.number = number
        self.padding = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: padding)
    }

    var isIntact: Bool { padding.allSatisfy { $0 == UInt8(truncatingIfNeeded: number) } }
}

func produce(_ queue: Queue, _ producer: Int, _ count: Int) throws -> Int {
    for number in 0..<count {
        let entry = Entry(producer, number, padding: number % 37 == 0 ? 400 : 0)
        guard try queue.channel.send(entry, wait: .forever) else { return number }
    }
    return count
}

/// Receives until the channel is closed and empty; what each producer sent, in order of arrival.
func consume(_ queue: Queue) throws -> [Int: [Int]] {
    var seen: [Int: [Int]] = [:]
    while let entry = try queue.channel.receive(as: Entry.self, wait: .forever) {
        guard entry.isIntact else { throw MultitaskingError(.decodeFailed, "\(entry) is damaged") }
        seen[entry.producer, default: []].append(entry.number)
    }
    return seen
}

private let kept = Mutex<(any Channel)?>(nil)
private func keep(_ queue: Queue) { kept.withLock { $0 = queue.channel } }

/// Does with a channel that is gone what would change another one in its place; which of it was refused.
private func useKept(_ x: Int) -> [String] {
    guard let channel = kept.withLock({ $0 }) else { return [] }
    var refused: [String] = []
    do { try channel.taskDone() } catch let error as MultitaskingError {
        refused.append(error.code.description)
    } catch {}
    if channel.close(discarding: false) == 0, channel.close(discarding: true) == 0 { refused.append("close") }
    return refused
}

private func receiveOne(_ queue: Queue) throws -> Int? { try queue.channel.receive(as: Int.self, wait: .forever) }
private func sendOne(_ queue: Queue, _ value: Int) throws -> Bool { try queue.channel.send(value, wait: .forever) }
private func relayLater(_ input: Queue, _ output: Queue, _ count: Int) async throws -> Int {
    for _ in 0..<count {
        guard let value = try await input.channel.receive(as: Int.self, wait: .forever) else { return -1 }
        _ = try await output.channel.send(value, wait: .forever)
    }
    return count
}
private func workOff(_ queue: Queue) throws -> Int {
    var count = 0
    while try queue.channel.receive(as: Int.self, wait: .forever) != nil {
        count += 1
        try queue.channel.taskDone()
    }
    return count
}

extension Harness {
    /// A handle that a worker has kept leads to nothing when its channel is gone, also when others have its place.
    func channelGone() throws {
        try withPool(maxWorkers: 1) { pool in
            var channel: (any Channel)? = try pool.makeChannel()
            if let channel { try pool.submit(keep, Queue(channel)).value() }
            channel = nil
            let others = try (0..<400).map { _ in try pool.makeChannel() }
            for other in others { _ = try other.send(1, wait: .never) }
            checkEqual(try pool.submit(useKept, 0).value(timeout: .seconds(20)), ["noSuchObject", "close"])
            for other in others {
                check(!other.join(wait: .never), "an element was reported by nobody")
                checkEqual(try other.receive(as: Int.self, wait: .never), 1)
                check(!other.status.isClosed, "a channel was closed by the handle of another one")
            }
        }
    }

    func channelOrder() throws {
        try withPool { pool in
            let channel = try pool.makeChannel(capacity: nil)
            checkEqual(channel.status, ChannelStatus(count: 0, capacity: nil, isClosed: false))
            for number in 0..<120_000 { check(try channel.send(number, wait: .never), "\(number) was refused") }
            checkEqual(channel.status.count, 120_000)
            check(pool.memoryUsage.channelSegments > 3000, "\(pool.memoryUsage)")
            for number in 0..<120_000 { checkEqual(try channel.receive(as: Int.self, wait: .never), number) }
            checkEqual(try channel.receive(as: Int.self, wait: .never), nil)
            checkEqual(channel.status.count, 0)
            check(pool.memoryUsage.channelSegments <= 2, "\(pool.memoryUsage)")
            for round in 0..<500 {
                for number in 0..<(round % 70) { _ = try channel.send(number, wait: .never) }
                for number in 0..<(round % 70) { checkEqual(try channel.receive(as: Int.self, wait: .never), number) }
            }
            check(pool.memoryUsage.channelSegments <= 2, "\(pool.memoryUsage)")
        }
    }

    func channelBounded() throws {
        try withPool { pool in
            for capacity in [1, 2, 31, 32, 100] {
                let channel = try pool.makeChannel(capacity: capacity)
                checkEqual(channel.status.capacity, capacity)
                for round in 0..<3 {
                    for number in 0..<capacity { check(try channel.send(number + round, wait: .never), "no room") }
                    check(try !channel.send(-1, wait: .never), "there is too much room")
                    check(try !channel.send(-1, wait: .upTo(.milliseconds(1))), "there is too much room")
                    for number in 0..<capacity {
                        checkEqual(try channel.receive(as: Int.self, wait: .never), number + round)
                    }
                }
            }
            let channel = try pool.makeChannel(capacity: 2)
            let task = try pool.submit(produce, Queue(channel), 0, 1000)
            let seen = try (0..<1000).map { _ in
                try channel.receive(as: Entry.self, wait: .upTo(.seconds(20)))?.number ?? -1
            }
            checkEqual(seen, Array(0..<1000))
            checkEqual(try task.value(), 1000)
        }
    }

    /// Several workers and this process send and receive at once: nothing is lost, doubled or put out of order.
    func channelLedger() throws {
        for capacity in [nil, 1, 7, 200] as [Int?] {
            try withPool(maxWorkers: 4) { pool in
                let count = capacity == 1 ? 300 : 3000
                let channel = try pool.makeChannel(capacity: capacity)
                let consumers = try (0..<2).map { _ in try pool.submit(consume, Queue(channel)) }
                let producers = try (0..<2).map { try pool.submit(produce, Queue(channel), $0, count) }
                let own = startThread {
                    do { _ = try produce(Queue(channel), 2, count) } catch { Checks.fail("\(error)") }
                }
                for producer in producers { checkEqual(try producer.value(timeout: .seconds(60)), count) }
                pthread_join(own, nil)
                channel.close(discarding: false)
                var seen: [Int: [Int]] = [:]
                for part in try consumers.map({ try $0.value(timeout: .seconds(60)) }) + [consume(Queue(channel))] {
                    for (producer, numbers) in part {
                        check(numbers.isAscending, "a consumer sees producer \(producer) out of order")
                        seen[producer, default: []] += numbers
                    }
                }
                for producer in 0..<3 {
                    checkEqual(seen[producer]?.sorted(), Array(0..<count), "what \(producer) sent")
                }
            }
        }
    }

    func channelTypes() throws {
        try withPool { pool in
            let channel = try pool.makeChannel(capacity: nil)
            _ = try channel.send("text", wait: .never)
            let error = checkThrows(.wrongType) { try channel.receive(as: Int.self, wait: .never) }
            check(error?.message.contains("String") ?? false, "\(String(describing: error))")
            check(error?.message.contains("Int") ?? false, "\(String(describing: error))")
            checkEqual(channel.status.count, 1)
            checkEqual(try channel.receive(as: String.self, wait: .never), "text")

            checkThrows(.encodeFailed) { try channel.send(Grenade(.throwPlain, .encodingAtHome), wait: .never) }
            checkEqual(channel.status.count, 0)
            _ = try channel.send(Grenade(.throwPlain, .decodingAtHome), wait: .never)
            _ = try channel.send(8, wait: .never)
            checkThrows(.decodeFailed) { try channel.receive(as: Grenade.self, wait: .never) }
            checkEqual(try channel.receive(as: Int.self, wait: .never), 8)

            _ = try channel.send(Grenade(.sigkill, .decodingAway), wait: .never)
            _ = try channel.send(9, wait: .never)
            let task = try pool.submit(Queue(channel)) { (queue: Queue) throws -> Bool in
                try queue.channel.receive(as: Grenade.self, wait: .never) != nil
            }
            checkThrows(.workerCrashed) { try task.value() }
            checkEqual(try channel.receive(as: Int.self, wait: .upTo(.seconds(20))), 9)
        }
    }

    func channelLarge() throws {
        try withPool { pool in
            let there = try pool.makeChannel(capacity: 3)
            let back = try pool.makeChannel(capacity: nil)
            let task = try pool.submit(Queue(there), Queue(back)) { (there: Queue, back: Queue) throws -> Int in
                var count = 0
                while let bytes = try there.channel.receive(as: [UInt8].self, wait: .forever) {
                    _ = try back.channel.send(bytes, wait: .forever)
                    count += 1
                }
                return count
            }
            let sizes = [0, 1, 80, 96, 97, 256, 5000, 1 << 19, 1 << 20, (1 << 20) + 1, 10 << 20, 100]
            for (index, size) in sizes.enumerated() {
                check(try there.send([UInt8](repeating: UInt8(index), count: size), wait: .forever), "not sent")
            }
            there.close(discarding: false)
            for (index, size) in sizes.enumerated() {
                let bytes = try back.receive(as: [UInt8].self, wait: .upTo(.seconds(20)))
                check(bytes == [UInt8](repeating: UInt8(index), count: size), "\(size) bytes came back changed")
            }
            checkEqual(try task.value(), sizes.count)
            for _ in 0..<50 { _ = try back.send([UInt8](repeating: 1, count: 10_000), wait: .never) }
            checkEqual(back.close(discarding: true), 50)
            checkEqual(pool.memoryUsage.blocks, 0, "blocks after discarding")
        }
    }

    func channelClose() throws {
        try withPool(maxWorkers: 4) { pool in
            check(eventually { pool.workerProcessIDs.count == 4 }, "the workers did not start")
            for _ in 0..<10 {
                let empty = try pool.makeChannel(capacity: nil)
                let full = try pool.makeChannel(capacity: 1)
                _ = try full.send(0, wait: .never)
                let receivers = try (0..<2).map { _ in try pool.submit(receiveOne, Queue(empty)) }
                let senders = try (0..<2).map { try pool.submit(sendOne, Queue(full), $0) }
                check(eventually { (receivers.map(\.state) + senders.map(\.state)).allSatisfy { $0 == .running } }, "")
                empty.close(discarding: false)
                checkEqual(full.close(discarding: true), 1)
                for receiver in receivers { checkEqual(try receiver.value(timeout: .seconds(20)), nil) }
                for sender in senders { checkThrows(.closed) { try sender.value(timeout: .seconds(20)) } }
                checkThrows(.closed) { try empty.send(1, wait: .forever) }
                checkEqual(try full.receive(as: Int.self, wait: .forever), nil)
                checkEqual(full.close(discarding: true), 0)
                check(full.status.isClosed, "the channel is not closed")
            }
            let kept = try pool.makeChannel(capacity: nil)
            for number in 0..<100 { _ = try kept.send(number, wait: .never) }
            kept.close(discarding: false)
            for number in 0..<100 { checkEqual(try kept.receive(as: Int.self, wait: .forever), number) }
            checkEqual(try kept.receive(as: Int.self, wait: .forever), nil)
        }
    }

    func channelJoin() throws {
        try withPool(maxWorkers: 3) { pool in
            let channel = try pool.makeChannel(capacity: 16)
            checkThrows(.invalidArgument) { try channel.taskDone() }
            check(channel.join(wait: .never), "an unused channel is not joined")
            let workers = try (0..<3).map { _ in try pool.submit(workOff, Queue(channel)) }
            for number in 0..<1000 { _ = try channel.send(number, wait: .forever) }
            check(channel.join(wait: .upTo(.seconds(30))), "1000 elements were not worked off")
            checkThrows(.invalidArgument) { try channel.taskDone() }
            _ = try channel.send(1, wait: .forever)
            check(channel.join(wait: .upTo(.seconds(30))), "the 1001st element was not worked off")
            channel.close(discarding: false)
            checkEqual(try workers.map { try $0.value() }.reduce(0, +), 1001)
            let other = try pool.makeChannel(capacity: nil)
            for number in 0..<10 { _ = try other.send(number, wait: .never) }
            check(!other.join(wait: .upTo(.milliseconds(2))), "a channel with elements is joined")
            other.close(discarding: true)
            check(other.join(wait: .upTo(.seconds(20))), "discarded elements were not counted as done")
        }
    }

    /// What an element takes that somebody reads while its channel's last handle is dropped is given back afterwards,
    /// though no other channel comes or goes.
    func channelDroppedWhileRead() throws {
        try withCounter { path in
            try withPool(maxWorkers: 1) { pool in
                let reader: Future<Int>
                do {
                    let channel = try pool.makeChannel()
                    reader = try pool.submit(receiveSlowly, Queue(channel))
                    checkEqual(try channel.send(DecodedSlowly(path), wait: .forever), true)
                    check(eventually { Proc.size(path) == 1 }, "the element is not decoded")
                }
                checkEqual(try reader.value(timeout: .seconds(20)), 100_000)
            }
        }
    }

    func channelDropped() throws {
        try withPool(maxWorkers: 2) { pool in
            let gate = try pool.makeCancelSignal()
            let started = try pool.makeChannel(capacity: nil)
            var dropped: (any Channel)? = try pool.makeChannel(capacity: 1)
            for _ in 0..<1 { _ = try dropped?.send([UInt8](repeating: 1, count: 1000), wait: .never) }
            let blocked = try dropped.map { try pool.submit(sendOne, Queue($0), 5) }
            check(eventually { blocked?.state == .running }, "the sender does not run")
            let blocker = try pool.submit(waitForFlag, Queue(started), Flag(gate))
            _ = try started.receive(as: Int32.self, wait: .forever)
            let late = try dropped.map { try pool.submit(sendOne, Queue($0), 5) }
            usleep(10_000)
            dropped = nil
            do {
                _ = try blocked?.value(timeout: .seconds(20))
                Checks.fail("a send into a dropped channel succeeded")
            } catch let error as MultitaskingError { checkEqual(error.code, .closed) }
            gate.set()
            do {
                _ = try late?.value(timeout: .seconds(20))
                Checks.fail("a task got a channel that no longer exists")
            } catch let error as MultitaskingError {
                check([.noSuchObject, .closed].contains(error.code), "\(error)")
            }
            _ = try blocker.value()
        }
    }

    func channelAsync() throws {
        try withPool(maxWorkers: 2) { pool in
            let input = try pool.makeChannel(capacity: 4)
            let output = try pool.makeChannel(capacity: 4)
            let relay = try pool.submit(relayLater, Queue(input), Queue(output), 500)
            runAsync {
                async let sent: Void = {
                    for number in 0..<500 { _ = try await input.send(number, wait: .forever) }
                }()
                for number in 0..<500 {
                    let value = try await output.receive(as: Int.self, wait: .forever)
                    checkEqual(value, number)
                }
                try await sent
                let none = try await output.receive(as: Int.self, wait: .upTo(.milliseconds(5)))
                checkEqual(none, nil)
                for _ in 0..<4 { _ = try await input.send(1, wait: .never) }
                let refused = try await input.send(1, wait: .upTo(.milliseconds(5)))
                check(!refused, "a full channel took an element")
                let receiver = Task { try await output.receive(as: Int.self, wait: .forever) }
                output.close(discarding: false)
                let ended = try await receiver.value
                checkEqual(ended, nil)
                input.close(discarding: true)
            }
            checkEqual(try relay.value(timeout: .seconds(30)), 500)
        }
    }

    func channelAsyncCancellation() throws {
        try withPool(maxWorkers: 1) { pool in
            let channel = try pool.makeChannel(capacity: nil)
            runAsync {
                for _ in 0..<50 {
                    let waiting = Task { try await channel.receive(as: Int.self, wait: .forever) }
                    await Task.yield()
                    waiting.cancel()
                    do {
                        _ = try await waiting.value
                        Checks.fail("a cancelled wait returned")
                    } catch { check(error is CancellationError, "\(error)") }
                }
                _ = try await channel.send(3, wait: .never)
                let value = try await channel.receive(as: Int.self, wait: .forever)
                checkEqual(value, 3)
            }
        }
    }

    /// Channels come and go while workers use others.
    func channelMany() throws {
        try withPool(maxWorkers: 2) { pool in
            for round in 0..<300 {
                let channels = try (0..<5).map { _ in try pool.makeChannel(capacity: nil) }
                let tasks = try channels.map { try pool.submit(produce, Queue($0), round, 10) }
                for (channel, task) in zip(channels, tasks) {
                    checkEqual(try task.value(), 10)
                    checkEqual(channel.status.count, 10)
                    if round % 2 == 0 {
                        for number in 0..<10 {
                            checkEqual(try channel.receive(as: Entry.self, wait: .never)?.number, number)
                        }
                    }
                }
            }
            checkEqual(pool.memoryUsage.channels, 0, "channels")
            checkEqual(pool.memoryUsage.channelSegments, 0, "segments")
        }
    }
}
