internal import MultitaskingPlatform

/// Nanoseconds of a clock that never runs backwards (`CLOCK_MONOTONIC`).
package func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    // SAFETY: the call writes one timespec, which outlives it.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
