internal import MultitaskingCore
internal import Synchronization

/// The other simulations that go on while a thread waits in one for what happens in them.
final class WaitsElsewhere: Sendable {
    private let thread: UInt
    private let others = Mutex<[ObjectIdentifier: Simulator]?>([:])

    /// - Parameter thread: the thread that waits.
    init(of thread: UInt) { self.thread = thread }

    /// Lets another simulation continue, even without the thread that waits; returns what may come from there.
    ///
    /// - Parameter simulation: the one in which the thread waits, and in which all wait now.
    func outside(of simulation: Simulator, in other: any CallersTimeline) -> Outside {
        guard let other = other as? Simulator else { return .running }
        let isNew = others.withLock { others in
            guard others != nil, others?[ObjectIdentifier(other)] == nil else { return false }
            others?[ObjectIdentifier(other)] = other
            other.beginWaitElsewhere()
            return true
        }
        if isNew { other.goOn(without: thread) }
        // A party that has the turn there, and waits here, doesn't continue.
        return other.threadWithTurn.map(simulation.isWaiting) == true ? .anybody : .anotherTime
    }

    /// The wait is over; looks that are under way begin no other.
    func end() {
        let all = others.withLock { others in exchange(&others, with: nil)?.values.map { $0 } ?? [] }
        for other in all { other.endWaitElsewhere() }
    }
}
