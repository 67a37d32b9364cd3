import Synchronization

/// The calls of each executor that wait in the client for the results of others, so that a drain waits for them too.
///
/// Those of an executor that wraps another belong to the other one, whose end is the end of both.
package enum Dependents {
    /// A call that waits for others.
    fileprivate protocol Waiting: AnyObject, Sendable {
        var source: any TaskSource { get }
        func cancelIfWaiting()
        func failIfWaiting(_ error: any Error)
        @available(*, noasync)
        func waitUntilResolved(_ deadline: WaitDeadline) -> Bool
    }

    private static let waiting = Lock<[ObjectIdentifier: [ObjectIdentifier: any Waiting]]>([:])

    static func add<Value>(_ future: DeferredFuture<Value>, to executor: some Executor) {
        let (pool, key) = (ObjectIdentifier(executor.innermost), ObjectIdentifier(future))
        waiting.withLock { $0[pool, default: [:]][key] = future }
        future.whenResolved {
            // Released outside of the lock.
            let gone = waiting.withLock { waiting in
                let gone = waiting[pool]?.removeValue(forKey: key)
                if waiting[pool]?.isEmpty == true { waiting[pool] = nil }
                return gone
            }
            withExtendedLifetime(gone) {}
        }
    }

    private static func of(_ executor: some Executor) -> [any Waiting] {
        let pool = ObjectIdentifier(executor.innermost)
        return waiting.withLock { $0[pool].map { Array($0.values) } ?? [] }
    }

    /// How many calls of all executors wait for others.
    package static var count: Int { waiting.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    /// How many promises the calls of an executor wait for, directly or by way of other futures.
    ///
    /// - Complexity: O(*n*) in the number of futures that they depend on.
    package static func pendingPromises(of executor: some Executor) -> Int {
        var promises = 0
        var left: [any TaskSource] = of(executor).map(\.source)
        var seen: Set<ObjectIdentifier> = []
        // Not recursive: chains of futures have any length.
        while let task = left.popLast() {
            guard seen.insert(ObjectIdentifier(task)).inserted else { continue }
            switch (task as? any DeferredSource)?.maker {
            case .anybody?: promises += 1
            case .task(let task)?: left.append(task)
            case .arguments(let tasks)?: left += tasks.values
            case .room?, .function?, nil: break
            }
        }
        return promises
    }

    /// Before an executor is shut down: waits for its calls that wait for others, or cancels them. They fail if it
    /// takes no more tasks.
    ///
    /// Only for those that wait now: others may come as fast as these go.
    ///
    /// - Returns: false if the limit passed before all of them were submitted.
    @available(*, noasync)
    @discardableResult
    package static func settle(
        of executor: some Executor, _ mode: ShutdownMode, _ wait: WaitLimit = .forever
    ) -> Bool {
        guard mode == .drain else {
            for call in of(executor) { call.cancelIfWaiting() }
            return true
        }
        do { try (executor as? any ChecksSubmissions)?.checkUsable() } catch {
            // Its end has begun, so it would refuse them, whenever what they wait for is there.
            for call in of(executor) { call.failIfWaiting(error) }
            return true
        }
        let deadline = WaitDeadline(wait, in: executor)
        for call in of(executor) { guard call.waitUntilResolved(deadline) else { return false } }
        return true
    }
}

extension Executor {
    /// Waits until calls that depend on other results are submitted, or cancels them. A backend calls this first in its
    /// `shutdown(_:)`.
    ///
    /// - Parameter mode: how the executor shuts down; ``ShutdownMode/drain`` waits, the other modes cancel.
    @available(*, noasync, message: "this blocks the thread")
    public func settleDependents(_ mode: ShutdownMode) { Dependents.settle(of: self, mode) }
}

extension DeferredFuture: Dependents.Waiting {
    fileprivate var source: any TaskSource { self }
    func cancelIfWaiting() { end(.cancelled) }
    func failIfWaiting(_ error: any Error) { end(.failure(error)) }
}

/// Counts down to zero, for several callbacks, the last of which acts.
final class Countdown: Sendable {
    private let left: Atomic<Int>

    init(_ count: Int) { left = Atomic(count) }

    /// Counts one; whether it was the last.
    ///
    /// ORDERING: acquiring and releasing, so that the last one sees what the others did.
    func isLast() -> Bool { left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}
