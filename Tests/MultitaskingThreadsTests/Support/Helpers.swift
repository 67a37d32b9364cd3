import MultitaskingCore
import MultitaskingSystem
import Synchronization
import Testing

@testable import MultitaskingThreads

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An error with an identity, to see that it arrives as it was thrown.
struct Failure: Error, Equatable {
    let number: Int
}

/// A value that is `Sendable` and not `Codable`.
final class NonCodable: Sendable {
    let number: Int
    init(_ number: Int) { self.number = number }
}

/// Shared counters of a test.
final class Counter: Sendable {
    private let value = Atomic(0)
    func increment() { value.add(1, ordering: .sequentiallyConsistent) }
    var count: Int { value.load(ordering: .sequentiallyConsistent) }
}

/// A list that several threads append to.
final class Ledger<Element: Sendable>: Sendable {
    private let elements = Monitor<[Element]>([])
    func append(_ element: Element) { elements.withLock { $0.append(element) } }
    var all: [Element] { elements.withLock { $0 } }
}

/// Waits until `condition` holds; false if it does not within ten seconds.
///
/// The clock goes on while a virtual machine stands still, so it takes a number of looks as well.
func eventually(_ condition: () -> Bool) -> Bool {
    let end = ContinuousClock.now + .seconds(10)
    var looks = 0
    while !condition() {
        if looks >= 10_000, ContinuousClock.now > end { return false }
        looks += 1
        Machine.rest()
    }
    return true
}

/// Runs blocking code on a thread of its own, so that it takes none from the `async` code it waits for.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try SystemThread(name: "blocking") {
                continuation.resume(with: Result { try body() })
            }.detach()
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

/// Threads that a test starts and waits for.
func withThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void, meanwhile: () -> Void = {}) throws {
    let workers = try (0..<count).map { number in try Worker(name: "test", Worker.Life(begin: { body(number) })) }
    meanwhile()
    for worker in workers { worker.join() }
}

/// A pool that is shut down when `body` is through.
func withPool<Result>(
    _ maxWorkers: Int = 2, queueLimit: Int? = nil, _ body: (ThreadPool) throws -> Result
) throws -> Result {
    let pool = try ThreadPool(maxWorkers: maxWorkers, queueLimit: queueLimit)
    defer { pool.shutdown(.cancelQueued) }
    return try body(pool)
}

/// The code of the error that `body` throws.
func thrownCode(_ body: () throws -> Void) -> MultitaskingError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? MultitaskingError)?.code
    }
}

/// How many threads of this process have names that begin with `prefix`; nil where that cannot be asked.
///
/// Not all threads: those of Swift's own concurrency come and go as they like.
func threadCount(named prefix: String) -> Int? {
    #if os(Linux)
        SystemFiles().entries("/proc/self/task").count { line(of: "/proc/self/task/\($0)/comm").hasPrefix(prefix) }
    #else
        nil
    #endif
}

/// The calling thread's name.
func currentThreadName() -> String { line(of: "/proc/thread-self/comm") }

/// How many bytes of address space this process uses; nil where that cannot be asked.
func addressSpace() -> UInt? {
    SystemFiles().numbers("/proc/self/statm").first.map { UInt($0) * UInt(getpagesize()) }
}

/// The one line of a small file; empty if there is none.
private func line(of path: String) -> String { (SystemFiles().text(path) ?? "").filter { $0 != "\n" } }
