public import MultitaskingCore
internal import RemoteWorkers

extension LaunchPool: RecordingExecutor {
    /// Begins to write a timeline; see `RecordingExecutor`.
    ///
    /// It has a track for each process of a node. The clocks of machines differ, so the end of a task is the time at
    /// which this machine learned of it; its node measures the durations of decoding, running, and encoding. The time
    /// between submission and start therefore includes the queue and the round trip.
    public func beginRecording(to path: String) throws -> any Recording { try core.beginRecording(to: path) }
}
