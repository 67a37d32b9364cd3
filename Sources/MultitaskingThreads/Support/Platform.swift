internal import MultitaskingPlatform

/// The machine, as far as this module asks about it.
enum Machine {
    /// Lets other threads run for a moment. Not by a yield, which puts the caller behind all others of the machine, for
    /// a slice each.
    static func rest() {
        var time = timespec(tv_sec: 0, tv_nsec: 20_000)
        // SAFETY: the call only reads `time`. A signal ends it early, which is as well.
        unsafe nanosleep(&time, nil)
    }
}
