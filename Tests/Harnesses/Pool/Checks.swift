import Glibc
import MultitaskingCore
import MultitaskingTestSupport
import Synchronization

/// The checks that did not hold so far.
enum Checks {
    private static let count = Atomic<Int>(0)

    static var failures: Int { count.load(ordering: .relaxed) }

    static func fail(_ message: String, _ line: Int = 0) {
        count.add(1, ordering: .relaxed)
        report("FAILED\(line > 0 ? " (line \(line))" : ""): \(message)")
    }
}

/// Prints a line at once, so that it is there also if this process is killed.
func report(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
}

/// Reports `message` unless `condition` holds.
func check(_ condition: Bool, _ message: @autoclosure () -> String, line: Int = #line) {
    if !condition { Checks.fail(message(), line) }
}

/// Reports a difference.
func checkEqual<T: Equatable>(_ found: T, _ expected: T, _ what: String = "value", line: Int = #line) {
    if found != expected { Checks.fail("\(what) is \(found), not \(expected)", line) }
}

/// Reports unless `body` throws a `MultitaskingError` with the code; returns the error.
@discardableResult
func checkThrows<T>(
    _ code: MultitaskingError.Code, line: Int = #line, _ body: () throws -> T
) -> MultitaskingError? {
    do {
        let value = try body()
        Checks.fail("returned \(value) instead of throwing \(code)", line)
    } catch let error as MultitaskingError where error.code == code {
        return error
    } catch {
        Checks.fail("threw \(error) instead of \(code)", line)
    }
    return nil
}

/// Waits until `condition` holds; false if it does not within the limit.
///
/// The clock goes on while a virtual machine stands still, so the limit is over only after a number of looks as well.
func eventually(within limit: Duration = .seconds(20), _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    let leastLooks = Int(limit / .milliseconds(20))
    var looks = 0
    while try !condition() {
        if looks >= leastLooks, ContinuousClock.now > deadline { return false }
        usleep(1000)
        looks += 1
    }
    return true
}

/// Runs `body` again and again, with the number of the round: so often on a machine that has the time, and less often,
/// but at least a tenth of it, on one that has not.
func forRounds(_ count: Int, within limit: Duration = .seconds(15), _ body: (Int) throws -> Void) rethrows {
    let end = ContinuousClock.now + limit
    for round in 0..<count {
        if round >= count / 10, ContinuousClock.now > end { return }
        try body(round)
    }
}

/// Runs an `async` body and blocks until it is through.
func runAsync(_ body: @escaping @Sendable () async throws -> Void) {
    let done = AsyncDone()
    Task.detached {
        do { try await body() } catch { Checks.fail("threw \(error)") }
        done.finish()
    }
    check(eventually(within: .seconds(60)) { done.isFinished }, "the async body did not end")
}

private final class AsyncDone: Sendable {
    private let finished = Atomic<Bool>(false)
    var isFinished: Bool { finished.load(ordering: .acquiring) }
    func finish() { finished.store(true, ordering: .releasing) }
}

extension SplitMix64 {
    /// Numbers from the seed that a scenario was given.
    init(seed: Int) { self.init(seed: UInt64(bitPattern: Int64(seed))) }
}

/// Runs `body` on threads of its own and waits for all of them.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let threads = (0..<count).map { index in startThread { body(index) } }
    for thread in threads { pthread_join(thread, nil) }
}

/// Starts a thread.
func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
    guard let thread = makeThread(body) else { preconditionFailure("no thread to be had") }
    return thread
}
