/// An executor that can begin its shutdown without waiting for it, and wait for it with a time limit.
///
/// `Executor.shutdown(_:within:then:)` and ``Executor/beginShutdown(_:)`` use this if the backend supports it. Other
/// backends are shut down on a separate thread.
///
/// ```swift
/// pool.beginShutdown(.drain)
/// let isOver = pool.waitUntilShutDown(.upTo(.seconds(5)))
/// ```
public protocol GradualShutdown: Executor {
    /// Whether ``ShutdownMode/kill`` ends running tasks, not only queued ones.
    var endsRunningTasks: Bool { get }

    /// Refuses further tasks, begins the shutdown, and returns without waiting for it. A later call may use a stricter
    /// mode.
    ///
    /// After ``ShutdownMode/drain``, tasks that still wait for the results of others fail with `shutDown` when those
    /// results arrive; `shutdown(.drain)` waits until they have run. The other modes cancel them, so a backend calls
    /// ``Executor/settleDependents(_:)`` for those modes.
    func beginShutdown(_ mode: ShutdownMode)

    /// Blocks until a shutdown that has begun is complete; false if the limit passes first. Inside a task of the pool,
    /// this returns false immediately, because the task would wait for itself.
    @available(*, noasync, message: "this blocks the thread")
    func waitUntilShutDown(_ wait: WaitLimit) -> Bool
}

/// A pool that has tasks or callbacks in this process, which would wait for themselves if they waited for its end.
package protocol KnowsItsOwnTasks: GradualShutdown {
    /// Whether a task of the pool, or a callback of it, is what runs here.
    var isInside: Bool { get }

    /// Calls `body` outside of the pool's tasks when the limit passes, unless the pool, which is shutting down, has
    /// ended by then.
    func callUnlessOver(after limit: Duration, _ body: @escaping @Sendable () -> Void)
}

extension KnowsItsOwnTasks {
    /// Waits on a thread of its own. Without one, nobody can, and `body` isn't called.
    package func callUnlessOver(after limit: Duration, _ body: @escaping @Sendable () -> Void) {
        _ = startDetachedThread { if !self.waitUntilShutDown(.upTo(limit)) { body() } }
    }
}

/// How long a backend may take to kill what runs before it is taken for one that cannot.
private let killPatience = Duration.seconds(5)

/// How long tasks that cannot be ended have to see that they are asked to end.
private let lastGracePeriod = Duration.milliseconds(500)

extension Executor {
    /// Begins to shut down the pool and returns without waiting. The pool accepts no further tasks. Tasks that still
    /// wait for results of others are cancelled, or fail with `shutDown` if the mode is `.drain`.
    ///
    /// To wait for the end, call `shutdown(_:)` or `shutdown(_:within:then:)` later.
    public func beginShutdown(_ mode: ShutdownMode = .drain) {
        if let pool = self as? any GradualShutdown { return pool.beginShutdown(mode) }
        let body: @Sendable () -> Void = { self.shutdown(mode) }
        if startDetachedThread(body) != 0 { body() }
    }

    /// Shuts down the pool within a time limit, switching to a stricter mode when the limit passes.
    ///
    /// ```swift
    /// let isEmpty = pool.shutdown(.drain, within: .seconds(30), then: .kill)
    /// ```
    /// Blocks until the pool is gone. Tasks that can't be ended, such as tasks of threads, or must not be, because
    /// `harderMode` isn't `.kill`, get half a second more. Then this method returns, and the pool ends when they do.
    ///
    /// A task of a thread pool that shuts down its own pool would wait for itself, and so would a callback. There, this
    /// begins the shutdown and returns false immediately; when the limit passes, the pool continues with `harderMode`
    /// unless it has ended.
    /// - Parameters:
    ///   - mode: how to shut down at first.
    ///   - limit: how long that may take.
    ///   - harderMode: how to continue when the limit passes. With `.kill`, running tasks are also asked to stop.
    /// - Returns: true if the pool ended within the limit; false if tasks had to be ended.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func shutdown(
        _ mode: ShutdownMode = .drain, within limit: Duration, then harderMode: ShutdownMode = .kill
    ) -> Bool {
        guard let pool = self as? any GradualShutdown else { return shutdownOnThread(mode, limit, harderMode) }
        if let pool = pool as? any KnowsItsOwnTasks, pool.isInside {
            pool.beginShutdown(mode)
            pool.callUnlessOver(after: limit) { pool.beginShutdown(harderMode) }
            return false
        }
        let deadline = WaitDeadline(.upTo(limit), in: self)
        let areSettled = Dependents.settle(of: self, mode, .upTo(limit))
        pool.beginShutdown(mode)
        if areSettled, pool.waitUntilShutDown(deadline.remaining) { return true }
        Dependents.settle(of: self, .kill)
        pool.beginShutdown(harderMode)
        let endsAll = harderMode == .kill && pool.endsRunningTasks
        _ = pool.waitUntilShutDown(endsAll ? .forever : .upTo(lastGracePeriod))
        return false
    }

    /// Suspends where the blocking method of the same name blocks, and returns where that returns immediately.
    /// Cancelling the awaiting task doesn't shorten the wait.
    @discardableResult
    public func shutdown(
        _ mode: ShutdownMode = .drain, within limit: Duration, then harderMode: ShutdownMode = .kill
    ) async -> Bool {
        await awaitBlocking { self.shutdown(mode, within: limit, then: harderMode) }
    }

    /// By default, makes the blocking call on a separate thread.
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
