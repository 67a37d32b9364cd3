extension TaskManager {
    /// Records a timeline of the pool's tasks while `body` runs, for ui.perfetto.dev or chrome://tracing.
    ///
    /// ```swift
    /// try manager.record(to: "trace.json") {
    ///     try manager.map("page-", render, pages).waitForAll()
    /// }
    /// ```
    /// For its contents, see `RecordingExecutor`.
    /// - Parameter path: the path of the file; an existing file is replaced.
    /// - Throws: `invalidArgument` if the pool can't be recorded or already is; `systemError` or `permissionDenied` if
    ///   the file can't be written; whatever `body` throws.
    @discardableResult
    public func record<Result>(to path: String, _ body: () throws -> Result) throws -> Result {
        try recordingExecutor.record(to: path, body)
    }

    /// Records a timeline of the pool's tasks while the asynchronous `body` runs.
    @discardableResult
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
                "\(type(of: executor)) cannot be recorded; use one of this package's pools for a timeline")
        }
    }
}
