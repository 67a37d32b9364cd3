internal import MultitaskingCore

/// Which workers a pool has, how many it is to have, and what each of them does besides the tasks in the queue.
/// Decides; the storage acts.
struct Roster: ~Copyable {
    /// A call that every worker makes once.
    struct Call: Sendable {
        /// What those workers do that were there to stay when the call was made, by their numbers.
        var tasks: [Int: PendingTask]
        /// What a worker does that comes later; nothing once the call has ended a worker's thread.
        var again: (@Sendable (ThreadEnvironment) -> Void)?
    }

    /// What a worker has to do for one call.
    enum Duty: Sendable {
        case task(PendingTask)
        case again((@Sendable (ThreadEnvironment) -> Void)?)
    }

    /// The numbers of the workers that have not left.
    private(set) var workers: Set<Int> = []
    /// Of these, those that are not too many, in their order.
    var staying: [Int] { workers.filter { $0 < target }.sorted() }
    /// How many there are to be.
    private(set) var target = 0
    private var calls: [Call] = []
    /// The calls that workers are in, by the workers' numbers.
    private var callsUnderWay: [Int: Int] = [:]

    /// Changes how many workers there are to be; the numbers of those that are missing.
    mutating func resize(to count: Int) -> [Int] {
        target = count
        return (0..<count).filter { !workers.contains($0) }
    }

    mutating func add(_ worker: Int) { workers.insert(worker) }

    /// Does without a worker for whom there is no thread.
    mutating func cancel(_ worker: Int) { workers.remove(worker) }

    /// Takes out the tasks of workers that were cancelled: a worker that leaves by itself has none left.
    mutating func takeOrphans() -> [PendingTask] {
        var orphans: [PendingTask] = []
        for call in calls.indices {
            for worker in calls[call].tasks.keys.sorted() where !workers.contains(worker) {
                if let task = calls[call].tasks.removeValue(forKey: worker) { orphans.append(task) }
            }
        }
        return orphans
    }

    /// Adds a call, with a task for each worker that stays.
    mutating func add(_ call: Call) { calls.append(call) }

    var callCount: Int { calls.count }

    /// What a worker does for a call; nil if it has none left to make. It is not asked again.
    mutating func duty(_ call: Int, of worker: Int) -> Duty? {
        let isDue = mustCall(worker, after: call)
        callsUnderWay[worker] = isDue ? call : nil
        guard isDue else { return nil }
        return calls[call].tasks.removeValue(forKey: worker).map(Duty.task) ?? .again(calls[call].again)
    }

    /// Prevents a call in the middle of which a worker's thread has ended from being made again; false if the thread
    /// ended outside any call.
    mutating func endCall(of worker: Int) -> Bool {
        guard let call = callsUnderWay.removeValue(forKey: worker) else { return false }
        calls[call].again = nil
        return true
    }

    /// Whether a worker that has made so many calls has more to make. One that is too many makes those up to the last
    /// that has a task for it, and not those that came when it was to leave already.
    private func mustCall(_ worker: Int, after made: Int) -> Bool {
        guard worker >= target else { return made < calls.count }
        return calls.dropFirst(made).contains { $0.tasks[worker] != nil }
    }

    /// Whether a worker that has made so many calls leaves now, because there are too many or the pool is over.
    mutating func leaves(_ worker: Int, after made: Int, isPoolOver: Bool) -> Bool {
        guard worker >= target || isPoolOver, !mustCall(worker, after: made) else { return false }
        workers.remove(worker)
        return true
    }
}
