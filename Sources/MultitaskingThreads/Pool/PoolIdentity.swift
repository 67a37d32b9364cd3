internal import Synchronization

/// Tells one pool's tasks from all other code, so that a pool can be shut down from inside.
final class PoolIdentity: Sendable {
    /// The pool whose task the running code belongs to.
    ///
    /// Workers set it for their whole life, and `TaskEnvironment.wait` for the `async` function it runs.
    @TaskLocal static var current: PoolIdentity?

    /// Whether the pool's tasks are asked to end. ORDERING: relaxed, as for cancel signals.
    private let ending = Atomic<Bool>(false)
    var isEndRequested: Bool { ending.load(ordering: .relaxed) }
    func requestEnd() { ending.store(true, ordering: .relaxed) }
}
