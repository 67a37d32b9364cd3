import MultitaskingSystem

/// How fast workers are replaced that die although they do nothing: ever more slowly, up to once a second.
///
/// A worker that the system kills for lack of memory, or that cannot live within its limits, would otherwise be forked
/// thousands of times a second. A worker that dies of a task is replaced at once, however often that happens.
struct RespawnBackoff {
    /// How many such deaths in a row are put down to accident.
    private static let accidents = 4
    private static let shortestPause: Int64 = 10_000_000
    private static let longestPause: Int64 = 1_000_000_000
    /// A worker that lived for this long was able to.
    private static let shortLife: Int64 = 1_000_000_000

    private var deaths = 0
    /// When the next worker may be started, in nanoseconds of CLOCK_MONOTONIC; nil for at once.
    private(set) var notBefore: Int64?

    mutating func workerDied(after lifetime: Int64, now: Int64 = monotonicNanoseconds()) {
        // Beyond the longest pause it could not die quickly again by then: those are deaths of long ago.
        let isLate = notBefore.map { now - $0 > 2 * Self.longestPause } ?? false
        guard lifetime < Self.shortLife, !isLate else { return reset() }
        deaths += 1
        guard deaths > Self.accidents else { return }
        let pause = Self.shortestPause << Int64(min(deaths - Self.accidents - 1, 10))
        notBefore = now + min(pause, Self.longestPause)
    }

    mutating func reset() {
        deaths = 0
        notBefore = nil
    }
}
