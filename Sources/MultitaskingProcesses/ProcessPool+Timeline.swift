public import MultitaskingCore
import MultitaskingSystem

extension ProcessPool: RecordingExecutor {
    /// Begins to write a timeline; see `RecordingExecutor`.
    ///
    /// A thread of this process appends ten times a second what the workers have left in the shared memory, so that
    /// their deaths lose nothing. While it is there this process cannot be forked for functions that can be run in no
    /// other way (`CapturePolicy`). If a worker ends more than 20,000 tasks a second, some aren't recorded; the
    /// timeline says how many.
    public func beginRecording(to path: String) throws -> any Recording {
        try core.checkUsable()
        let source = try PoolTimeline(core)
        do { return try TimelineRecorder(source, to: path) } catch {
            source.endTimeline()
            throw error
        }
    }
}
