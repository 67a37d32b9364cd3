import Glibc
import Multitasking
import MultitaskingProcesses
import MultitaskingThreads
import Reporting

/// The number that an environment variable holds.
private func environmentNumber(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

/// The input: 1 GiB of numbers, or as many MiB as the environment variable SHARED_MIB says.
private let sharedCount = (environmentNumber("SHARED_MIB") ?? 1024) << 20 / MemoryLayout<Double>.stride
private let sharedTasks = environmentNumber("SHARED_TASKS") ?? 200

@Sendable private func sumAll(_ numbers: SharedArray<Double>) -> Double {
    numbers.withSpan { span in
        // Four sums, so that the additions do not wait for each other.
        var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
        var index = 0
        while index < span.count {
            a += span[index]
            b += span[index + 1]
            c += span[index + 2]
            d += span[index + 3]
            index += 4
        }
        return a + b + c + d
    }
}

/// Milliseconds a task takes that reads all, two at a time.
private func reading(_ numbers: SharedArray<Double>, on pool: some Executor) throws -> Double {
    for _ in 0..<4 { _ = try pool.submit(sumAll, numbers).value() }
    let time = try microseconds {
        let futures = try (0..<sharedTasks).map { _ in try pool.submit(sumAll, numbers) }
        for future in futures { _ = try future.value() }
    }
    return time / 1e3 / Double(sharedTasks) * 2
}

/// W13: tasks that all read one large array.
func sharedInput() throws {
    let numbers = (0..<sharedCount).map { Double($0 & 1023) }
    // What one copy takes into memory that is new, as any copy's is.
    let copying = median(of: 3, warmUp: 1) {
        microseconds {
            let copy = UnsafeMutableBufferPointer<Double>.allocate(capacity: sharedCount)
            _ = copy.initialize(from: numbers)
            copy.deallocate()
        }
    }
    report("w13.copy", copying / 1e3, "ms")
    try withPool(2) { pool in
        let setUp = try median(of: 3, warmUp: 1) {
            try microseconds { _ = try pool.share(numbers) as SharedArray<Double> }
        }
        report("w13.share", setUp / 1e3, "ms")
        let shared: SharedArray<Double> = try pool.share(numbers)
        report("w13.task", try reading(shared, on: pool), "ms")
        let memory = pool.workerProcessIDs.map(privateMemory).max() ?? 0
        report("w13.memory", Double(memory) / 1e6, "MB")
    }
    let threads = try ThreadPool(maxWorkers: 2)
    defer { threads.shutdown(.drain) }
    report("w13.threads", try reading(threads.share(numbers), on: threads), "ms")
}

private let resultBytes = 64 << 20

@Sendable private func fill(_ environment: WorkerView, _ count: Int) throws -> SharedArray<UInt64> {
    try environment.base.makeSharedArray(of: UInt64.self, count: count) { elements in
        for index in elements.indices { elements[index] = UInt64(truncatingIfNeeded: index) }
    }
}

@Sendable private func fillArray(_ count: Int) -> [UInt64] { (0..<count).map { UInt64(truncatingIfNeeded: $0) } }

private func sum(_ numbers: UnsafeBufferPointer<UInt64>) -> UInt64 {
    var sum: UInt64 = 0
    for number in numbers { sum &+= number }
    return sum
}

/// What a task can ask of its pool, as an argument.
struct WorkerView: Codable, Sendable {
    let found: (any TaskEnvironment)?

    init() { found = nil }
    init(from decoder: any Decoder) throws { found = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }

    var base: any TaskEnvironment {
        get throws {
            guard let found else { throw MultitaskingError(.noSuchObject, "this is no task") }
            return found
        }
    }
}

/// W14: 64 MiB made by a task and read by the parent: in place, copied, and by one process alone.
func sharedResult() throws {
    let count = resultBytes / 8
    var total: UInt64 = 0
    try withPool(1) { pool in
        let shared = try median(of: 10, warmUp: 3) {
            try microseconds {
                let made = try pool.submit(fill, WorkerView(), count).value()
                total &+= made.withUnsafeBufferPointer(sum)
            }
        }
        report("w14.shared", shared / 1e3, "ms")
        let copied = try median(of: 5, warmUp: 2) {
            try microseconds {
                let made = try pool.submit(fillArray, count).value()
                total &+= made.withUnsafeBufferPointer(sum)
            }
        }
        report("w14.copied", copied / 1e3, "ms")
    }
    let memory = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
    defer { memory.deallocate() }
    memory.initialize(repeating: 0)
    let alone = median(of: 10, warmUp: 3) {
        microseconds {
            for index in memory.indices { memory[index] = UInt64(truncatingIfNeeded: index) }
            total &+= sum(UnsafeBufferPointer(memory))
        }
    }
    report("w14.alone", alone / 1e3, "ms")
    if total == 1 { print(total) }
}
