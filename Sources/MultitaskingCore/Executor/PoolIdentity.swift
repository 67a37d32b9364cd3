internal import Synchronization

/// Tells the tasks that one pool runs in this process from all other code.
///
/// So a pool can be shut down from inside, and it is known how many of its tasks wait for others.
package final class PoolIdentity: Sendable {
    /// The pool whose task the running code belongs to.
    ///
    /// Workers set it for their whole life, and `TaskEnvironment.wait` for the `async` function it runs.
    @TaskLocal package static var current: PoolIdentity?

    // ORDERING: relaxed, all of them: none carries data. What is counted is looked at until it has not changed for
    // long.
    private let ending = Atomic<Bool>(false)
    private let endlessWaits = Atomic<Int>(0)
    private let waitsSoFar = Atomic<UInt64>(0)

    package init() {}

    /// Whether the pool's tasks are asked to end.
    package var isEndRequested: Bool { ending.load(ordering: .relaxed) }
    package func requestEnd() { ending.store(true, ordering: .relaxed) }

    /// How many waits without a limit the pool's tasks are in.
    package var endlessWaitCount: Int { endlessWaits.load(ordering: .relaxed) }
    /// How many there ever were; wraps around.
    package var endlessWaitsSoFar: UInt64 { waitsSoFar.load(ordering: .relaxed) }

    package func beginEndlessWait() {
        endlessWaits.add(1, ordering: .relaxed)
        waitsSoFar.wrappingAdd(1, ordering: .relaxed)
    }

    package func endEndlessWait() { endlessWaits.subtract(1, ordering: .relaxed) }

    /// Sleeps in `body`, which ends only when somebody else does something: counted for the pool whose task calls this.
    package static func waitingEndlessly<Value>(_ body: () throws -> Value) rethrows -> Value {
        guard let pool = current else { return try body() }
        pool.beginEndlessWait()
        defer { pool.endEndlessWait() }
        return try body()
    }

    /// The asynchronous version.
    package static func waitingEndlessly<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async rethrows -> Value {
        guard let pool = current else { return try await body() }
        pool.beginEndlessWait()
        defer { pool.endEndlessWait() }
        return try await body()
    }
}
