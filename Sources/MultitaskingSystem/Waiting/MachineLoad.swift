internal import Synchronization

/// Whether threads other than the members of a pool wait for the machine's cores, as it was a few milliseconds ago.
///
/// One that looks for something may yield where only those wait for a core that it waits for itself. Where others do, a
/// yield gives them a slice each.
///
/// ORDERING: relaxed throughout; each word is a hint by itself.
package final class MachineLoad: Sendable {
    private let files: SystemFiles
    private let isExceeded = Atomic<Bool>(true)
    /// What the last look at the system said. It takes two of the same kind to change the answer, so that nothing
    /// follows from what runs, or sleeps, for a moment.
    private let last = Atomic<Bool>(true)
    /// When to ask the system again, in nanoseconds of CLOCK_MONOTONIC; at first, at once.
    private let nextLook = Atomic<Int64>(.min)
    /// Asking takes about 5 µs.
    private static let interval: Int64 = 20_000_000
    /// The same after a look that said otherwise than the answer.
    private static let shortInterval: Int64 = 1_000_000

    package init(_ files: SystemFiles = SystemFiles()) { self.files = files }

    /// Whether more threads want a core than there are cores, and than a pool has members that are awake.
    ///
    /// - Parameters:
    ///   - members: counted only when the system is asked again: that takes a cache line from the threads that go to
    ///     sleep.
    ///   - now: the time in nanoseconds of CLOCK_MONOTONIC.
    package func exceeds(members: @autoclosure () -> Int, now: Int64) -> Bool {
        if now >= nextLook.load(ordering: .relaxed) { lookAgain(members(), now) }
        return isExceeded.load(ordering: .relaxed)
    }

    private func lookAgain(_ members: Int, _ now: Int64) {
        // A system that does not say counts as busy.
        let isBusy = readRunnable().map { $0 > max(members, SpinningCores.count) } ?? true
        let isFirst = nextLook.load(ordering: .relaxed) == .min
        if isFirst || isBusy == last.load(ordering: .relaxed) { isExceeded.store(isBusy, ordering: .relaxed) }
        last.store(isBusy, ordering: .relaxed)
        let isSettled = isBusy == isExceeded.load(ordering: .relaxed)
        nextLook.store(now.addingSaturated(isSettled ? Self.interval : Self.shortInterval), ordering: .relaxed)
    }

    /// The fourth word of `/proc/loadavg` is as in `3/512`: three of 512 threads run or wait for a core.
    private func readRunnable() -> Int? {
        guard let words = files.bytes("/proc/loadavg")?.split(separator: UInt8(ascii: " ")), words.count > 3 else {
            return nil
        }
        return words[3].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).first?.number
    }
}
