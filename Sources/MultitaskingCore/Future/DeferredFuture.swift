import Synchronization

/// A future whose outcome is not made by a worker of its own: a promise, or what follows from other futures.
///
/// Exits: pending → following or ended; following is as far as the future that it follows.
final class DeferredFuture<Value: Sendable>: FutureSource {
    private enum Phase {
        case pending
        /// Another future has the outcome, or will have it.
        case following(Future<Value>)
        case ended(TaskOutcome<Value>)
    }

    private struct State {
        var phase = Phase.pending
        /// Called when it is no longer pending.
        var callbacks: [@Sendable () -> Void] = []
        /// Passes a cancellation on to what the outcome depends on; nil if it depends on nothing that could be told.
        var cancel: (@Sendable (_ force: Bool) -> Bool)?
    }

    private let mutex = Mutex(State())
    /// The time that waits for it take place in; nil for the machine's.
    let timeline: (any Timeline)?

    init(in timeline: (any Timeline)? = nil) { self.timeline = timeline }

    init(_ outcome: TaskOutcome<Value>) {
        timeline = nil
        mutex.withLock { $0.phase = .ended(outcome) }
    }

    private var phase: Phase { mutex.withLock { $0.phase } }

    private var isPending: Bool { if case .pending = phase { true } else { false } }

    var state: TaskState {
        switch phase {
        case .pending: .queued
        case .following(let future): future.state
        case .ended(.cancelled): .cancelled
        case .ended: .done
        }
    }

    var output: String? {
        if case .following(let future) = phase { future.output } else { nil }
    }

    var report: TaskReport? {
        if case .following(let future) = phase { future.progress } else { nil }
    }

    func outcome() -> TaskOutcome<Value>? {
        switch phase {
        case .pending: nil
        case .following(let future): future.outcome()
        case .ended(let outcome): outcome
        }
    }

    /// Ends it with an outcome; false if it has one, or follows another, already.
    @discardableResult
    func end(_ outcome: TaskOutcome<Value>) -> Bool { leavePending(for: .ended(outcome)) }

    /// Has it end as another does; false if it has an outcome, or follows another, already.
    @discardableResult
    func follow(_ future: Future<Value>) -> Bool { leavePending(for: .following(future)) }

    private func leavePending(for phase: Phase) -> Bool {
        let callbacks = mutex.withLock { state -> [@Sendable () -> Void]? in
            guard case .pending = state.phase else { return nil }
            state.phase = phase
            state.cancel = nil
            defer { state.callbacks = [] }
            return state.callbacks
        }
        guard let callbacks else { return false }
        for callback in callbacks { callback() }
        return true
    }

    /// Calls `body` when it is no longer pending, at once if it is not.
    func whenResolved(_ body: @escaping @Sendable () -> Void) {
        let isNow = mutex.withLock { state in
            guard case .pending = state.phase else { return true }
            state.callbacks.append(body)
            return false
        }
        if isNow { body() }
    }

    /// Says what a cancellation does while it is pending, instead of ending it.
    func onCancel(_ body: @escaping @Sendable (_ force: Bool) -> Bool) {
        mutex.withLock { state in
            if case .pending = state.phase { state.cancel = body }
        }
    }

    @available(*, noasync)
    func waitUntilDone(_ wait: WaitLimit) -> Bool {
        let deadline = WaitDeadline(wait, timeline: timeline)
        guard waitUntilResolved(deadline) else { return false }
        guard case .following(let future) = phase else { return true }
        return future.waitUntilDone(wait == .never ? .never : deadline.remaining)
    }

    @available(*, noasync)
    private func waitUntilResolved(_ deadline: WaitDeadline) -> Bool {
        guard isPending else { return true }
        if let timeline { return timeline.wait(deadline.remaining) { !self.isPending } }
        let latch = Latch()
        whenResolved { latch.open() }
        guard case .forever = deadline.remaining else { return latch.wait(deadline.remaining) }
        return PoolIdentity.waitingEndlessly { latch.wait(.forever) }
    }

    func whenDone(_ body: @escaping @Sendable () -> Void) {
        whenResolved { [self] in
            if case .following(let future) = phase { future.whenDone(body) } else { body() }
        }
    }

    func cancel(force: Bool) -> Bool {
        let (phase, cancel) = mutex.withLock { ($0.phase, $0.cancel) }
        switch phase {
        case .pending:
            if let cancel { return cancel(force) }
            // Somebody may have fulfilled it in between.
            return end(.cancelled) || state == .cancelled
        case .following(let future): return future.cancel(force: force)
        case .ended(.cancelled): return true
        case .ended: return false
        }
    }
}

extension Future {
    /// The time in which the task lives; nil for the machine's.
    public var timeline: (any Timeline)? {
        (source as? any HasTimeline)?.timeline ?? (source as? DeferredFuture<Value>)?.timeline
    }
}
