internal import MultitaskingPlatform

#if canImport(Darwin)
    private let coarseClock = CLOCK_MONOTONIC
#else
    private let coarseClock = CLOCK_MONOTONIC_COARSE
#endif

/// Nanoseconds of `CLOCK_MONOTONIC` as of the system's last tick, which are a fifth as dear as those of now.
package func coarseMonotonicNanoseconds() -> Int64 {
    var time = timespec()
    // SAFETY: the call writes one timespec, which outlives it.
    _ = unsafe clock_gettime(coarseClock, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}

/// How far the coarse clock goes at a time, in nanoseconds.
package let coarseClockStep: Int64 = {
    var step = timespec()
    // SAFETY: the call writes one timespec, which outlives it.
    guard unsafe clock_getres(coarseClock, &step) == 0 else { return 10_000_000 }
    return Int64(step.tv_sec) &* 1_000_000_000 &+ Int64(step.tv_nsec)
}()
