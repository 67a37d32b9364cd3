public import MultitaskingCore
internal import Synchronization

/// A cancel signal of a ``ThreadPool``, created by ``ThreadPool/makeCancelSignal()``.
///
/// ```swift
/// let signal = pool.makeCancelSignal()
/// signal.set()
/// ```
public final class ThreadCancelSignal: CancelSignal {
    /// The name under which the pool's tasks find this signal.
    public let reference: SharedObjectID

    private let flag = Atomic<Bool>(false)
    private let gate = Gate()
    private let registry: ObjectRegistry

    init(registry: ObjectRegistry) {
        self.registry = registry
        reference = registry.makeReference()
    }

    deinit { registry.remove(reference) }

    /// Whether the signal is set. Reading it costs one load, so you can check it in an inner loop.
    public var isSet: Bool {
        // ORDERING: acquiring, pairs with `set`: a thread that sees the signal sees what was written before it was set.
        flag.load(ordering: .acquiring)
    }

    /// Sets the signal and wakes every waiter.
    public func set() {
        gate.open { flag.store(true, ordering: .releasing) }
    }

    /// Clears the signal.
    public func clear() {
        gate.shut { flag.store(false, ordering: .releasing) }
    }

    /// Blocks until the signal is set; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func waitUntilSet(_ wait: WaitLimit) -> Bool {
        if isSet { return true }
        if case .never = wait { return false }
        // The tasks that might set it are in the parent process.
        guard registry.owner.isThisProcess else { return false }
        return gate.wait(until: wait.deadline)
    }

    /// Suspends until the signal is set; false if the limit passes first.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    public func waitUntilSet(_ wait: WaitLimit) async throws -> Bool {
        if isSet { return true }
        var id: UInt64 = 0
        defer { gate.forget(id) }
        return try await awaitCallback(wait) { id = gate.whenOpen($0) }
    }

    /// Calls `body` once, as soon as the signal is set.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try registry.owner.check()
        let id = gate.whenOpen(body)
        return { [gate] in gate.forget(id) }
    }

    /// The station at which threads wait for several sources.
    public var selectStation: (any SelectStation)? { ThreadSelectStation() }
}
