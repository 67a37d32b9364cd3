import Glibc
import MultitaskingCore
import MultitaskingSystem

/// The machine's monotonic clock.
struct SystemClock: TaskClock {
    var now: Duration { .nanoseconds(monotonicNanoseconds()) }

    func sleep(for duration: Duration) {
        let (seconds, attoseconds) = duration.clampedForWaiting.components
        guard duration > .zero else { return }
        var time = timespec()
        time.tv_sec = Int(seconds)
        time.tv_nsec = Int(attoseconds / 1_000_000_000)
        // The system writes back what is left when a signal interrupts the sleep.
        var left = timespec()
        while unsafe nanosleep(&time, &left) != 0, errno == EINTR { time = left }
    }
}
