/// An executor that can write down what happens when: a timeline of its tasks for Perfetto or chrome://tracing.
///
/// ```swift
/// try pool.record(to: "trace.json") {
///     for future in try files.map({ try pool.submit(parse, $0) }) { _ = try future.value() }
/// }
/// ```
///
/// **Implementer's duties.** What has happened is in the file a second later at the latest, in a form that the viewers
/// open, also if this process is killed then.
public protocol RecordingExecutor: Executor {
    /// Begins to write to a file, which is made anew.
    ///
    /// - Returns: what ends it.
    /// - Throws: `systemError` or `permissionDenied` if the file cannot be written; `invalidArgument` while another
    ///   recording of the executor goes on.
    func beginRecording(to path: String) throws -> any Recording
}

/// A recording that goes on.
///
/// ```swift
/// let recording = try pool.beginRecording(to: "trace.json")
/// defer { recording.end() }
/// ```
public protocol Recording: Sendable {
    /// Writes what is left and closes the file; further calls do nothing.
    func end()
}

extension RecordingExecutor {
    /// Writes a timeline of what happens while `body` runs.
    ///
    /// Open the file at ui.perfetto.dev or in chrome://tracing. It has a track for each worker, with a slice for each
    /// task that has ended, in which are those for decoding, running and encoding; arrows from where a task was
    /// submitted to where it ran and to its result; how many tasks wait and run, and what memory is held; and crashes.
    /// - Parameter path: the file's; one that is there is replaced.
    /// - Throws: as ``beginRecording(to:)`` does; what `body` throws.
    public func record<Result>(to path: String, _ body: () throws -> Result) throws -> Result {
        let recording = try beginRecording(to: path)
        defer { recording.end() }
        return try body()
    }

    /// Writes a timeline of what happens while `body` runs; otherwise as the other one.
    public func record<Result>(
        to path: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async throws -> Result {
        let recording = try beginRecording(to: path)
        defer { recording.end() }
        return try await body()
    }
}
