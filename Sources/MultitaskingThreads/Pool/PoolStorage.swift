internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// What a pool shares with its workers. They do not know the pool itself, so that a forgotten pool can end.
final class PoolStorage: Sendable {
    let registry = ObjectRegistry()
    let identity = PoolIdentity()
    let permits: QueuePermits?
    let setup: WorkerSetup
    let roster = Lock(Roster())
    /// What the finalizers have returned or thrown, in the order in which their workers left.
    let finalized = Lock<[Result<any Sendable, any Error>]>([])
    /// The threads whose tasks have called `exit`, and which do not come back from there.
    let exiting = Lock<Set<UInt>>([])
    let modeAtExit: ShutdownMode
    /// What the workers have done, by their numbers.
    let tallies = Lock<[ThreadTally]>([])
    /// What threads that aren't workers have done.
    let outsideTally: ThreadTally
    let sampler: SubmitSampler
    /// Whether a timeline is written.
    let isRecorded = Atomic<Bool>(false)
    /// When the pool was made, in nanoseconds of CLOCK_MONOTONIC.
    let birth = monotonicNanoseconds()
    // ORDERING: relaxed, as in `ThreadTally`.
    /// When the last thread ended; 0 as long as there is one.
    private let end = Atomic<Int64>(0)
    /// How many tasks were cancelled that no worker has passed, mostly because the pool ended.
    private let cancelledAtEnd = Atomic<Int>(0)
    /// How many tasks failed since there was no thread for them.
    private let failedOrphans = Atomic<Int>(0)
    /// How many tasks calls of all workers had.
    private let callTasks = Atomic<Int>(0)
    /// Opens when the last thread has ended.
    private let empty = Gate()

    private let queues = TaskQueues()
    private let idle: IdleWorkers
    private let initializerFailure = Lock<(any Error)?>(nil)
    /// What is to be done with tasks that come out of the queue; a `Verdict`.
    private let verdict = Atomic<UInt8>(Verdict.run.rawValue)
    // Of the roster, for workers that look between two tasks. ORDERING: sequentially consistent where they are changed,
    // before all workers are woken; a worker counts as idle before it looks once more.
    private let target = Atomic<Int>(0)
    private let callCount = Atomic<Int>(0)
    /// How many threads have not ended. ORDERING: as the counts of idle workers.
    private let living = Atomic<Int>(0)

    private enum Verdict: UInt8 {
        case run
        case fail
        case cancel
    }

    /// How long a worker without work looks for some before it goes to sleep.
    private static var searchNanoseconds: Int64 { 20_000 }

    init(maxWorkers: Int, queueLimit: Int?, atExit: ShutdownMode, setup: WorkerSetup) {
        modeAtExit = atExit
        sampler = SubmitSampler(registry.log.rest)
        outsideTally = ThreadTally(sampler)
        permits = queueLimit.map(QueuePermits.init(limit:))
        // Searching pays while another processor can bring work; more searchers than half of them only steal time.
        idle = IdleWorkers(searcherLimit: max(1, min(maxWorkers, SpinningCores.count / 2)))
        self.setup = setup
    }

    /// Queues a task; false if the pool was closed.
    func submit(_ task: PendingTask, _ priority: TaskOptions.Priority = .normal) -> Bool {
        guard queues.push(task, priority, sampler.submission(at: queues.position)) else { return false }
        idle.notify()
        return true
    }

    /// Whether the pool was closed.
    var isClosed: Bool { queues.isClosed }

    /// Refuses new tasks and lets the workers end when they have emptied the queue.
    func close(cancellingQueued: Bool) {
        if cancellingQueued { verdict.store(Verdict.cancel.rawValue, ordering: .releasing) }
        queues.close()
        permits?.close()
        idle.notifyAll()
        guard cancellingQueued else { return }
        // Not left to the workers, which may all be busy for long.
        var turn: UInt = 0
        while let (task, _) = queues.pop(turn: &turn) {
            task.cancel(force: false)
            cancelledAtEnd.add(1, ordering: .relaxed)
        }
    }

    // MARK: Statistics

    /// Counts tasks that are in no queue.
    func countCallTasks(_ count: Int) { callTasks.add(count, ordering: .relaxed) }

    /// Fails a task that has no worker, and counts it: before its future says that it has ended.
    func failOrphan(_ task: PendingTask, _ error: MultitaskingError) {
        failedOrphans.add(1, ordering: .relaxed)
        guard !task.fail(error) else { return }
        failedOrphans.subtract(1, ordering: .relaxed)
        cancelledAtEnd.add(1, ordering: .relaxed)
    }

    /// What a worker counts in; one that takes the place of another goes on with its counts.
    func tally(_ number: Int) -> ThreadTally {
        tallies.withLock { tallies in
            while tallies.count <= number {
                let tally = ThreadTally(sampler)
                // ORDERING: relaxed; a thread that begins to record sets this before it takes the lock.
                if isRecorded.load(ordering: .relaxed) { tally.record(true) }
                tallies.append(tally)
            }
            return tallies[number]
        }
    }

    var statistics: PoolStatistics {
        let tallies = tallies.withLock(\.self)
        var tasks = PoolStatistics.Tasks()
        var (queueTimes, runTimes) = (TimeHistogram(), TimeHistogram())
        tasks.cancelled = cancelledAtEnd.load(ordering: .relaxed)
        tasks.failed = failedOrphans.load(ordering: .relaxed)
        for tally in tallies + [outsideTally] {
            tally.add(to: &tasks)
            tally.add(to: &queueTimes, &runTimes)
        }
        // Last, so that what has ended was submitted. What has not begun waits.
        tasks.submitted = queues.submittedCount + callTasks.load(ordering: .relaxed)
        tasks.queued = max(0, tasks.submitted - tasks.running - tasks.succeeded - tasks.failed - tasks.cancelled)
        let slowest = tallies.enumerated().flatMap { $1.slowestTasks(of: $0) }.sorted { $0.runTime > $1.runTime }
        let there = roster.withLock { $0.workers }
        let end = end.load(ordering: .relaxed)
        return PoolStatistics(
            maxWorkers: wantedWorkers, age: .nanoseconds((end == 0 ? monotonicNanoseconds() : end) - birth),
            tasks: tasks, queueTime: queueTimes.times, runTime: runTimes.times,
            slowestTasks: Array(slowest.prefix(PoolStatistics.slowTaskLimit)),
            workers: tallies.enumerated().map { $1.worker($0, isThere: there.contains($0)) })
    }

    // MARK: Workers

    /// Counts a thread that is about to start.
    func addWorker() { living.add(1, ordering: .sequentiallyConsistent) }

    /// Counts a thread that has ended, or did not start.
    func removeWorker() {
        guard living.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 else { return }
        ExitDrain.remove(self)
        // Nobody is left to send or to receive. Before anybody is told that the pool has ended, and as the pool's own
        // work: who is called may end the pool, and must not wait for this thread. A fork has copied locks that other
        // threads held.
        if registry.owner.isThisProcess { PoolIdentity.$current.withValue(identity) { registry.endChannels() } }
        end.store(monotonicNanoseconds(), ordering: .relaxed)
        empty.open()
    }

    /// Blocks until all threads have ended; false if the deadline passed first.
    func waitUntilEmpty(_ deadline: ContinuousClock.Instant?) -> Bool { empty.wait(until: deadline) }

    /// How many threads have not ended.
    var livingWorkers: Int { living.load(ordering: .sequentiallyConsistent) }

    /// How many threads are neither idle nor about to be.
    var busyWorkers: Int { max(0, livingWorkers - idle.count) }

    /// How many tasks no worker has taken.
    var queuedTasks: Int { queues.count }

    /// How many workers there are to be.
    var wantedWorkers: Int { target.load(ordering: .sequentiallyConsistent) }

    /// Makes workers look at the roster, whose lock the caller holds or has held.
    func rosterChanged(_ roster: borrowing Roster) {
        target.store(roster.target, ordering: .sequentiallyConsistent)
        callCount.store(roster.callCount, ordering: .sequentiallyConsistent)
        idle.announce()
    }

    /// What a worker does from its first task to its last.
    ///
    /// - Parameter isReplacement: whether it goes on for a worker whose thread has ended early, perhaps because of the
    ///   initializer.
    func work(_ number: Int, isReplacement: Bool = false) {
        PoolIdentity.$current.withValue(identity) {
            registry.log.begin(worker: number)
            let tally = tally(number)
            let environment = ThreadEnvironment(
                registry: registry, identity: identity, worker: number, tally: tally)
            let start = monotonicNanoseconds()
            let isInitialized =
                (!isReplacement || isHealthy) && environment.namingLogs { initialize() }
            tally.becomeReady(after: start)
            defer { registry.log.end(worker: number) }
            var made = 0
            var turn: UInt = 0
            while true {
                if made != callCount.load(ordering: .relaxed) { makeCalls(number, &made, in: environment) }
                if let (task, submission) = nextTask(number, made, &turn, tally) {
                    settle(task, submission, in: environment)
                } else if leaves(number, after: made, tally) {
                    break
                }
            }
            // Others may have relied on this worker while it was being woken.
            if !queues.isEmpty { idle.notify() }
            if isInitialized { environment.namingLogs { finalize() } }
        }
        removeWorker()
    }

    /// Whether a worker leaves now; from then on another one may have its number, and its tally.
    private func leaves(_ number: Int, after made: Int, _ tally: ThreadTally) -> Bool {
        roster.withLock { roster in
            guard roster.leaves(number, after: made, isPoolOver: isClosed && queues.isEmpty) else { return false }
            tally.leave()
            return true
        }
    }

    /// Runs what is queued, and returns when there is nothing more.
    func workOff() {
        let environment = ThreadEnvironment(
            registry: registry, identity: identity, worker: -1, tally: outsideTally)
        var turn: UInt = 0
        while let (task, submission) = queues.pop(turn: &turn) { settle(task, submission, in: environment) }
    }

    private func initialize() -> Bool {
        do {
            try setup.initializer()
            return true
        } catch {
            failAll(error)
            return false
        }
    }

    /// Fails all tasks from now on, as what each worker has to do first has failed in one.
    func failAll(_ error: any Error) {
        initializerFailure.withLock { $0 = $0 ?? error }
        // ORDERING: releasing the error. A pool that is being shut down stays so.
        _ = verdict.compareExchange(
            expected: Verdict.run.rawValue, desired: Verdict.fail.rawValue, ordering: .releasing)
    }

    private func finalize() {
        let result = Result { try setup.finalizer() }
        finalized.withLock { $0.append(result) }
    }

    /// Makes the calls that every worker makes and this one has not made yet.
    private func makeCalls(_ number: Int, _ made: inout Int, in environment: ThreadEnvironment) {
        while let duty = roster.withLock({ $0.duty(made, of: number) }) {
            made += 1
            switch duty {
            case .task(let task): settle(task, .unknown, in: environment)
            case .again(let call): if isHealthy { call?(environment) }
            }
        }
    }

    var isHealthy: Bool { verdict.load(ordering: .acquiring) == Verdict.run.rawValue }

    private func settle(_ task: PendingTask, _ submission: Submission, in environment: ThreadEnvironment) {
        // ORDERING: acquiring, pairs with the releasing of the failed initializer's error.
        switch Verdict(rawValue: verdict.load(ordering: .acquiring)) ?? .run {
        case .run: task.run(submission, in: environment)
        case .fail: task.fail(initializerError(), submission, in: environment)
        case .cancel:
            task.cancel(force: false)
            task.passCancelled(in: environment)
        }
    }

    private func initializerError() -> MultitaskingError {
        MultitaskingError(
            .initializerFailed,
            "the pool's initializer threw, so its tasks don't run; create a pool with an initializer that succeeds",
            cause: initializerFailure.withLock { $0 })
    }

    /// Whether a worker has to look at the roster, or will find no task anymore.
    private func hasNews(_ number: Int, _ made: Int) -> Bool {
        number >= target.load(ordering: .sequentiallyConsistent)
            || hasCalls(made) || queues.isClosed
    }

    /// Whether there are more calls that every worker makes.
    private func hasCalls(_ made: Int) -> Bool { made != callCount.load(ordering: .sequentiallyConsistent) }

    /// The next task; sleeps while there is none; nil when the worker has to look at the roster, or there will be none.
    private func nextTask(
        _ number: Int, _ made: Int, _ turn: inout UInt, _ tally: ThreadTally
    ) -> TaskQueues.Entry? {
        if number >= target.load(ordering: .relaxed) { return nil }
        if let task = queues.pop(turn: &turn) { return task }
        var isSearching = idle.beginSearch()
        while true {
            if isSearching {
                _ = Spin.wait(Spin.work, nanoseconds: Self.searchNanoseconds) {
                    !queues.isEmpty || hasNews(number, made)
                }
            }
            // In this order: what is not in the queue after it was closed will never be.
            let mustLook = hasNews(number, made)
            // Calls come before the tasks that were submitted after them.
            let task = hasCalls(made) ? nil : queues.pop(turn: &turn)
            if task != nil || mustLook {
                if isSearching { idle.endSearch() }
                // Others may have relied on this worker while it searched or was being woken.
                if !queues.isEmpty { idle.notify() }
                return task
            }
            isSearching = Spin.sleep(Spin.work, nanoseconds: Self.searchNanoseconds) {
                idle.sleep(afterSearch: isSearching) { !queues.isEmpty || hasNews(number, made) }
            }
            tally.slept()
        }
    }
}

/// What workers do before and after their tasks.
struct WorkerSetup: Sendable {
    /// Run first in every thread.
    let initializer: @Sendable () throws -> Void
    /// Run last in every thread.
    let finalizer: @Sendable () throws -> any Sendable
}
