import MultitaskingSystem

/// For how long to wait for a process that is to end: longer, if it wants a core and gets none.
struct EndPatience {
    /// How long a process may take that runs, or sleeps.
    private var left: Int64
    /// How long it may take in any case.
    private var mostLeft: Int64
    private var last: Int64
    private var lastTime: Int64?

    /// - Parameters:
    ///   - nanoseconds: how long to wait for a process that has a core whenever it wants one.
    ///   - now: the time, in nanoseconds of CLOCK_MONOTONIC.
    init(_ nanoseconds: Int64, now: Int64 = monotonicNanoseconds()) {
        left = nanoseconds
        mostLeft = 10 * nanoseconds
        last = now
    }

    /// Whether it is used up; to be asked every few hundred milliseconds.
    ///
    /// - Parameter time: of the process; nil if there is none.
    mutating func isOver(_ time: ProcessorTime?, now: Int64 = monotonicNanoseconds()) -> Bool {
        let passed = max(0, now - last)
        last = now
        mostLeft -= passed
        // A late look shows that the machine is busy, too, so only a part of that time counts.
        let counted = min(passed, Self.longestLook)
        let isStarved = time.map { wasStarved($0, counted) } ?? false
        lastTime = time?.nanoseconds
        if isStarved { return mostLeft <= 0 }
        left -= counted
        return left <= 0 || mostLeft <= 0
    }

    /// Whether a process has wanted a core and had none for most of the time since the last look.
    private func wasStarved(_ time: ProcessorTime, _ passed: Int64) -> Bool {
        guard let lastTime, time.nanoseconds > 0 else { return false }
        return time.isWanted && time.nanoseconds - lastTime < passed / 4
    }

    private static let longestLook: Int64 = 400_000_000
}
