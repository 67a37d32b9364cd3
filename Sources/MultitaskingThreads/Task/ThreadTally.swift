internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// What one worker has done, and how long its tasks took: each of them, or one of several where they are short.
///
/// ORDERING: relaxed throughout. The worker alone writes; readers take each number as it is. That a task has ended is
/// counted before its future says so, which releases.
final class ThreadTally: Sendable {
    private let begun = Atomic<Int>(0)
    private let ended = Atomic<Int>(0)
    private let failures = Atomic<Int>(0)
    private let passed = Atomic<Int>(0)
    /// How many tasks were not timed since one was, and how many are not before the next one is.
    private let untimed = Atomic<Int>(0)
    private let untimedLimit = Atomic<Int>(0)
    /// When the task that is timed began, in nanoseconds of CLOCK_MONOTONIC; 0 if none is.
    private let start = Atomic<Int64>(0)
    /// Since when the worker takes tasks; 0 before, and negative after it has left: for how long it did.
    private let ready = Atomic<Int64>(0)
    private let timed = Lock(Timed())
    private let sampler: SubmitSampler

    /// - Parameter sampler: what decides which submissions are noted.
    init(_ sampler: SubmitSampler) { self.sampler = sampler }

    /// What a task is called. Made into a text when somebody reads it, since that takes longer than many tasks.
    struct TaskLabel: Sendable, CustomStringConvertible {
        var name: String?
        /// What it returns.
        var type: Any.Type

        var description: String { name ?? "a task that returns \(type)" }
    }

    /// A task on a timeline, with its times.
    struct Span: Sendable {
        var task: TaskLabel
        var submission: Int64?
        var start: Int64
        var end: Int64
    }

    /// What is known of the tasks that were timed.
    fileprivate struct Timed {
        var queueTimes = TimeHistogram()
        var runTimes = TimeHistogram()
        var initializing: Int64 = 0
        var slowest: [(task: TaskLabel, time: Int64)] = []
        /// The task that is timed now.
        var current = TaskLabel(name: "", type: Void.self)
        var lastEnd: Int64 = 0
        /// Two looks at the clock take 0.05 µs.
        var rate = SamplingRate.tasks(cost: 50)
        /// What is recorded; nil while nothing is.
        var spans: [Span]?
        var lost = 0
        var submission: Int64?
    }

    /// How many tasks wait at most to be taken for a timeline.
    fileprivate static let spanLimit = 16_384

    // MARK: The worker's side

    func becomeReady(after start: Int64) {
        let now = monotonicNanoseconds()
        timed.withLock { timed in
            timed.initializing = now - start
            timed.lastEnd = now
        }
        ready.store(now, ordering: .relaxed)
    }

    func leave() {
        let since = ready.load(ordering: .relaxed)
        if since > 0 { ready.store(-max(1, monotonicNanoseconds() - since), ordering: .relaxed) }
    }

    /// Goes on with what a worker of the same number has counted before.
    var hasLeft: Bool { ready.load(ordering: .relaxed) < 0 }

    /// How many tasks have begun, of this worker and those before it.
    var begunCount: Int { begun.load(ordering: .relaxed) }

    /// A task was taken that had been cancelled.
    func passCancelled() { Self.count(passed) }

    /// A task begins; whether it is timed.
    @inline(__always)
    func begin(_ task: PendingTask, named name: @autoclosure () -> String?, _ submission: Submission) -> Bool {
        Self.count(begun)
        let untimed = untimed.load(ordering: .relaxed)
        guard untimed < untimedLimit.load(ordering: .relaxed), !submission.isKnown else {
            beginTimed(TaskLabel(name: name(), type: task.outputType), submission)
            return true
        }
        self.untimed.store(untimed &+ 1, ordering: .relaxed)
        return false
    }

    @inline(never)
    private func beginTimed(_ task: TaskLabel, _ submission: Submission) {
        sampler.rest.wake()
        let now = monotonicNanoseconds()
        timed.withLock { timed in
            timed.current = task
            timed.submission = submission.isKnown ? submission.time : nil
            if submission.isKnown {
                timed.queueTimes.add(UInt64(clamping: now - submission.time), count: submission.count)
            }
        }
        start.store(now, ordering: .relaxed)
    }

    /// A task has thrown, or was made to fail.
    func countFailure() { Self.count(failures) }

    /// A task ends.
    @inline(__always)
    func end(isTimed: Bool) {
        if isTimed { endTimed() }
        Self.count(ended)
    }

    @inline(never)
    private func endTimed() {
        let now = monotonicNanoseconds()
        let time = now - start.load(ordering: .relaxed)
        let count = untimed.load(ordering: .relaxed) + 1
        let skipped = timed.withLock { timed in
            timed.runTimes.add(UInt64(clamping: time), count: UInt64(count))
            let isRecorded = timed.record(from: now - time, to: now, count: count)
            let place = timed.slowest.firstIndex { $0.time < time } ?? timed.slowest.endIndex
            if place < PoolStatistics.slowTaskLimit {
                timed.slowest.insert((timed.current, time), at: place)
                if timed.slowest.count > PoolStatistics.slowTaskLimit { timed.slowest.removeLast() }
            }
            let average = (now - timed.lastEnd) / Int64(count)
            timed.lastEnd = now
            let passedOver = timed.rate.passOver(afterTasksComingIn: average)
            guard let isRecorded else { return passedOver }
            if isRecorded { return 0 }
            // Without room for it a timeline must not cost anything.
            sampler.noteAll(false)
            return timed.rate.share(ofTasksComingIn: average) - 1
        }
        start.store(0, ordering: .relaxed)
        untimed.store(0, ordering: .relaxed)
        untimedLimit.store(skipped, ordering: .relaxed)
    }

    /// The worker has slept: the next task is timed.
    func slept() { untimedLimit.store(0, ordering: .relaxed) }

    private static func count(_ number: borrowing Atomic<Int>) {
        number.store(number.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    // MARK: Recording

    /// Begins or ends to record.
    func record(_ isOn: Bool) {
        timed.withLock { timed in
            guard isOn != (timed.spans != nil) else { return }
            timed.spans = isOn ? [] : nil
            untimedLimit.store(0, ordering: .relaxed)
        }
    }

    /// The tasks that were recorded, and how many were lost.
    func takeSpans() -> (spans: [Span], lost: Int) {
        timed.withLock { timed in
            defer { (timed.spans, timed.lost) = (timed.spans == nil ? nil : [], 0) }
            return (timed.spans ?? [], timed.lost)
        }
    }

    // MARK: The reader's side

    /// Adds what the worker has done to the pool's counts. Ends are read before beginnings, so that none is missing.
    func add(to tasks: inout PoolStatistics.Tasks) {
        let failed = failures.load(ordering: .relaxed)
        let ended = ended.load(ordering: .acquiring)
        tasks.cancelled += passed.load(ordering: .relaxed)
        tasks.failed += failed
        tasks.succeeded += max(0, ended - failed)
        tasks.running += max(0, begun.load(ordering: .relaxed) - ended)
    }

    func add(to queueTimes: inout TimeHistogram, _ runTimes: inout TimeHistogram) {
        let (queue, run) = timed.withLock { ($0.queueTimes, $0.runTimes) }
        queueTimes.add(queue)
        runTimes.add(run)
    }

    func slowestTasks(of worker: Int) -> [PoolStatistics.SlowTask] {
        timed.withLock { $0.slowest }.map { slow in
            .init(name: slow.task.description, runTime: .nanoseconds(slow.time), worker: worker)
        }
    }

    /// What statistics say of the worker.
    func worker(_ index: Int, isThere: Bool) -> PoolStatistics.Worker {
        let now = monotonicNanoseconds()
        let (ended, begun) = (ended.load(ordering: .relaxed), begun.load(ordering: .relaxed))
        let isBusy = begun > ended && isThere
        let (start, ready) = (start.load(ordering: .relaxed), ready.load(ordering: .relaxed))
        let (initializing, total, task) = timed.withLock { ($0.initializing, $0.runTimes.total, $0.current) }
        let inHand = isBusy && start > 0 ? max(0, now - start) : 0
        let running = Int64(clamping: total) + inHand
        let there = ready > 0 ? now - ready : -ready
        return PoolStatistics.Worker(
            index: index, state: !isThere ? .absent : ready == 0 ? .starting : isBusy ? .running : .waiting,
            currentTask: isBusy && start > 0 ? .init(name: task.description, runTime: .nanoseconds(inHand)) : nil,
            tasksDone: ended, tasksFailed: failures.load(ordering: .relaxed),
            times: PoolStatistics.Worker.Times(
                initializing: .nanoseconds(initializing), waiting: .nanoseconds(max(0, there - running)),
                running: .nanoseconds(running)))
    }
}

extension ThreadTally.Timed {
    /// Whether the task has found room in the timeline; nil if none is written.
    ///
    /// - Parameter count: how many tasks it stands for.
    fileprivate mutating func record(from start: Int64, to end: Int64, count: Int) -> Bool? {
        guard let taken = spans?.count else { return nil }
        guard taken < ThreadTally.spanLimit else {
            lost += count
            return false
        }
        let submission = submission.map { min($0, start) }
        spans?.append(ThreadTally.Span(task: current, submission: submission, start: start, end: end))
        return true
    }
}
