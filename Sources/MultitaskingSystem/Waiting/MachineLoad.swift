internal import Synchronization

/// How many threads of the whole machine want a core, as it was some milliseconds ago.
///
/// One that looks for something may yield where only those wait for a core that it waits for itself. Where others do, a
/// yield gives them a slice each.
///
/// ORDERING: relaxed throughout; each word is a hint by itself.
package final class MachineLoad: Sendable {
    private let files: SystemFiles
    /// The lower one of the last two numbers, so that what ran for a moment does not count; `Int.max` if the system
    /// does not say.
    private let steady = Atomic<Int>(.max)
    private let last = Atomic<Int>(.max)
    /// When to ask the system again, in nanoseconds of CLOCK_MONOTONIC.
    private let nextLook = Atomic<Int64>(.min)
    /// Asking takes about 5 µs.
    private static let interval: Int64 = 20_000_000
    /// The same after a number that is higher than the one before.
    private static let shortInterval: Int64 = 1_000_000

    package init(_ files: SystemFiles = SystemFiles()) { self.files = files }

    /// Whether more threads want a core than there are cores, and than a pool has members that are awake.
    ///
    /// - Parameter now: the time in nanoseconds of CLOCK_MONOTONIC.
    package func exceeds(members: Int, now: Int64) -> Bool {
        if now >= nextLook.load(ordering: .relaxed) { lookAgain(now) }
        return steady.load(ordering: .relaxed) > max(members, SpinningCores.count)
    }

    private func lookAgain(_ now: Int64) {
        let before = last.load(ordering: .relaxed)
        let number = readRunnable() ?? .max
        last.store(number, ordering: .relaxed)
        steady.store(min(before, number), ordering: .relaxed)
        nextLook.store(
            now.addingSaturated(number > before ? Self.shortInterval : Self.interval), ordering: .relaxed)
    }

    /// The fourth word of `/proc/loadavg` is as in `3/512`: three of 512 threads run or wait for a core.
    private func readRunnable() -> Int? {
        guard let words = files.bytes("/proc/loadavg")?.split(separator: UInt8(ascii: " ")), words.count > 3 else {
            return nil
        }
        return words[3].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).first?.number
    }
}
