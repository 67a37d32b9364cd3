/// What is to happen when, in the order of time and then of planning.
///
/// Most waits end before their limits pass; their timers stay until they are next, or too many.
struct TimerQueue: Sendable {
    enum Event: Sendable {
        /// A wait's limit passes.
        case limit(party: Int, wait: Int)
        /// A running task's time is up.
        case timeout(task: Int, attempt: Int)
        /// The next step of ending a running task is due.
        case teardown(task: Int, attempt: Int)
        /// A queued task has waited for too long.
        case queueTimeout(task: Int)
        /// A task's next attempt is due.
        case retry(task: Int)
        /// A worker's initializer has taken too long.
        case initializerTimeout(worker: Int, pid: Int32)
        /// A dead worker's successor is ready.
        case respawn(worker: Int)
        /// A channel has room again.
        case room(channel: UInt64, until: Nanoseconds)
        /// The limit of a wait that blocks no thread passes.
        case call(Int)
    }

    struct Timer: Sendable {
        var time: Nanoseconds
        var event: Event
        /// In the order of planning.
        fileprivate var number: Int

        fileprivate func isBefore(_ other: Timer) -> Bool { (time, number) < (other.time, other.number) }
    }

    /// A binary heap: a timer is before the two at twice its place and one and two more.
    private var timers: [Timer] = []
    private var lastNumber = 0
    /// How many timers there may be before those that are over are looked for.
    private var tolerance = leastTolerance

    private static var leastTolerance: Int { 64 }

    var next: Timer? { timers.first }

    var count: Int { timers.count }

    /// Whether so many were added that it pays to look for those that are over.
    var isCrowded: Bool { timers.count >= tolerance }

    mutating func add(_ event: Event, at time: Nanoseconds) {
        lastNumber += 1
        timers.append(Timer(time: time, event: event, number: lastNumber))
        var place = timers.count - 1
        while place > 0, case let parent = (place - 1) / 2, timers[place].isBefore(timers[parent]) {
            timers.swapAt(place, parent)
            place = parent
        }
    }

    mutating func removeNext() {
        timers.swapAt(0, timers.count - 1)
        timers.removeLast()
        var place = 0
        while true {
            let children = (2 * place + 1)..<min(2 * place + 3, max(2 * place + 1, timers.count))
            guard let first = children.min(by: { timers[$0].isBefore(timers[$1]) }),
                timers[first].isBefore(timers[place])
            else { return }
            timers.swapAt(place, first)
            place = first
        }
    }

    /// Forgets timers that are over, so that the others and as many more are what is kept.
    mutating func removeAll(where isOver: (Event) -> Bool) {
        // What is sorted is a heap.
        timers = timers.filter { !isOver($0.event) }.sorted { $0.isBefore($1) }
        tolerance = max(2 * timers.count, Self.leastTolerance)
    }
}
