public import MultitaskingCore

extension MapResults {
    /// Returns the same results, and shows the progress during every wait for them, like `pool.map(…, showing:)`.
    ///
    /// ```swift
    /// let results = try pool.map(convert, images).showing(.progressBar)
    /// let values = try results.values()
    /// ```
    @discardableResult
    public func showing(_ display: ProgressDisplay) -> MapResults {
        attend { look in ProgressPresenter(display) { ProgressSnapshot(progress: look()) } }
        return self
    }

    /// Blocks until all elements have a result, showing the progress meanwhile; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func waitUntilDone(_ wait: WaitLimit = .forever, showing display: ProgressDisplay) -> Bool {
        MultitaskingSessions.showing(display, look) { waitUntilDone(wait) }
    }

    /// Suspends until all elements have a result, showing the progress meanwhile; false if the limit passes first.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    public func waitUntilDone(_ wait: WaitLimit = .forever, showing display: ProgressDisplay) async throws -> Bool {
        try await MultitaskingSessions.showing(display, look) { try await waitUntilDone(wait) }
    }

    /// Blocks until all elements have a result, showing the progress meanwhile, and returns the values in order.
    ///
    /// - Throws: the error of the first element that failed; `timedOut`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func values(timeout: Duration? = nil, showing display: ProgressDisplay) throws -> [Output] {
        try MultitaskingSessions.showing(display, look) { try values(timeout: timeout) }
    }

    /// Suspends until all elements have a result, showing the progress meanwhile, and returns the values in order.
    ///
    /// - Throws: the error of the first element that failed; `timedOut`; `CancellationError`.
    public func values(timeout: Duration? = nil, showing display: ProgressDisplay) async throws -> [Output] {
        try await MultitaskingSessions.showing(display, look) { try await values(timeout: timeout) }
    }

    /// Blocks until all elements have a result, showing the progress meanwhile, and returns the value or error of each.
    ///
    /// - Throws: `timedOut` if the time limit passes first, in which case the calls continue.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func results(
        timeout: Duration? = nil, showing display: ProgressDisplay
    ) throws -> [Result<Output, any Error>] {
        try MultitaskingSessions.showing(display, look) { try results(timeout: timeout) }
    }

    /// Suspends until all elements have a result, showing the progress meanwhile, and returns the value or error of
    /// each.
    ///
    /// - Throws: `timedOut` if the time limit passes first, in which case the calls continue. `CancellationError`.
    public func results(
        timeout: Duration? = nil, showing display: ProgressDisplay
    ) async throws -> [Result<Output, any Error>] {
        try await MultitaskingSessions.showing(display, look) { try await results(timeout: timeout) }
    }

    private var look: @Sendable () -> ProgressSnapshot? { { ProgressSnapshot(progress: self.progress) } }
}
