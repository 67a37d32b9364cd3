/// An executor that can record a timeline of its tasks, for Perfetto or chrome://tracing.
///
/// ```swift
/// try pool.record(to: "trace.json") {
///     for future in try files.map({ try pool.submit(parse, $0) }) { _ = try future.value() }
/// }
/// ```
///
/// **Implementer's duties.** Events are in the file within a second, in a form that viewers can open even if this
/// process is then killed.
public protocol RecordingExecutor: Executor {
    /// Begins a recording to a file, replacing any existing file.
    ///
    /// - Returns: the recording, which ends it.
    /// - Throws: `systemError` or `permissionDenied` if the file can't be written; `invalidArgument` if the executor
    ///   already has a recording in progress.
    func beginRecording(to path: String) throws -> any Recording
}

/// A recording in progress.
///
/// ```swift
/// let recording = try pool.beginRecording(to: "trace.json")
/// defer { recording.end() }
/// ```
public protocol Recording: Sendable {
    /// Writes the remaining events and closes the file. Further calls have no effect.
    func end()
}

extension RecordingExecutor {
    /// Records a timeline of the executor's tasks while `body` runs.
    ///
    /// Open the file at ui.perfetto.dev or in chrome://tracing. It has a track for each worker, with a slice for each
    /// ended task, which contains slices for decoding, running, and encoding; slices for calls that sent to or received
    /// from channels; arrows from the submission of a task to its run and to its result, and from the sending of a
    /// message to its receipt; counters of the waiting and running tasks, of the elements in channels, and of memory;
    /// and marks for crashes, and for the start and end of workers.
    /// - Parameter path: the path of the file; an existing file is replaced.
    /// - Throws: whatever ``beginRecording(to:)`` throws; whatever `body` throws.
    public func record<Result>(to path: String, _ body: () throws -> Result) throws -> Result {
        let recording = try beginRecording(to: path)
        defer { recording.end() }
        return try body()
    }

    /// Records a timeline of the executor's tasks while the asynchronous `body` runs.
    public func record<Result>(
        to path: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async throws -> Result {
        let recording = try beginRecording(to: path)
        defer { recording.end() }
        return try await body()
    }
}
