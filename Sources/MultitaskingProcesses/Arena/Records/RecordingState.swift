/// Whether a timeline is written: the values of ``HeaderRecord/recording``.
enum RecordingState {
    static let off: UInt64 = 0
    static let on: UInt64 = 1
    /// The thread that writes the timeline sleeps until something begins.
    static let resting: UInt64 = 2
}

extension HeaderRecord {
    /// Something begins that is written down: wakes the thread that reads it, if it rests.
    ///
    /// ORDERING: relaxed. A reader that looks while a rest begins may miss it; the rest is limited.
    @inline(__always)
    func wakeRecorder() {
        if recording.loadRelaxed() == RecordingState.resting { endRecorderRest() }
    }

    @inline(never)
    func endRecorderRest() {
        _ = recording.compareExchange(RecordingState.resting, RecordingState.on)
        recorderBell.increment()
        recorderBell.wake()
    }
}
