internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// What a pool shares with its workers. They do not know the pool itself, so that a forgotten pool can end.
final class PoolStorage: Sendable {
    let registry = ObjectRegistry()
    let identity = PoolIdentity()
    let room: Room?

    private let queue = SegmentedQueue<PendingTask>()
    private let idle: IdleWorkers
    private let initializer: @Sendable () throws -> Void
    /// What is to be done with tasks that come out of the queue; a `Verdict`.
    private let verdict = Atomic<UInt8>(Verdict.run.rawValue)
    private let initializerFailure = Lock<(any Error)?>(nil)
    /// How many threads have not ended. ORDERING: as the counts of idle workers.
    private let living = Atomic<Int>(0)
    /// The threads whose tasks have called `exit`, and which do not come back from there.
    let exiting = Lock<Set<UInt>>([])
    let modeAtExit: ShutdownMode

    private enum Verdict: UInt8 {
        case run
        case fail
        case cancel
    }

    /// How long a worker without work looks for some before it goes to sleep.
    private static var searchNanoseconds: Int64 { 20_000 }

    init(
        maxWorkers: Int, queueLimit: Int?, atExit: ShutdownMode, initializer: @escaping @Sendable () throws -> Void
    ) {
        modeAtExit = atExit
        room = queueLimit.map(Room.init(limit:))
        // Searching pays while another processor can bring work; more searchers than half of them only steal time.
        idle = IdleWorkers(searcherLimit: max(1, min(maxWorkers, SpinningCores.count / 2)))
        self.initializer = initializer
    }

    /// Queues a task; false if the pool was closed.
    func submit(_ task: PendingTask) -> Bool {
        guard queue.push(task) else { return false }
        idle.notify()
        return true
    }

    /// Whether the pool was closed.
    var isClosed: Bool { queue.isClosed }

    /// Refuses new tasks and lets the workers end when they have worked off the queue.
    func close(cancellingQueued: Bool) {
        if cancellingQueued { verdict.store(Verdict.cancel.rawValue, ordering: .releasing) }
        queue.close()
        room?.close()
        idle.notifyAll()
        guard cancellingQueued else { return }
        // Not left to the workers, which may all be busy for long.
        while let task = queue.pop() { task.cancel(force: false) }
    }

    /// Counts a thread that is about to start.
    func addWorker() { living.add(1, ordering: .sequentiallyConsistent) }

    /// Counts a thread that has ended, or did not start.
    func removeWorker() {
        guard living.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 else { return }
        ExitDrain.remove(self)
    }

    /// How many threads have not ended.
    var livingWorkers: Int { living.load(ordering: .sequentiallyConsistent) }

    /// How many threads are neither idle nor about to be.
    var busyWorkers: Int { max(0, livingWorkers - idle.count) }

    /// How many tasks no worker has taken.
    var queuedTasks: Int { queue.count }

    /// A worker's life.
    func work() {
        PoolIdentity.$current.withValue(identity) {
            initialize()
            let environment = makeEnvironment()
            while let task = nextTask() { settle(task, in: environment) }
        }
        removeWorker()
    }

    /// Runs what is queued, and returns when there is nothing more.
    func workOff() {
        let environment = makeEnvironment()
        while let task = queue.pop() { settle(task, in: environment) }
    }

    private func makeEnvironment() -> ThreadEnvironment { ThreadEnvironment(registry: registry, identity: identity) }

    private func initialize() {
        do {
            try initializer()
        } catch {
            initializerFailure.withLock { $0 = $0 ?? error }
            // ORDERING: releasing the error. A pool that is being shut down stays so.
            _ = verdict.compareExchange(
                expected: Verdict.run.rawValue, desired: Verdict.fail.rawValue, ordering: .releasing)
        }
    }

    private func settle(_ task: PendingTask, in environment: ThreadEnvironment) {
        // ORDERING: acquiring, pairs with the releasing of the failed initializer's error.
        switch Verdict(rawValue: verdict.load(ordering: .acquiring)) ?? .run {
        case .run: task.run(in: environment)
        case .fail: task.fail(initializerError())
        case .cancel: task.cancel(force: false)
        }
    }

    private func initializerError() -> MultitaskingError {
        MultitaskingError(
            .initializerFailed,
            "the pool's initializer threw, so its tasks do not run; make another pool with one that succeeds",
            cause: initializerFailure.withLock { $0 })
    }

    /// The next task; sleeps while there is none; nil when there will be none any more.
    private func nextTask() -> PendingTask? {
        if let task = queue.pop() { return task }
        var isSearching = idle.beginSearch()
        while true {
            if isSearching {
                _ = Spin.wait(nanoseconds: Self.searchNanoseconds) { !queue.isEmpty || queue.isClosed }
            }
            // In this order: what is not in the queue after it was closed will never be.
            let isClosed = queue.isClosed
            let task = queue.pop()
            if task != nil || isClosed {
                if isSearching { idle.endSearch() }
                // Others may have relied on this worker while it searched or was being woken.
                if !queue.isEmpty { idle.notify() }
                return task
            }
            isSearching = idle.sleep(afterSearch: isSearching) { !queue.isEmpty || queue.isClosed }
        }
    }
}
