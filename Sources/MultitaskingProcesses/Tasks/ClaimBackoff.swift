import CMultitaskingLinux

/// Pauses between attempts to claim a task, each of which another worker was quicker at.
///
/// Without them, all workers that want work try each task at the same time: each attempt takes the lines of the slot
/// and of the head from the others, so that a task costs as many transfers as there are workers.
struct ClaimBackoff {
    private let member: Int
    private var losses = 0

    /// The longest pause is of 128 to 256 pause instructions, a few microseconds.
    private static let mostDoublings = 7

    @inline(__always)
    init(_ member: Int) { self.member = member }

    @inline(never)
    mutating func pause() {
        losses = min(losses + 1, Self.mostDoublings)
        // Members of different numbers do not come back at the same time.
        for _ in 0..<(1 << losses) + member % (1 << losses) { mt_pause() }
    }
}
