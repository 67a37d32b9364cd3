extension TaskManager {
    /// Writes a timeline of what the pool does while `body` runs, for ui.perfetto.dev or chrome://tracing.
    ///
    /// ```swift
    /// try manager.record(to: "trace.json") {
    ///     try manager.map("page-", render, pages).waitForAll()
    /// }
    /// ```
    /// See `RecordingExecutor` for what is in it.
    /// - Parameter path: the file's; one that is there is replaced.
    /// - Throws: `invalidArgument` if the pool is none that can be recorded, or is being recorded already;
    ///   `systemError` or `permissionDenied` if the file cannot be written; what `body` throws.
    public func record<Result>(to path: String, _ body: () throws -> Result) throws -> Result {
        try recordingExecutor.record(to: path, body)
    }

    /// Writes a timeline of what the pool does while `body` runs; otherwise as the other one.
    public func record<Result>(
        to path: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async throws -> Result {
        try await recordingExecutor.record(to: path, isolation: isolation, body)
    }

    private var recordingExecutor: any RecordingExecutor {
        get throws {
            if let executor = executor as? any RecordingExecutor { return executor }
            throw MultitaskingError(
                .invalidArgument,
                "\(type(of: executor)) cannot be recorded; use a pool of processes or threads for a timeline")
        }
    }
}
