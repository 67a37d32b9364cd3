import MultitaskingSystem
import Synchronization

/// Whether to let elements gather, or room for them, before looking again, learned from what came of it.
///
/// Where both sides of a channel share a core, or others have it, looking does not pay, and a sleeper that is woken for
/// each element takes the core from the one that was about to send, or take, the next. Then it is better to nap: to
/// sleep for a moment without being woken for each element, and find a run of them. But one that answers each element
/// would have the other side wait. So naps are tried when sleeps are short, and go on as long as each is followed by a
/// long run. A side that is about to sleep ends the naps of the other: there is nothing left that could gather.
///
/// One object serves one direction of a channel in one process.
/// ORDERING: relaxed throughout; each word is a hint by itself.
final class Pace: Sendable {
    /// Where the channel was when the last nap was over.
    private let napEnd = Atomic<UInt64>(0)
    private let isNapping = Atomic<Bool>(false)
    /// When to nap although the last nap was not worth it.
    private let tries = RareTries(every: 16)

    /// How long a nap is at most, in nanoseconds: as long as two switches of processes a dozen times over. The system
    /// adds as much again.
    static let nap: Int64 = 50_000
    /// Sleeps that are shorter, in nanoseconds, may be for one of many elements.
    private static let short: Int64 = 100_000
    /// How many elements a nap must be followed by.
    private static let longRun: UInt64 = 32

    /// Naps if that is better than to sleep until one is woken; whether it has.
    ///
    /// - Parameters:
    ///   - spot: where this side naps.
    ///   - others: where the other side does.
    ///   - position: how many elements have passed in this direction.
    ///   - left: how long the caller may wait, in nanoseconds.
    func nap(in spot: NapSpot, ending others: NapSpot, at position: @autoclosure () -> UInt64, left: Int64) -> Bool {
        guard left > 2 * Self.nap, isNapDue(at: position()) else {
            others.endNaps()
            return false
        }
        spot.nap(nanoseconds: Self.nap, after: others.endNaps)
        napped(until: position())
        return true
    }

    /// Whether to nap before going to sleep.
    func isNapDue(at position: UInt64) -> Bool {
        if isNapping.load(ordering: .relaxed) {
            if position &- napEnd.load(ordering: .relaxed) >= Self.longRun {
                tries.noteSuccess()
                return true
            }
            isNapping.store(false, ordering: .relaxed)
            tries.noteFailure()
            return false
        }
        guard tries.isDue() else { return false }
        isNapping.store(true, ordering: .relaxed)
        return true
    }

    /// Notes where the channel is after a nap.
    func napped(until position: UInt64) { napEnd.store(position, ordering: .relaxed) }

    /// Notes how long a sleep has taken, in nanoseconds.
    func slept(for duration: Int64) {
        if duration < Self.short { tries.noteShortSleep() }
    }
}
