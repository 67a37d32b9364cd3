internal import MultitaskingCore
internal import MultitaskingSerialization

/// What has become of a pool's tasks, and what its workers have done.
struct PoolTally: Sendable {
    /// What the worker of one number has done.
    struct Worker: Sendable {
        var pid: Int32?
        var node: String?
        /// When it had its first task.
        var since: Int64
        var done = 0
        var failed = 0
        var crashed = 0
        var bytesIn = 0
        var bytesOut = 0
        var times = RunTimes()
    }

    var submitted = 0
    var succeeded = 0
    var failed = 0
    var cancelled = 0
    var retried = 0
    private(set) var queueTimes = TimeHistogram()
    private(set) var runTimes = TimeHistogram()
    private(set) var crashes: [String: Int] = [:]
    private(set) var slowest: [PoolStatistics.SlowTask] = []
    private(set) var workers: [Int: Worker] = [:]
    private(set) var recentCrashes: [RecentCrash] = []

    /// How many tasks in a row were short.
    private var shortTasks = 0

    private static let crashLimit = 16
    /// Up to which time, in nanoseconds, a task is short beside the cluster's round trip.
    private static let shortTime: UInt64 = 1_000_000
    private static let burstLimit = 32
    /// Up to how many bytes a call may go with others.
    static let burstCallSize = 1 << 16

    /// How many tasks may be handed over together: half as many as were short in a row.
    var burst: Int { min(Self.burstLimit, max(1, shortTasks / 2)) }

    var ended: Int { succeeded + failed + cancelled }

    mutating func count(_ end: TaskEnd) {
        switch end {
        case .value: succeeded += 1
        case .thrown, .failure: failed += 1
        case .cancelled: cancelled += 1
        }
    }

    /// A task is given to the cluster.
    mutating func begin(_ task: any QueuedTask, _ attempt: Int, at place: Int, now: Int64) {
        if attempt == 1 { queueTimes.add(UInt64(max(0, now - task.submission))) }
        workers[place, default: Worker(since: now)].bytesIn += task.call.count
    }

    /// A run has ended.
    mutating func end(_ report: RunReport, of task: any QueuedTask, at place: Int) {
        if report.place.pid > 0 {
            workers[place]?.pid = report.place.pid
            workers[place]?.node = report.place.node
        }
        switch report.end {
        case .call(let kind, let tail):
            shortTasks = report.times.total < Self.shortTime ? shortTasks + 1 : 0
            workers[place]?.done += 1
            workers[place]?.failed += kind == .value ? 0 : 1
            workers[place]?.bytesOut += tail.count
            workers[place]?.times.add(report.times)
            guard task.isCounted else { return }
            runTimes.add(report.times.running)
            slowest.addIfSlow(
                PoolStatistics.SlowTask(
                    name: task.name, runTime: .nanoseconds(Int64(clamping: report.times.running)),
                    argumentSize: task.call.count, worker: place))
        case .died(let failure):
            crash(failure.signalName ?? "exit code \(failure.exitCode ?? 0)", at: place, task, failure)
        case .timedOut(let failure?): crash("time limit", at: place, task, failure)
        case .lost: crash("worker lost", at: place, task, nil)
        case .outOfMemory: crash("memory limit", at: place, task, nil)
        // It had to be given back, as another one has turned out to be long.
        case .withdrawn: shortTasks = 0
        case .timedOut(nil), .cancelled, .other, .unreachable: break
        }
    }

    private mutating func crash(_ cause: String, at place: Int, _ task: any QueuedTask, _ failure: WorkerFailure?) {
        shortTasks = 0
        workers[place]?.crashed += 1
        crashes[cause, default: 0] += 1
        guard let failure else { return }
        recentCrashes.append(
            RecentCrash(task: task.name, message: RunVerdict.crash(failure).message, failure: failure))
        recentCrashes.removeFirst(max(0, recentCrashes.count - Self.crashLimit))
    }
}

extension RunTimes {
    fileprivate mutating func add(_ other: RunTimes) {
        decoding &+= other.decoding
        running &+= other.running
        encoding &+= other.encoding
    }

    fileprivate var total: UInt64 { decoding &+ running &+ encoding }
}

extension PoolState {
    /// What is known at a moment.
    func statistics(now: Int64, age: Duration) -> PoolStatistics {
        let running = runs.values.filter { $0.start != nil && $0.task.isCounted }.count
        let tasks = PoolStatistics.Tasks(
            submitted: tally.submitted, queued: max(0, tally.submitted - tally.ended - running), running: running,
            succeeded: tally.succeeded, failed: tally.failed, cancelled: tally.cancelled, retried: tally.retried)
        var current: [Int: Run] = [:]
        // Of several that were handed over together, one runs.
        for run in runs.values where current[run.place]?.start == nil { current[run.place] = run }
        let workers = tally.workers.sorted { $0.key < $1.key }.map { index, worker in
            Self.statistics(of: worker, index, current[index], now)
        }
        return PoolStatistics(
            maxWorkers: target, age: age, tasks: tasks, queueTime: tally.queueTimes.times,
            runTime: tally.runTimes.times, slowestTasks: tally.slowest,
            crashes: PoolStatistics.Crashes.sorted(tally.crashes), workers: workers)
    }

    private static func statistics(
        of worker: PoolTally.Worker, _ index: Int, _ run: Run?, _ now: Int64
    ) -> PoolStatistics.Worker {
        func duration(_ time: UInt64) -> Duration { .nanoseconds(Int64(clamping: time)) }
        let waiting = UInt64(max(0, now - worker.since)).subtractingReportingOverflow(worker.times.total)
        let task = run.flatMap { run in
            run.start.map {
                PoolStatistics.Worker.CurrentTask(name: run.task.name, runTime: .nanoseconds(max(0, now - $0)))
            }
        }
        return PoolStatistics.Worker(
            index: index, pid: run.flatMap { $0.pid > 0 ? $0.pid : nil } ?? worker.pid,
            state: task != nil ? .running : run != nil ? .starting : .waiting, currentTask: task,
            tasksDone: worker.done, tasksFailed: worker.failed, tasksCrashed: worker.crashed,
            bytesIn: worker.bytesIn, bytesOut: worker.bytesOut,
            times: PoolStatistics.Worker.Times(
                waiting: waiting.overflow ? .zero : duration(waiting.partialValue),
                decoding: duration(worker.times.decoding), running: duration(worker.times.running),
                encoding: duration(worker.times.encoding)),
            node: run?.node ?? worker.node)
    }
}
