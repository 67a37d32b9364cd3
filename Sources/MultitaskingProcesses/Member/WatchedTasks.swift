/// The tasks whose ends the watcher of the client waits for, by the slots that they are in.
///
/// Those that have ended are noted in the arena (`EndedTasks`), so that each end costs the same however many tasks are
/// watched. All are asked now and then as well: what is noted there may be written over by a broken task, and a task
/// that nobody has any more ends without a word.
struct WatchedTasks {
    struct Poll: Sendable {
        let id: UInt64
        let isOver: @Sendable () -> Bool
        /// Called once, when the task is over.
        let body: @Sendable () -> Void
    }

    /// Those for the tasks of one slot: after one task has ended, another may be there before all were asked.
    struct Polls {
        var polls: [Poll] = []
        /// Whether a task has a time at which it ends by being asked.
        var areExpiring = false
    }

    /// How often tasks that expire are asked for, and how often all are, in nanoseconds.
    private static let expiryInterval: Int64 = 50_000_000
    private static let interval: Int64 = 500_000_000

    private var pollsOfSlots: [Int: Polls] = [:]
    private var expiring: Set<Int> = []
    private var nextExpiry: Int64 = 0
    private var nextSweep: Int64 = 0
    private(set) var count = 0
    /// Those that were taken back while the watcher had some in hand; nil while it has none.
    private var takenBack: Set<UInt64>?

    mutating func add(_ poll: Poll, for slot: Int, isExpiring: Bool) {
        pollsOfSlots[slot, default: Polls()].polls.append(poll)
        count += 1
        guard isExpiring else { return }
        pollsOfSlots[slot]?.areExpiring = true
        expiring.insert(slot)
    }

    /// Takes one poll away; false if it is not there.
    mutating func remove(_ id: UInt64, for slot: Int) -> Bool {
        guard let place = pollsOfSlots[slot]?.polls.lastIndex(where: { $0.id == id }) else { return false }
        pollsOfSlots[slot]?.polls.remove(at: place)
        count -= 1
        if pollsOfSlots[slot]?.polls.isEmpty == true { _ = take(slot) }
        return true
    }

    /// The watcher takes some in hand, until ``endAsking()``.
    mutating func beginAsking() { takenBack = [] }

    mutating func endAsking() { takenBack = nil }

    /// Takes one poll back whose caller waits no more, also if the watcher has it in hand.
    mutating func takeBack(_ id: UInt64, for slot: Int) {
        if !remove(id, for: slot) { takenBack?.insert(id) }
    }

    /// Adds one that the watcher had in hand.
    mutating func putBack(_ poll: Poll, for slot: Int, isExpiring: Bool) {
        if takenBack?.contains(poll.id) != true { add(poll, for: slot, isExpiring: isExpiring) }
    }

    /// Takes the polls for a slot's tasks; nil if there are none.
    mutating func take(_ slot: Int) -> Polls? {
        guard let polls = pollsOfSlots.removeValue(forKey: slot) else { return nil }
        expiring.remove(slot)
        count -= polls.polls.count
        return polls
    }

    /// Takes those that are to be asked by now, whether or not an end was noted.
    ///
    /// - Parameters:
    ///   - now: the time, in nanoseconds.
    ///   - all: whether they are all to be asked.
    mutating func takeDue(at now: Int64, all: Bool) -> [(Int, Polls)] {
        if all || now >= nextSweep {
            (nextSweep, nextExpiry) = (now + Self.interval, now + Self.expiryInterval)
            return Array(pollsOfSlots.keys).compactMap { slot in take(slot).map { (slot, $0) } }
        }
        guard now >= nextExpiry else { return [] }
        nextExpiry = now + Self.expiryInterval
        return Array(expiring).compactMap { slot in take(slot).map { (slot, $0) } }
    }
}
