public import MultitaskingCore

extension MapResults {
    /// Blocks until all elements have a result, and shows the progress meanwhile; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func waitUntilDone(_ wait: WaitLimit = .forever, showing display: ProgressDisplay) -> Bool {
        MultitaskingSessions.showing(display, look) { waitUntilDone(wait) }
    }

    /// Suspends until all elements have a result, and shows the progress meanwhile; false if the limit passed first.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    public func waitUntilDone(_ wait: WaitLimit = .forever, showing display: ProgressDisplay) async throws -> Bool {
        try await MultitaskingSessions.showing(display, look) { try await waitUntilDone(wait) }
    }

    /// Blocks until all elements have a result, shows the progress meanwhile, and returns the values in order.
    ///
    /// - Throws: the error of the first element that has one; `timedOut`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func values(timeout: Duration? = nil, showing display: ProgressDisplay) throws -> [Output] {
        try MultitaskingSessions.showing(display, look) { try values(timeout: timeout) }
    }

    /// Suspends until all elements have a result, shows the progress meanwhile, and returns the values in order.
    ///
    /// - Throws: the error of the first element that has one; `timedOut`; `CancellationError`.
    public func values(timeout: Duration? = nil, showing display: ProgressDisplay) async throws -> [Output] {
        try await MultitaskingSessions.showing(display, look) { try await values(timeout: timeout) }
    }

    /// Blocks until all elements have a result, shows the progress meanwhile, and returns the value or error of each.
    ///
    /// - Throws: `timedOut` if they do not have one in time; the calls go on.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func results(
        timeout: Duration? = nil, showing display: ProgressDisplay
    ) throws -> [Result<Output, any Error>] {
        try MultitaskingSessions.showing(display, look) { try results(timeout: timeout) }
    }

    /// Suspends until all elements have a result, shows the progress meanwhile, and returns the value or error of each.
    ///
    /// - Throws: `timedOut` if they do not have one in time; the calls go on. `CancellationError`.
    public func results(
        timeout: Duration? = nil, showing display: ProgressDisplay
    ) async throws -> [Result<Output, any Error>] {
        try await MultitaskingSessions.showing(display, look) { try await results(timeout: timeout) }
    }

    private var look: @Sendable () -> ProgressSnapshot? { { ProgressSnapshot(progress: self.progress) } }
}
