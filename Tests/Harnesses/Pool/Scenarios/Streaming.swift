import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let streamingScenarios: [String: Scenario] = [
    "stream-endless": { try $0.endlessStream() },
    "stream-idle-reader": { try $0.idleReader() },
    "stream-left": { try $0.leftStream() },
    "stream-crashes": { try $0.crashesInAStream() },
    "stream-limits": { try $0.limitsInAStream() },
    "stream-full-arena": { try $0.streamInAFullArena() },
    "stream-never-fits": { try $0.streamOfWhatNeverFits() },
]

private func half(_ number: Int) -> Int { number / 2 }
private func sleepAfterTheFirst(_ number: Int) -> Int {
    if number > 0 { sleep(100) }
    return number
}
private func strike(_ number: Int) -> Int {
    if number % 1000 == 777 { kill(getpid(), SIGKILL) }
    return number
}
/// Takes long for no bytes, and makes many of one.
private func swell(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.isEmpty { usleep(300_000) }
    return bytes.count == 1 ? [UInt8](repeating: bytes[0], count: 18 << 20) : [UInt8](bytes.prefix(10))
}
/// Bytes, with which a task waits if there is one.
struct HeldBytes: Codable, Sendable {
    let bytes: [UInt8]
    let flag: Flag
}
private func countWhenSet(_ held: HeldBytes) -> Int {
    if held.bytes.count == 1 { _ = held.flag.signal.waitUntilSet(.upTo(.seconds(60))) }
    return held.bytes.count
}
private func stallAtTwo(_ number: Int) -> Int {
    if number == 2 { sleep(100) }
    return number
}

/// Inputs of which the large ones come late: when a large result is there, which would find no room otherwise.
private struct SlowInputs: Sequence, IteratorProtocol, Sendable {
    private var rest: ArraySlice<[UInt8]>

    init(_ inputs: [[UInt8]]) { rest = inputs[...] }

    mutating func next() -> [UInt8]? {
        if let first = rest.first, first.count > 1 { usleep(150_000) }
        return rest.popFirst()
    }
}

/// A number that several threads may change.
private final class Count: Sendable {
    private let number = Atomic<Int>(0)
    var value: Int { number.load(ordering: .acquiring) }
    func add() { number.add(1, ordering: .acquiringAndReleasing) }
}

/// Natural numbers without end, and how many of them were taken.
private struct Numbers: Sequence, Sendable {
    let taken = Count()

    func makeIterator() -> some IteratorProtocol<Int> {
        sequence(state: 0) { [taken] (next: inout Int) -> Int? in
            taken.add()
            defer { next += 1 }
            return next
        }
    }
}

/// The same, asynchronously.
private struct AsyncNumbers: AsyncSequence, Sendable {
    let taken = Count()

    struct Iterator: AsyncIteratorProtocol {
        let taken: Count
        var next = 0
        mutating func next() async throws -> Int? {
            try Task.checkCancellation()
            taken.add()
            defer { next += 1 }
            return next
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(taken: taken) }
}

/// Nothing is taken while nobody reads, after what there is room for, and that is not more than allowed.
private func checkIsIdle(_ taken: Count, read: Int, _ ahead: Int?) {
    var seen = taken.value
    check(
        eventually {
            usleep(30_000)
            defer { seen = taken.value }
            return seen == taken.value
        }, "more and more is taken while nobody reads")
    usleep(30_000)
    checkEqual(taken.value, seen)
    if let ahead { check(seen <= read + ahead, "\(seen) were taken, \(read) read, and \(ahead) are allowed ahead") }
}

extension Harness {
    /// How long the endless streams are read: two seconds, or as many as the command line says.
    private var readingTime: Duration { .seconds(number > 0 ? number : 2) }

    private var residentBytes: Int {
        Int(Proc.read("/proc/self/statm").split(separator: " ").dropFirst().first ?? "").map { $0 * 4096 } ?? 0
    }

    /// Reads streams without end: neither the client nor the pool's memory grows.
    func endlessStream() throws {
        try withPool(arenaLimit: 64 << 20) { pool in
            for order in [StreamOrder.input, .completion] {
                let start = ContinuousClock.now
                var (count, sum, memory) = (0, 0, 0)
                for (_, result) in try pool.stream(half, Numbers(), order: order) {
                    sum += try result.get()
                    count += 1
                    guard count % 10_000 == 0 else { continue }
                    // Chunks have grown to their full size by then.
                    if count == 200_000 { memory = residentBytes }
                    if ContinuousClock.now - start > readingTime / 2, count >= 200_000 { break }
                }
                check(order == .completion || sum == (0..<count).reduce(0) { $0 + $1 / 2 }, "the sum is \(sum)")
                let growth = residentBytes - memory
                check(growth < 8 << 20, "\(count) elements made the client grow by \(growth) bytes")
            }
        }
    }

    /// Stops reading, and goes on: in between nothing more is taken, from either kind of sequence.
    func idleReader() throws {
        try withPool { pool in
            for ahead in [nil, 1, 5, 100] {
                let numbers = Numbers()
                var results = try pool.stream(half, numbers, ahead: ahead).makeIterator()
                for offset in 0..<50 {
                    checkEqual(results.next()?.offset, offset)
                    if offset % 10 == 0 { checkIsIdle(numbers.taken, read: offset + 1, ahead) }
                }
                runAsync {
                    let others = AsyncNumbers()
                    var results = pool.stream(half, others, ahead: ahead).makeAsyncIterator()
                    for offset in 0..<50 {
                        checkEqual(try await results.next()?.offset, offset)
                        if offset % 10 == 0 { checkIsIdle(others.taken, read: offset + 1, ahead) }
                    }
                }
            }
        }
    }

    /// Leaves streams whose other elements would run for long: by a break, by dropping the iterator, and by ending the
    /// Swift task that reads.
    func leftStream() throws {
        try withPool { pool in
            for order in [StreamOrder.input, .completion] {
                let numbers = Numbers()
                for (offset, _) in try pool.stream(sleepAfterTheFirst, numbers, ahead: 8, order: order) {
                    checkEqual(offset, 0)
                    break
                }
                try checkIsFree(pool, after: numbers.taken)
                do {
                    var iterator = try pool.stream(sleepAfterTheFirst, numbers, ahead: 8, order: order).makeIterator()
                    checkEqual(iterator.next()?.offset, 0)
                }
                try checkIsFree(pool, after: numbers.taken)
                let others = AsyncNumbers()
                runAsync {
                    let (first, isThere) = AsyncStream<Void>.makeStream()
                    let reader = Task {
                        for try await _ in pool.stream(sleepAfterTheFirst, others, ahead: 8, order: order) {
                            isThere.yield()
                        }
                    }
                    for await _ in first { break }
                    reader.cancel()
                    do {
                        try await reader.value
                        check(false, "a cancelled reader came to an end")
                    } catch { check(error is CancellationError, "a cancelled reader threw \(error)") }
                }
                try checkIsFree(pool, after: others.taken)
            }
        }
    }

    /// The workers are free again, and nothing is taken any more.
    private func checkIsFree(_ pool: ProcessPool, after taken: Count) throws {
        for future in try (0..<4).map({ try pool.submit(half, $0) }) { _ = try future.value(timeout: .seconds(20)) }
        let count = taken.value
        usleep(20_000)
        checkEqual(taken.value, count)
    }

    /// Some elements of large chunks kill their workers: each is its own element's error, in both orders.
    func crashesInAStream() throws {
        try withPool { pool in
            for order in [StreamOrder.input, .completion] {
                var seen = Set<Int>()
                for (offset, result) in try pool.stream(strike, 0..<6000, order: order) {
                    check(seen.insert(offset).inserted, "\(offset) came twice")
                    switch result {
                    case .success(let value): checkEqual(value, offset)
                    case .failure(let error):
                        checkEqual(offset % 1000, 777)
                        checkEqual((error as? MultitaskingError)?.code, .workerCrashed)
                    }
                }
                checkEqual(seen.count, 6000)
            }
        }
    }

    /// Time limits and retries are each element's, and the other elements go on.
    func limitsInAStream() throws {
        try withPool { pool in
            let options = TaskOptions(timeout: .milliseconds(400), gracePeriod: .milliseconds(20))
            var count = 0
            for (offset, result) in try pool.stream(stallAtTwo, 0..<200, ahead: 50, options: options) {
                count += 1
                switch result {
                case .success(let value): checkEqual(value, offset)
                case .failure(let error):
                    checkEqual(offset, 2)
                    checkEqual((error as? MultitaskingError)?.code, .taskTimedOut)
                }
            }
            checkEqual(count, 200)
        }
    }

    /// An input that can never fit fails when it is taken, though a task before it has not ended.
    func streamOfWhatNeverFits() throws {
        try withPool(maxWorkers: 2, arenaLimit: 32 << 20) { pool in
            let flag = try pool.makeCancelSignal()
            let inputs = [1, 64 << 20, 3, 4].map { count in
                HeldBytes(bytes: [UInt8](repeating: 7, count: count), flag: Flag(flag))
            }
            var offsets: [Int] = []
            for (offset, result) in try pool.stream(countWhenSet, inputs, ahead: 8, order: .completion) {
                offsets.append(offset)
                if offset == 1 {
                    checkThrows(.arenaLimitReached) { try result.get() }
                } else {
                    checkEqual(try result.get(), inputs[offset].bytes.count)
                }
                if offsets.count == 3 { flag.set() }
            }
            checkEqual(offsets.last, 0, "the last one in \(offsets)")
            checkEqual(offsets.sorted(), [0, 1, 2, 3])
        }
    }

    /// A result that cannot be read yet leaves no room in the arena for the next input, which waits until it was read;
    /// the reader, who would have to wait for that room, goes on.
    func streamInAFullArena() throws {
        let inputs: [[UInt8]] = [[], [3], [UInt8](repeating: 7, count: 18 << 20), []]
        let counts = [0, 18 << 20, 10, 0]
        let slowInputs = SlowInputs(inputs)
        try withPool(maxWorkers: 2, arenaLimit: 32 << 20) { pool in
            for ahead in [nil, 4] {
                for order in [StreamOrder.input, .completion] {
                    var found: [Int: Int] = [:]
                    for (offset, result) in try pool.stream(swell, slowInputs, ahead: ahead, order: order) {
                        found[offset] = try result.get().count
                    }
                    checkEqual(found, Dictionary(uniqueKeysWithValues: counts.enumerated().map { ($0, $1) }))
                }
                runAsync {
                    var found: [Int] = []
                    for try await (_, result) in pool.stream(swell, slowInputs, ahead: ahead) {
                        found.append(try result.get().count)
                    }
                    checkEqual(found, counts)
                    let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
                    Task {
                        for input in inputs {
                            if input.count > 1 { try await Task.sleep(for: .milliseconds(150)) }
                            continuation.yield(input)
                        }
                        continuation.finish()
                    }
                    found = []
                    for try await (_, result) in pool.stream(swell, stream, ahead: ahead) {
                        found.append(try result.get().count)
                    }
                    checkEqual(found, counts)
                }
            }
        }
    }
}
