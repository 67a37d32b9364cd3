/// An executor that can begin to end without waiting for the end, and whose end can be waited for with a limit.
///
/// `Executor.shutdown(_:within:then:)` and ``Executor/beginShutdown(_:)`` use it where a backend has it. Others are
/// shut down by a thread of its own.
///
/// ```swift
/// pool.beginShutdown(.drain)
/// let isOver = pool.waitUntilShutDown(.upTo(.seconds(5)))
/// ```
public protocol GradualShutdown: Executor {
    /// Whether ``ShutdownMode/kill`` ends tasks that run, and not only those that wait.
    var endsRunningTasks: Bool { get }

    /// Refuses further tasks, begins to end as `mode` says, and returns without waiting for it.
    ///
    /// A later call may be stricter than an earlier one.
    func beginShutdown(_ mode: ShutdownMode)

    /// Blocks until an end that has begun is complete, and nothing of the pool is left; false if the limit passed
    /// first.
    ///
    /// From inside a task of the pool it returns false at once: waiting would wait for the caller.
    @available(*, noasync, message: "this blocks the thread")
    func waitUntilShutDown(_ wait: WaitLimit) -> Bool
}

/// How long a backend may take to kill what runs before it is taken for one that cannot.
private let killPatience = Duration.seconds(5)

/// How long tasks that cannot be ended have to see that they are asked to end.
private let lastGracePeriod = Duration.milliseconds(500)

extension Executor {
    /// Begins to end the pool, and returns without waiting for it; no further tasks are accepted.
    ///
    /// Call `shutdown(_:)` or `shutdown(_:within:then:)` later to wait for the end.
    public func beginShutdown(_ mode: ShutdownMode = .drain) {
        if let pool = self as? any GradualShutdown { return pool.beginShutdown(mode) }
        let body: @Sendable () -> Void = { self.shutdown(mode) }
        if startDetachedThread(body) != 0 { body() }
    }

    /// Ends the pool within a time, and harder when that is up.
    ///
    /// ```swift
    /// let isEmpty = pool.shutdown(.drain, within: .seconds(30), then: .kill)
    /// ```
    /// Blocks until the pool is gone. Tasks that cannot be ended, which are those of threads, or are not to be, where
    /// `harderMode` is not `.kill`, have half a second more; then this returns, and the pool ends when they do.
    /// - Parameters:
    ///   - mode: how the pool ends at first.
    ///   - limit: how long that may take.
    ///   - harderMode: how it ends when the time is up. With `.kill`, tasks that run are asked to end as well.
    /// - Returns: true if the pool has ended within the limit; false if something had to be ended.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @discardableResult
    public func shutdown(
        _ mode: ShutdownMode = .drain, within limit: Duration, then harderMode: ShutdownMode = .kill
    ) -> Bool {
        guard let pool = self as? any GradualShutdown else { return shutdownOnThread(mode, limit, harderMode) }
        let deadline = WaitDeadline(.upTo(limit), in: self)
        Dependents.settle(of: self, mode, .upTo(limit))
        pool.beginShutdown(mode)
        if pool.waitUntilShutDown(deadline.remaining) { return true }
        Dependents.settle(of: self, .kill)
        pool.beginShutdown(harderMode)
        let endsAll = harderMode == .kill && pool.endsRunningTasks
        _ = pool.waitUntilShutDown(endsAll ? .forever : .upTo(lastGracePeriod))
        return false
    }

    /// Suspends where the blocking call of the same name blocks.
    ///
    /// Cancelling the awaiting task does not shorten the wait.
    @discardableResult
    public func shutdown(
        _ mode: ShutdownMode = .drain, within limit: Duration, then harderMode: ShutdownMode = .kill
    ) async -> Bool {
        await awaitBlocking { self.shutdown(mode, within: limit, then: harderMode) }
    }

    /// The default: a thread of its own makes the blocking call.
    public func shutdown(_ mode: ShutdownMode) async { await awaitBlocking { self.shutdown(mode) } }

    @available(*, noasync)
    private func shutdownOnThread(_ mode: ShutdownMode, _ limit: Duration, _ harderMode: ShutdownMode) -> Bool {
        let end = Latch()
        let body: @Sendable () -> Void = {
            self.shutdown(mode)
            end.open()
        }
        if startDetachedThread(body) != 0 { body() }
        if end.wait(.upTo(limit)) { return true }
        Dependents.settle(of: self, .kill)
        let harderBody: @Sendable () -> Void = { self.shutdown(harderMode) }
        if startDetachedThread(harderBody) != 0 { harderBody() }
        // Whether it can end what runs is not known.
        _ = end.wait(.upTo(harderMode == .kill ? killPatience : lastGracePeriod))
        return false
    }
}
