internal import MultitaskingCore
internal import MultitaskingPlatform

/// The machine's own time, in which the tasks of all backends but a simulation live.
package struct MachineClock: TaskClock {
    package init() {}

    package var now: Duration { .nanoseconds(monotonicNanoseconds()) }

    package func sleep(for duration: Duration) {
        guard duration > .zero else { return }
        let (seconds, attoseconds) = duration.clampedForWaiting.components
        var left = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        // SAFETY: both are local variables. The system writes back what is left when a signal interrupts the sleep.
        var rest = timespec()
        while unsafe nanosleep(&left, &rest) != 0, errno == EINTR { left = rest }
    }
}
