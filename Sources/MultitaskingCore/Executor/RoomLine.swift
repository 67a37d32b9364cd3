/// The calls of one executor that wait for room in it, in the order in which they began to.
struct RoomLine {
    struct Call: Sendable {
        let deadline: WaitDeadline
        /// Submits it. Returns what is to be called then, and the refusal if the call goes on waiting.
        let attempt: @Sendable () -> (followers: [Follower], refusal: MultitaskingError?)
    }

    /// How far a look has come, in which the executor is given one call after the other.
    struct Look {
        /// The number of the call that was given last.
        fileprivate var place: UInt64 = 0
        fileprivate var refusals = 0
        fileprivate var submissions = 0
        fileprivate var isOver = false
    }

    private var calls = NumberedLine<Call>()
    /// No call's time is up before this.
    private(set) var soonest: WaitDeadline?
    /// The number of the look that is to come, and the deadline that it comes for.
    private var planned: (number: UInt64, deadline: WaitDeadline?)?
    private var isLooking = false
    /// The number of the call that the last look ended with.
    private var lastPlace: UInt64 = 0
    /// How long the next look is postponed if nobody reports room.
    private(set) var pause = shortestPause

    private static var shortestPause: Duration { .microseconds(100) }
    private static var longestPause: Duration { .milliseconds(5) }

    /// How many calls are refused before a look ends. The first one may need more memory than others do.
    private static var mostRefusals: Int { 8 }

    /// How many calls are submitted before a look ends, and what follows from them is called.
    private static var mostSubmissions: Int { 64 }

    /// Whether nobody waits or looks.
    var isUnused: Bool { calls.isEmpty && !isLooking }

    mutating func add(_ call: Call, _ number: UInt64) {
        calls.append(call, number)
        note(call.deadline)
    }

    private mutating func note(_ deadline: WaitDeadline) {
        if soonest.map(deadline.isSooner) ?? true { soonest = deadline }
    }

    /// Takes a call out, which is to be released outside of the lock; nil if it has left.
    mutating func remove(_ number: UInt64) -> Call? { calls.remove(number) }

    /// Takes out the calls whose time is up.
    mutating func takeOverdue(at now: WaitDeadline) -> [Call] {
        guard let soonest, !now.isSooner(than: soonest) else { return [] }
        let overdue = calls.removeAll { !now.isSooner(than: $0.deadline) }
        self.soonest = nil
        for call in calls.elements { note(call.deadline) }
        return overdue
    }

    /// Plans a look; false if it isn't needed, since there is one, or one will come in time.
    mutating func plan(_ number: UInt64) -> Bool {
        guard !calls.isEmpty, !isLooking else { return false }
        if let planned, !(planned.deadline.flatMap { soonest?.isSooner(than: $0) } ?? false) { return false }
        planned = (number, soonest)
        return true
    }

    /// Begins the look that was planned last; nil if it isn't this one.
    mutating func beginLook(_ number: UInt64) -> Look? {
        guard planned?.number == number else { return nil }
        planned = nil
        isLooking = true
        return Look()
    }

    /// The next call to be given to the executor.
    func next(in look: Look) -> (number: UInt64, call: Call)? {
        guard !look.isOver else { return nil }
        return calls.first(after: look.place).map { ($0.number, $0.element) }
    }

    /// Notes how a call fared, which leaves the line unless it was refused.
    mutating func note(_ refusal: MultitaskingError?, of number: UInt64, in look: inout Look) {
        look.place = number
        guard let refusal else {
            look.submissions += 1
            look.isOver = look.submissions == Self.mostSubmissions
            // The caller still has it, so it isn't released here, under the lock.
            _ = remove(number)
            return
        }
        look.refusals += 1
        // A queue that is full has room for nobody. Memory may be enough for another one: each gets its turn.
        look.isOver = refusal.code == .timedOut || look.refusals == Self.mostRefusals
        if look.refusals == 1 { look.place = max(number, lastPlace) }
    }

    mutating func endLook(_ look: Look) {
        isLooking = false
        if !look.isOver { lastPlace = 0 } else if look.refusals > 1 { lastPlace = look.place }
        pause = look.submissions > 0 ? Self.shortestPause : min(pause * 2, Self.longestPause)
    }
}
