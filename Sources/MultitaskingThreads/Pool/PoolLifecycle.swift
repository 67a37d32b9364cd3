internal import MultitaskingCore

/// How far a pool is on its way from its start to its end. Decides; the storage acts.
///
/// Exits: open → closing; closing → closing; each pool's threads are given out once, to be joined or detached.
struct PoolLifecycle: ~Copyable {
    /// What a caller of `shutdown` has to do.
    enum Action: ~Copyable {
        /// Join these threads, then tell the others.
        case join([Worker])
        /// Wait until the caller that joins them says so.
        case awaitOther
        /// Nothing: waiting would wait for the caller itself.
        case leave
    }

    private var workers: [Worker]?

    init(workers: [Worker]) { self.workers = workers }

    /// Whether threads can be added.
    var isOpen: Bool { workers != nil }

    /// Adds a thread to an open pool.
    mutating func add(_ worker: Worker) { workers?.append(worker) }

    /// Takes out the threads that have ended; they are to be joined, which does not wait.
    mutating func takeEnded() -> [Worker] {
        let ended = workers?.filter(\.hasEnded) ?? []
        workers?.removeAll { worker in ended.contains { $0 === worker } }
        return ended
    }

    /// What to do for a caller that wants the threads to be gone.
    mutating func shutDown(fromInside: Bool) -> Action {
        if fromInside { return .leave }
        guard let workers else { return .awaitOther }
        self.workers = nil
        return .join(workers)
    }

    /// The threads that nobody joined.
    mutating func abandon() -> [Worker] { workers.take() ?? [] }
}
