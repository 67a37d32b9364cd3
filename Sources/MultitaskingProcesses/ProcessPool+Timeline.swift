public import MultitaskingCore
import MultitaskingSystem

extension ProcessPool: RecordingExecutor {
    /// Begins to write a timeline; see `RecordingExecutor`.
    ///
    /// Ten times a second, a thread of this process appends what the workers have left in the shared memory, so nothing
    /// is lost if they die. While that thread exists, this process can't be forked for functions that can't run in any
    /// other way (`CapturePolicy`). If a worker completes more than 20,000 tasks a second, some aren't recorded; the
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
