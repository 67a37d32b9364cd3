internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// What one worker has done, and how long its tasks took: each of them, or one of several where they are short.
///
/// ORDERING: relaxed throughout. The worker alone writes, and no lock is taken for a task without a name; readers take
/// each number as it is. That a task has ended is counted before its future says so, which releases.
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
    /// When that task was submitted; 0 if it is not known.
    private let submission = Atomic<Int64>(0)
    /// When the last task ended that was timed.
    private let lastEnd = Atomic<Int64>(0)
    private let current = CurrentTask()
    // SAFETY: the address of a task that is there until this is 0 again: the worker holds it while it runs it, and a
    // thread that ends in the middle never lets it go.
    /// The task that runs; 0 if none does.
    private let inHand = Atomic<UInt>(0)
    /// For how long the initializer ran.
    private let initializing = Atomic<Int64>(0)
    /// Since when the worker takes tasks; 0 before, and negative after it has left: for how long it did.
    private let ready = Atomic<Int64>(0)
    private let queueTimes = TimeWords()
    private let runTimes = TimeWords()
    private let slowest = SlowestTasks()
    private let sampler: SubmitSampler
    /// What is recorded, from the first time on, and whether something is.
    private let spans = AtomicLazyReference<SpanRing>()
    private let isRecorded = Atomic<Bool>(false)

    /// Two looks at the clock take 0.05 µs, where the system alone has one.
    private static let rate = SamplingRate.tasks(cost: 50)

    /// - Parameter sampler: what decides which submissions are noted.
    init(_ sampler: SubmitSampler) { self.sampler = sampler }

    // MARK: The worker's side

    func becomeReady(after start: Int64) {
        let now = monotonicNanoseconds()
        initializing.store(now - start, ordering: .relaxed)
        lastEnd.store(now, ordering: .relaxed)
        ready.store(now, ordering: .relaxed)
    }

    func leave() {
        let since = ready.load(ordering: .relaxed)
        if since > 0 { ready.store(-max(1, monotonicNanoseconds() - since), ordering: .relaxed) }
    }

    /// How many tasks have begun, of this worker and those before it.
    var begunCount: Int { begun.load(ordering: .relaxed) }

    /// A task was taken that had been cancelled.
    func passCancelled() { Self.count(passed) }

    /// A task begins; whether it is timed.
    @inline(__always)
    func begin(_ task: PendingTask, named name: @autoclosure () -> String?, _ submission: Submission) -> Bool {
        guard Counting.isOn else { return false }
        Self.count(begun)
        let untimed = untimed.load(ordering: .relaxed)
        guard untimed < untimedLimit.load(ordering: .relaxed), !submission.isKnown else {
            beginTimed(TaskLabel(name: name(), type: task.outputType), submission)
            return true
        }
        self.untimed.store(untimed &+ 1, ordering: .relaxed)
        return false
    }

    /// Notes which task runs now.
    @inline(__always)
    func take(_ task: PendingTask) {
        // ORDERING: releasing, pairs with `takeTaskInHand`; within one worker no more is needed.
        unsafe inHand.store(UInt(bitPattern: Unmanaged.passUnretained(task).toOpaque()), ordering: .releasing)
    }

    /// Notes that no task runs.
    @inline(__always)
    func putDown() { inHand.store(0, ordering: .releasing) }

    /// The task in whose middle the worker's thread has ended, if it was in one.
    func takeTaskInHand() -> PendingTask? {
        let address = inHand.exchange(0, ordering: .acquiring)
        return unsafe UnsafeRawPointer(bitPattern: address).map {
            unsafe Unmanaged.fromOpaque($0).takeUnretainedValue()
        }
    }

    /// Whether the task that runs is timed.
    var isTiming: Bool { start.load(ordering: .relaxed) != 0 }

    @inline(never)
    private func beginTimed(_ task: TaskLabel, _ submission: Submission) {
        sampler.rest.wake()
        // The events' clock may seem to run backwards, but one task does not begin before the other has ended.
        let now = max(eventNanoseconds(), lastEnd.load(ordering: .relaxed))
        current.set(task)
        self.submission.store(submission.isKnown ? submission.time : 0, ordering: .relaxed)
        if submission.isKnown { queueTimes.add(now - submission.time, count: Int(submission.count)) }
        start.store(now, ordering: .relaxed)
    }

    /// A task has thrown, or was made to fail.
    func countFailure() { Self.count(failures) }

    /// A task ends.
    @inline(__always)
    func end(isTimed: Bool) {
        guard Counting.isOn else { return }
        if isTimed { endTimed() }
        Self.count(ended)
    }

    @inline(never)
    private func endTimed() {
        let start = start.load(ordering: .relaxed)
        let now = max(eventNanoseconds(), start)
        let count = untimed.load(ordering: .relaxed) + 1
        runTimes.add(now - start, count: count)
        if slowest.isOne(now - start) { slowest.add(current.label, now - start) }
        let average = (now - lastEnd.load(ordering: .relaxed)) / Int64(count)
        lastEnd.store(now, ordering: .relaxed)
        self.start.store(0, ordering: .relaxed)
        untimed.store(0, ordering: .relaxed)
        let skipped =
            if isRecorded.load(ordering: .relaxed) { record(from: start, to: now, count: count, average: average) } else
            {
                // The first ones are all timed, so that they are counted by the tasks that have begun.
                begunCount < Self.rate.remainingFirst ? 0 : Self.rate.share(ofTasksComingIn: average) - 1
            }
        untimedLimit.store(skipped, ordering: .relaxed)
    }

    /// Writes the task down for a timeline; how many to pass over before the next.
    private func record(from start: Int64, to end: Int64, count: Int, average: Int64) -> Int {
        let submission = submission.load(ordering: .relaxed)
        let isThere = spans.load()?.add(
            RecordedTask(task: current.label, submission: min(submission, start), start: start, end: end),
            count: count)
        guard isThere == false else { return 0 }
        // Without room for it a timeline must not cost anything.
        sampler.noteAll(false)
        return Self.rate.share(ofTasksComingIn: average) - 1
    }

    /// The worker has slept: the next task is timed.
    func slept() { untimedLimit.store(0, ordering: .relaxed) }

    private static func count(_ number: borrowing Atomic<Int>) {
        number.store(number.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    // MARK: Recording

    /// Begins or ends to record.
    func record(_ isOn: Bool) {
        guard isOn != isRecorded.load(ordering: .relaxed) else { return }
        // What was written down when the last recording ended is not of this one.
        if isOn { _ = (spans.load() ?? spans.storeIfNil(SpanRing())).takeAll() }
        isRecorded.store(isOn, ordering: .relaxed)
        untimedLimit.store(0, ordering: .relaxed)
    }

    /// The tasks that were recorded, and how many were lost.
    func takeSpans() -> (tasks: [RecordedTask], lost: Int) { spans.load()?.takeAll() ?? ([], 0) }

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
        queueTimes.add(self.queueTimes.histogram)
        runTimes.add(self.runTimes.histogram)
    }

    func slowestTasks(of worker: Int) -> [PoolStatistics.SlowTask] {
        slowest.tasks.map { slow in
            .init(name: slow.task.description, runTime: .nanoseconds(slow.time), worker: worker)
        }
    }

    /// What statistics say of the worker.
    func worker(_ index: Int, isThere: Bool) -> PoolStatistics.Worker {
        let now = eventNanoseconds()
        let (ended, begun) = (ended.load(ordering: .relaxed), begun.load(ordering: .relaxed))
        let isBusy = begun > ended && isThere
        let (start, ready) = (start.load(ordering: .relaxed), ready.load(ordering: .relaxed))
        let inHand = isBusy && start > 0 ? max(0, now - start) : 0
        let running = Int64(clamping: runTimes.total) + inHand
        let there = ready > 0 ? max(0, now - ready) : -ready
        return PoolStatistics.Worker(
            index: index, state: !isThere ? .absent : ready == 0 ? .starting : isBusy ? .running : .waiting,
            currentTask: isBusy && start > 0
                ? .init(name: current.label.description, runTime: .nanoseconds(inHand)) : nil,
            tasksDone: ended, tasksFailed: failures.load(ordering: .relaxed),
            times: PoolStatistics.Worker.Times(
                initializing: .nanoseconds(initializing.load(ordering: .relaxed)),
                waiting: .nanoseconds(max(0, there - running)), running: .nanoseconds(running)))
    }
}
