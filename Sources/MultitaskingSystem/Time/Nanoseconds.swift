internal import MultitaskingCore

// Durations and instants as the system wants them. A client may give any duration, so nothing here traps: what does not
// fit becomes the nearest number that does.

extension Duration {
    /// The whole nanoseconds, or the nearest number if they do not fit.
    ///
    /// Not by way of `components`, which traps where the seconds alone do not fit.
    package var nanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }

    /// The whole milliseconds, rounded up, between 0 and the greatest that `poll` and its kin take.
    package var pollMilliseconds: Int32 {
        let (seconds, attoseconds) = clampedForWaiting.components
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

extension Int64 {
    /// The sum, or the nearest number if it does not fit.
    package func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// How long to wait after an attempt if this is how long to wait after the first: twice as long after each, up to a
    /// million times as long.
    package func doubled(forAttempt attempt: Int) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: 1 << Swift.min(20, Swift.max(0, attempt - 1)))
        return overflow ? .max : product
    }
}
