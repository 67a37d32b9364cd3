/// What is to happen when, in the order of time and then of planning.
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
    }

    /// In descending order, so that the next is the last.
    private var timers: [Timer] = []

    var next: Timer? { timers.last }

    mutating func add(_ event: Event, at time: Nanoseconds) {
        var low = 0
        var high = timers.count
        while low < high {
            let middle = (low + high) / 2
            // What was planned earlier for the same time comes first, and so stands behind.
            if timers[middle].time > time { low = middle + 1 } else { high = middle }
        }
        timers.insert(Timer(time: time, event: event), at: low)
    }

    mutating func removeNext() { timers.removeLast() }
}
