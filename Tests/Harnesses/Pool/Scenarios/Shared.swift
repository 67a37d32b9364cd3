import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingSerialization

let sharedScenarios: [String: Scenario] = [
    "shared-array": { try $0.sharedArray() },
    "shared-value": { try $0.sharedValue() },
    "shared-made": { try $0.sharedMade() },
    "shared-lifetime": { try $0.sharedLifetime() },
    "shared-stray-write": { try $0.sharedStrayWrite() },
    "shared-deaths": { try $0.sharedDeaths() },
    "shared-client-forks": { try $0.sharedClientForks() },
    "shared-elsewhere": { try $0.sharedElsewhere() },
    "shared-file": { try $0.sharedFile() },
    "shared-large": { try $0.sharedLarge() },
    "shared-sizes": { try $0.sharedSizes() },
    "shared-queue": { try $0.sharedQueue() },
    "shared-copies": { try $0.sharedCopies() },
    "results-of": { try $0.resultsOf() },
]

private func sum(_ part: Range<Int>, _ numbers: SharedArray<Int>) -> Int {
    numbers.withSpan { span in part.reduce(0) { $0 &+ span[$1] } }
}

private func sumAndReport(_ numbers: SharedArray<Int>, _ queue: Queue, _ flag: Flag) throws -> Int {
    _ = try queue.channel.send(getpid(), wait: .forever)
    _ = flag.signal.waitUntilSet(.forever)
    return numbers.reduce(0, &+)
}

/// A value that counts how often it was decoded in its process.
struct Model: Codable, Sendable, Equatable {
    nonisolated(unsafe) static var decodings = 0
    let words: [String: [Int]]

    init(_ number: Int) { words = ["a": [number], "b": Array(0..<number)] }

    init(from decoder: any Decoder) throws {
        unsafe Self.decodings += 1
        words = try decoder.singleValueContainer().decode([String: [Int]].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(words)
    }
}

struct Weights: Codable, Sendable {
    let name: String
    let numbers: SharedArray<Float>
}

struct Parcel: Codable, Sendable {
    let bytes: [UInt8]
    let numbers: SharedArray<Int>
}

private func returned(_ parcel: Parcel) throws -> Parcel {
    guard parcel.numbers.last == 3 else { throw MultitaskingError(.invalidArgument, "the array is another one") }
    return parcel
}

private func look(_ model: Shared<Model>) -> [Int32] {
    [getpid(), Int32(unsafe Model.decodings), Int32(model.value.words["b"]?.count ?? -1)]
}

private func makeModel(_ number: Int) -> Model { Model(number) }
private func failToMakeModel(_ number: Int) throws -> Model {
    throw MultitaskingError(.invalidArgument, "no model \(number)")
}
private func mergeModels(_ first: Model, _ second: Model) -> Int {
    (first.words["b"]?.count ?? -1) + (second.words["b"]?.count ?? -1)
}
private func growModel(_ model: Model) -> Model { Model((model.words["b"]?.count ?? -2) + 1) }
private func dieMerging(_ first: Model, _ second: Model) -> Int {
    if mergeModels(first, second) > 0 { kill(getpid(), SIGKILL) }
    return 0
}
private func shareOn(_ numbers: SharedArray<Int>, _ first: Int) -> Int { numbers.reduce(first, &+) }

private func weigh(_ weights: Shared<Weights>) -> Float { weights.value.numbers.reduce(0, +) }

private func makeNumbers(_ here: Here, _ count: Int, _ first: Int) throws -> SharedArray<Int> {
    try here.environment().makeSharedArray(of: Int.self, count: count) { numbers in
        for index in numbers.indices { numbers[index] = first + index }
    }
}

private func failToMake(_ here: Here, _ count: Int) throws -> SharedArray<Int> {
    try here.environment().makeSharedArray(of: Int.self, count: count) { _ in
        throw MultitaskingError(.invalidArgument, "not made")
    }
}

private func makeAndDie(_ here: Here, _ count: Int) throws -> SharedArray<Int> {
    let kept = try makeNumbers(here, count, 0)
    return try here.environment().makeSharedArray(of: Int.self, count: count) { _ in
        withExtendedLifetime(kept) { _ = kill(getpid(), SIGKILL) }
    }
}

private func makeAndSend(_ here: Here, _ queue: Queue, _ count: Int) throws -> Int {
    _ = try queue.channel.send(makeNumbers(here, count, 7), wait: .forever)
    return count
}

private func writeStrayly(_ numbers: SharedArray<Int>) -> Int {
    unsafe numbers.withUnsafeBufferPointer { buffer in
        unsafe UnsafeMutablePointer(mutating: buffer.baseAddress)?.pointee = 42
        return unsafe buffer[0]
    }
}

private func dieReading(_ numbers: SharedArray<Int>) -> Int {
    if numbers.reduce(0, &+) != 0 { kill(getpid(), SIGKILL) }
    return 0
}

private func handBack(_ numbers: SharedArray<Int>) -> SharedArray<Int> { numbers }

private func sharedMemory(_ numbers: SharedArray<Int>) -> [Int] {
    // All of its pages.
    let sum = numbers.withSpan { span in stride(from: 0, to: span.count, by: 512).reduce(0) { $0 &+ span[$1] } }
    return [privateBytes(), sum * 512]
}

/// How many bytes this process has to itself.
private func privateBytes() -> Int {
    guard let file = unsafe fopen("/proc/self/statm", "r") else { return -1 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard unsafe fgets(&line, 256, file) != nil else { return -1 }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    let fields = text.split { !$0.isNumber }.compactMap { Int($0) }
    return fields.count > 2 ? (fields[1] - fields[2]) * 4096 : -1
}

private func expected(_ part: Range<Int>) -> Int { part.reduce(0, +) }

extension Harness {
    /// What does not belong to the pool's numbers.
    private func checkNothingIsShared(_ pool: ProcessPool, line: Int = #line) {
        let isGone = eventually { pool.memoryUsage.sharedValues == 0 }
        check(isGone, "\(pool.memoryUsage.sharedValues) values are still shared", line: line)
    }

    fileprivate func sharedArray() throws {
        try withPool { pool in
            let numbers = try pool.share(Array(0..<300_000))
            checkEqual(numbers.count, 300_000)
            checkEqual(numbers[299_999], 299_999)
            let parts = (0..<30).map { $0 * 10_000..<($0 + 1) * 10_000 }
            let futures = try parts.map { try pool.submit(sum, $0, numbers) }
            for (part, future) in zip(parts, futures) { checkEqual(try future.value(), expected(part)) }
            // Captured, returned, and through a channel.
            let count = number + 3
            checkEqual(try pool.submit(2) { numbers[$0] + count + numbers.count }.value(), 2 + count + 300_000)
            let back = try pool.submit(handBack, numbers).value()
            checkEqual(back[17], 17)
            checkEqual(Array(back), Array(numbers))
            let channel = try pool.makeChannel()
            _ = try channel.send(numbers, wait: .never)
            checkEqual(try channel.receive(as: SharedArray<Int>.self, wait: .never)?.count, 300_000)
            checkThrows(.wrongType) {
                _ = try channel.send(numbers, wait: .never)
                return try channel.receive(as: SharedArray<Double>.self, wait: .never)
            }
            channel.close(discarding: true)
            // Nothing, and elements that are more than numbers.
            checkEqual(try pool.submit(sum, 0..<0, pool.share([Int]())).value(), 0)
            let pairs = try pool.share((0..<1000).map { NumberPair(number: $0, isOdd: $0 % 2 == 1) })
            checkEqual(try pool.submit(1) { pairs[$0 + 6].isOdd ? pairs[$0 + 6].number : -1 }.value(), 7)
            // A private type's name has an address in it, which another process has elsewhere.
            let pixels = try pool.share([Pixel(red: 1), Pixel(red: 2)])
            checkEqual(try pool.submit(0) { pixels[$0].red + pixels[1].red }.value(), 3)
            let other = try pool.makeChannel()
            _ = try other.send(pixels, wait: .never)
            checkEqual(try pool.submit(sumOfPixels, Queue(other)).value(), 3)
        }
    }

    fileprivate func sharedValue() throws {
        try withPool { pool in
            let model = try pool.share(Model(5000))
            checkEqual(model.value.words["a"], [5000])
            let looks = try (0..<40).map { _ in try pool.submit(look, model) }.map { try $0.value() }
            for look in looks {
                checkEqual(look[2], 5000)
                checkEqual(look[1], 1, "decodings in a worker")
            }
            // A value that has an array inside, which is there as long as the value is.
            let weights = try pool.share(Weights(name: "w", numbers: pool.share([Float](repeating: 0.5, count: 5000))))
            checkEqual(try pool.submit(weigh, weights).value(), 2500)
            checkEqual(pool.memoryUsage.sharedValues, 3)
            let again = try pool.submit(weigh, weights).value()
            checkEqual(again, 2500)
        }
    }

    fileprivate func sharedMade() throws {
        try withPool { pool in
            for count in [0, 1, 300, 5000, 1 << 20] {
                let numbers = try pool.submit(makeNumbers, Here(), count, 3).value()
                checkEqual(numbers.count, count)
                checkEqual(numbers.last, count > 0 ? count + 2 : nil)
                checkEqual(try pool.submit(sum, 0..<count, numbers).value(), expected(3..<count + 3))
            }
            checkNothingIsShared(pool)
            // Nobody asks for it.
            for _ in 0..<40 { _ = try pool.submit(makeNumbers, Here(), 1000, 1) }
            checkThrows(.invalidArgument) { try pool.submit(failToMake, Here(), 1000).value() }
            checkThrows(.workerCrashed) { try pool.submit(makeAndDie, Here(), 1000).value() }
            checkThrows(.arenaLimitReached) { try pool.submit(makeNumbers, Here(), 1 << 26, 1).value() }
            checkNothingIsShared(pool)
            let channel = try pool.makeChannel()
            checkEqual(try pool.submit(makeAndSend, Here(), Queue(channel), 3000).value(), 3000)
            checkEqual(pool.memoryUsage.sharedValues, 1)
            let numbers = try channel.receive(as: SharedArray<Int>.self, wait: .never)
            checkEqual(numbers?.last, 3006)
        }
    }

    fileprivate func sharedLifetime() throws {
        try withPool { pool in
            let channel = try pool.makeChannel()
            let queue = Queue(channel)
            let flag = Flag(try pool.makeCancelSignal())
            var numbers: SharedArray<Int>? = try pool.share(Array(0..<100_000))
            let count = (numbers?.count ?? 0)
            var futures: [Future<Int>] = []
            for _ in 0..<6 { if let numbers { futures.append(try pool.submit(sumAndReport, numbers, queue, flag)) } }
            // The parent drops it while two tasks use it, and four wait.
            numbers = nil
            _ = try channel.receive(as: Int32.self, wait: .forever)
            checkEqual(pool.memoryUsage.sharedValues, 1)
            flag.signal.set()
            for future in futures { checkEqual(try future.value(), expected(0..<count)) }
            checkNothingIsShared(pool)
            channel.close(discarding: true)
            // Cancelled before it began, and in a channel that goes.
            flag.signal.clear()
            let other = try pool.makeChannel()
            do {
                let last = try pool.share([1, 2, 3])
                _ = try other.send(last, wait: .never)
                let busy = try (0..<2).map { _ in try pool.submit(nap, 100) }
                let waiting = try (0..<50).map { _ in try pool.submit(sum, 0..<3, last) }
                for future in waiting { future.cancel() }
                for future in busy { _ = try future.value() }
            }
            checkEqual(pool.memoryUsage.sharedValues, 1)
            other.close(discarding: true)
            checkNothingIsShared(pool)
            // What is freed makes room.
            for round in 0..<20 {
                let large = try pool.share([UInt8](repeating: UInt8(round), count: 4 << 20))
                checkEqual(try pool.submit(round) { Int(large[$0]) }.value(), round)
            }
        }
    }

    /// A handle travels with as many bytes as nearly fill a block, compressed and not.
    fileprivate func sharedSizes() throws {
        for compression in [CompressionPolicy.none, .zstd(level: 1)] {
            let pool = try ProcessPool(maxWorkers: 1, startMethod: method, compression: compression)
            defer { pool.shutdown(.drain) }
            let numbers = try pool.share([1, 2, 3])
            for size in [256, 512, 4096, 1 << 16, 1 << 20] {
                // What is beside the bytes takes less than that.
                for count in stride(from: size - 96, to: size + 8, by: size > 4096 ? 5 : 1) {
                    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) }
                    let parcel = try pool.submit(returned, Parcel(bytes: bytes, numbers: numbers)).value()
                    guard parcel.bytes == bytes, parcel.numbers.last == 3 else {
                        return check(false, "\(count) bytes arrive as others")
                    }
                }
            }
        }
    }

    /// More tasks wait with a value than a table of fixed size would have room for, and the parent drops it before any
    /// of them has run.
    fileprivate func sharedQueue() throws {
        try withPool { pool in
            let channel = try pool.makeChannel()
            let flag = Flag(try pool.makeCancelSignal())
            var numbers: SharedArray<Int>? = try pool.share(Array(0..<1000))
            var futures: [Future<Int>] = []
            if let numbers {
                for _ in 0..<2 { futures.append(try pool.submit(sumAndReport, numbers, Queue(channel), flag)) }
                for _ in 0..<2 { _ = try channel.receive(as: Int32.self, wait: .forever) }
                for number in 0..<70_000 {
                    futures.append(try pool.submit(sum, number % 999..<number % 999 + 1, numbers))
                }
            }
            numbers = nil
            flag.signal.set()
            for (number, future) in futures.dropFirst(2).enumerated() {
                let value = try future.value()
                guard value != number % 999 else { continue }
                return check(false, "task \(number) returned \(value)")
            }
            futures = []
            checkNothingIsShared(pool)
        }
    }

    fileprivate func sharedStrayWrite() throws {
        try withPool { pool in
            let numbers = try pool.share(Array(1...100_000))
            let others = try (0..<10).map { _ in try pool.submit(sum, 0..<100_000, numbers) }
            checkThrows(.workerCrashed) { try pool.submit(writeStrayly, numbers).value() }
            for other in others { checkEqual(try other.value(), expected(1..<100_001)) }
            checkEqual(numbers[0], 1)
            // What a task has made is protected from others as well.
            let made = try pool.submit(makeNumbers, Here(), 5000, 3).value()
            checkThrows(.workerCrashed) { try pool.submit(writeStrayly, made).value() }
            checkEqual(made[0], 3)
            checkEqual(try pool.submit(sum, 0..<1, made).value(), 3)
        }
    }

    fileprivate func sharedDeaths() throws {
        try withPool { pool in
            let numbers = try pool.share(Array(1...100_000))
            for _ in 0..<5 {
                checkThrows(.workerCrashed) { try pool.submit(dieReading, numbers).value() }
                checkEqual(try pool.submit(sum, 0..<10, numbers).value(), 55)
            }
            let old = pool.workerProcessIDs
            kill(pool.supervisorProcessID, SIGKILL)
            check(
                eventually { (try? pool.submit(sum, 0..<10, numbers).value()) == 55 && pool.workerProcessIDs != old },
                "the successors of all do not find the array")
            var made: SharedArray<Int>? = try pool.submit(makeNumbers, Here(), 5000, 3).value()
            for worker in pool.workerProcessIDs { kill(worker, SIGKILL) }
            checkEqual(made?.last, 5002)
            made = nil
        }
    }

    fileprivate func sharedClientForks() throws {
        try withPool { pool in
            let numbers = try pool.share(Array(1...1000))
            let child = fork()
            if child == 0 {
                // Reads what its parent shares, and lets go of its own handles.
                let sum = { [numbers] in numbers.reduce(0, +) }()
                _exit(sum == 500_500 ? 7 : 1)
            }
            var status: Int32 = 0
            unsafe waitpid(child, &status, 0)
            checkEqual(status, 7 << 8)
            checkEqual(try pool.submit(sum, 0..<1000, numbers).value(), 500_500)
            checkEqual(pool.memoryUsage.sharedValues, 1)
        }
    }

    fileprivate func sharedElsewhere() throws {
        var kept: SharedArray<Int>?
        try withPool { pool in
            let numbers = try pool.share([1, 2, 3])
            let other = try ProcessPool(maxWorkers: 1, startMethod: .spawn)
            checkThrows(.noSuchObject) { try other.submit(sum, 0..<3, numbers) }
            let channel = try other.makeChannel()
            checkThrows(.noSuchObject) { try channel.send(numbers, wait: .never) }
            kept = try other.share([4, 5, 6])
            other.shutdown(.drain)
            checkThrows(.shutDown) { try other.share([1]) }
            checkThrows(.shutDown) { try other.share("text") }
        }
        // The values of a pool that has ended can be read as long as somebody has them.
        checkEqual(kept.map { Array($0) }, [4, 5, 6])
    }

    fileprivate func sharedFile() throws {
        let path = "/tmp/pool-harness-\(getpid()).numbers"
        guard let file = unsafe fopen(path, "w") else { return Checks.fail("no file") }
        let contents = Array(0..<50_000)
        _ = unsafe contents.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
        unsafe fclose(file)
        defer { _ = unsafe unlink(path) }
        let numbers = try SharedArray<Int>(mapping: path)
        checkEqual(numbers.count, 50_000)
        checkThrows(.wrongType) { try SharedArray<NumberTriple>(mapping: path) }
        try withPool { pool in
            for _ in 0..<4 { checkEqual(try pool.submit(sum, 0..<50_000, numbers).value(), expected(0..<50_000)) }
            checkThrows(.workerCrashed) { try pool.submit(writeStrayly, numbers).value() }
            // Another file under the same name is not taken for it.
            _ = unsafe rename(path, path + ".old")
            defer { _ = unsafe unlink(path + ".old") }
            let early = try ProcessPool(maxWorkers: 1, startMethod: method)
            checkThrows(.noSuchObject) { try early.submit(sum, 0..<1, numbers).value() }
            early.shutdown(.drain)
            guard let empty = unsafe fopen(path, "w") else { return Checks.fail("no file") }
            unsafe fclose(empty)
            let fresh = try ProcessPool(maxWorkers: 1, startMethod: method)
            checkThrows(.noSuchObject) { try fresh.submit(sum, 0..<1, numbers).value() }
            fresh.shutdown(.drain)
        }
        checkThrows(.systemError) { try SharedArray<Int>(mapping: "/no/such/file") }
        checkThrows(.invalidArgument) { try SharedArray<Int>(mapping: path + "\0.copy") }
        checkThrows(.invalidArgument) { try SharedArray<Int>(mapping: "/tmp") }
        checkThrows(.invalidArgument) { try SharedArray<UInt8>(mapping: "/proc/self/maps") }
    }

    /// A copy of the client finds what it captured, also when the client has dropped it meanwhile.
    fileprivate func sharedCopies() throws {
        guard method == .fork else { return }
        try withPool(captures: .byValueOrCopies) { pool in
            let tally = Tally()
            let futures = try (1...5).map { number in
                let numbers = try pool.share(Array(0..<number * 1000))
                return try pool.submit(0) { (start: Int) -> Int in
                    usleep(20_000)
                    tally.count += 1
                    return numbers.reduce(start + tally.count, &+)
                }
            }
            for (number, future) in zip(1..., futures) {
                checkEqual(try future.value(), expected(0..<number * 1000) + 1)
            }
            checkNothingIsShared(pool)
        }
    }

    /// Results go from worker to worker, and stay where they are.
    fileprivate func resultsOf() throws {
        try withPool { pool in
            let small = try pool.submit(makeModel, 3)
            let large = try pool.submit(makeModel, 300_000)
            let merged = try pool.submit(mergeModels, resultsOf: small, large)
            let again = try pool.submit(mergeModels, resultsOf: large, large)
            checkEqual(try merged.value(), 300_003)
            checkEqual(try again.value(), 600_000)
            // From one to the next, whether that is known or under way when it is asked for.
            let grown = try pool.submit(growModel, resultsOf: small)
            let regrown = try pool.submit(growModel, resultsOf: grown)
            checkEqual(try pool.submit(mergeModels, resultsOf: small, regrown).value(), 8)
            checkEqual(try pool.submit(mergeModels, resultsOf: grown, regrown).value(), 9)
            checkEqual(unsafe Model.decodings, 0, "decodings in the client")
            checkThrows(.workerCrashed) { try pool.submit(dieMerging, resultsOf: small, large).value() }
            // Asked for while another task is to be given it, and after that.
            let late = try pool.submit(mergeModels, resultsOf: large, small)
            checkEqual(try large.value().words["b"]?.count, 300_000)
            checkEqual(try late.value(), 300_003)
            checkEqual(try pool.submit(mergeModels, resultsOf: large, small).value(), 300_003)
            let captured = number + 5
            checkEqual(
                try pool.submit(resultsOf: small, large) { mergeModels($0, $1) + captured }.value(), 300_003 + captured)
            // A handle is handed on as well.
            let made = try pool.submit(makeNumbers, Here(), 1000, 0)
            let first = try pool.submit(double, 4)
            checkEqual(try pool.submit(shareOn, resultsOf: made, first).value(), expected(0..<1000) + 8)
            let error = checkThrows(.dependencyFailed) {
                try pool.submit(mergeModels, resultsOf: small, pool.submit(failToMakeModel, 7)).value()
            }
            check("\(error, default: "")".contains("no model 7"), "the cause is lost: \(error, default: "")")
        }
    }

    /// Much more than the arena holds, in memory that no worker has to itself.
    fileprivate func sharedLarge() throws {
        try withPool(arenaLimit: 4 << 20) { pool in
            let count = (64 << 20) / 8
            let numbers = try pool.share([Int](repeating: 1, count: count))
            let before = try (0..<4).map { _ in try pool.submit(sharedMemory, numbers) }.map { try $0.value() }
            for (bytes, found) in before.map({ ($0[0], $0[1]) }) {
                checkEqual(found, count)
                check(bytes < 20 << 20, "a worker has \(bytes) bytes to itself")
            }
            let error = checkThrows(.arenaLimitReached) {
                _ = try pool.submit(makeNumbers, Here(), count, 1).value()
            }
            check(
                error?.message.contains("arenaLimit") ?? false,
                "the error does not say what to change: \(error, default: "")")
        }
    }
}

/// An argument that is what a task can ask of its pool.
struct Here: Codable, Sendable {
    private let found: (any TaskEnvironment)?

    init() { found = nil }
    init(from decoder: any Decoder) throws { found = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }

    func environment() throws -> any TaskEnvironment {
        guard let found else { throw MultitaskingError(.noSuchObject, "this is no task") }
        return found
    }
}

/// Of 24 bytes, which do not divide what is in the file.
struct NumberTriple: BitwiseCopyable {
    let numbers: (Int, Int, Int)
}

private struct Pixel: BitwiseCopyable {
    let red: Int
}

private func sumOfPixels(_ queue: Queue) throws -> Int {
    try queue.channel.receive(as: SharedArray<Pixel>.self, wait: .forever)?.reduce(0) { $0 + $1.red } ?? 0
}

struct NumberPair: BitwiseCopyable {
    let number: Int
    let isOdd: Bool
}
