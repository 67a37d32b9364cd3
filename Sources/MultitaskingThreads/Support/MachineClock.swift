internal import MultitaskingCore
internal import MultitaskingSystem

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Android)
    internal import Android
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The machine's own time.
struct MachineClock: TaskClock {
    var now: Duration { .nanoseconds(monotonicNanoseconds()) }

    func sleep(for duration: Duration) {
        let end = now + duration.clampedForWaiting
        while true {
            let left = end - now
            guard left > .zero else { return }
            var time = timespec(left)
            // SAFETY: the call only reads `time`. A signal ends it early; the loop then sleeps for what is left.
            unsafe nanosleep(&time, nil)
        }
    }
}
