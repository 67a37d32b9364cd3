import Glibc
import MultitaskingCore
import MultitaskingSystem

/// Times the tasks of a worker: each of them, or, where they come faster than is worth four looks at the clock each,
/// one of several, which counts for all.
///
/// Of a task that is not timed, the end is looked at on the system's coarse clock, a fifth as dear, so that one that
/// takes much longer than those around it is seen as well.
struct TaskTimer {
    private let tally: WorkerTally
    /// How many tasks are not timed before the next one that is.
    private var skipped = 0
    /// How many tasks were not timed since one was.
    private var untimed: UInt64 = 0
    /// Four looks at the clock take 0.1 µs.
    private var rate = SamplingRate.tasks(cost: 100)
    /// When the last task ended that was timed.
    private var lastTimed: Int64
    /// When the last task ended, as the coarse clock says, or before.
    private var lastEnd: Int64
    /// The process, for what is recorded; asked for when something is.
    private var pid: Int32 = 0
    /// Whether the timeline has no room for the worker's tasks at the moment.
    private var isFull = false
    /// A task that took longer is among the slowest.
    private var slowLimit: UInt64 = 0

    /// - Parameter now: when the worker became ready, in nanoseconds of CLOCK_MONOTONIC.
    init(_ tally: WorkerTally, now: Int64) {
        self.tally = tally
        (lastTimed, lastEnd) = (now, now)
    }

    private static func slowLimit(of tally: WorkerTally) -> UInt64 {
        tally.slowTasks.map { $0.runTime.loadRelaxed() }.min() ?? 0
    }

    /// The worker has slept, which takes longer than looking at the clock: the next task is timed.
    mutating func slept() { skipped = 0 }

    /// A task was claimed; whether it is timed.
    @inline(__always)
    mutating func begin(_ slot: TaskSlot) -> Bool {
        guard Counting.isOn else { return false }
        if skipped > 0, !slot.isStamped, isFull || tally.arena.header.recording.loadRelaxed() == 0 {
            skipped &-= 1
            untimed &+= 1
            return false
        }
        beginTimed(slot)
        return true
    }

    @inline(never)
    private mutating func beginTimed(_ slot: TaskSlot) {
        tally.arena.header.wakeRecorder()
        let now = eventNanoseconds()
        tally.runStart.storeRelaxed(0)
        tally.encodeStart.storeRelaxed(0)
        tally.taskStart.storeRelaxed(UInt64(now))
        let stamp = slot.takeStamp()
        tally.submission.storeRelaxed(stamp?.nanoseconds ?? 0)
        if let stamp {
            tally.queueTimes.add(now &- Int64(clamping: stamp.nanoseconds), count: stamp.count)
        }
    }

    /// A task has ended.
    ///
    /// - Parameter task: what is said of it if it was slow.
    @inline(__always)
    mutating func end(isTimed: Bool, _ task: @autoclosure () -> SlowTaskRecord.Task) {
        guard Counting.isOn else { return }
        guard !isTimed else { return endTimed(task()) }
        let now = coarseMonotonicNanoseconds()
        if now &- lastEnd > unseen { endUnseen(after: now &- lastEnd, task()) }
        lastEnd = now
    }

    /// Two steps of the coarse clock, and a bit.
    private let unseen = 2 * coarseClockStep + 100_000

    /// A task that was not timed took long, within a step of the coarse clock.
    @inline(never)
    private mutating func endUnseen(after time: Int64, _ task: SlowTaskRecord.Task) {
        untimed &-= 1
        skipped = 0
        note(runTime: time, count: 1, task)
        lastTimed &+= time
    }

    @inline(never)
    private mutating func endTimed(_ task: SlowTaskRecord.Task) {
        let end = eventNanoseconds()
        let start = Int64(clamping: tally.taskStart.loadRelaxed())
        let runStart = Self.later(start, tally.runStart)
        let encodeStart = Self.later(runStart, tally.encodeStart, else: end)
        let count = untimed &+ 1
        tally.decoding.increase(by: UInt64(clamping: runStart &- start) &* count)
        tally.encoding.increase(by: UInt64(clamping: end &- encodeStart) &* count)
        note(runTime: encodeStart &- runStart, count: count, task)
        isFull = false
        if tally.arena.header.recording.loadRelaxed() != 0 { record(task, end: end) }
        tally.taskStart.storeRelaxed(0)
        let average = (end &- lastTimed) / Int64(clamping: count)
        let passedOver = rate.passOver(afterTasksComingIn: average)
        skipped = isFull ? rate.share(ofTasksComingIn: average) - 1 : passedOver
        untimed = 0
        (lastTimed, lastEnd) = (end, end)
    }

    @inline(never)
    private mutating func record(_ task: SlowTaskRecord.Task, end: Int64) {
        isFull = !tally.hasRoomForSpan
        guard !isFull else { return tally.spansSkipped.increase(by: untimed &+ 1) }
        if pid == 0 { pid = getpid() }
        tally.record(tally.span(of: task, pid: pid, end: end, hasCrashed: false))
    }

    /// The time in a word, unless that is not set.
    private static func later(_ time: Int64, _ word: SharedWord, else other: Int64? = nil) -> Int64 {
        let value = Int64(clamping: word.loadRelaxed())
        return value == 0 ? other ?? time : max(time, value)
    }

    private mutating func note(runTime: Int64, count: UInt64, _ task: SlowTaskRecord.Task) {
        tally.running.increase(by: UInt64(clamping: runTime) &* count)
        tally.runTimes.add(runTime, count: count)
        guard UInt64(clamping: runTime) > slowLimit else { return }
        tally.note(slow: task, runTime: UInt64(clamping: runTime))
        slowLimit = Self.slowLimit(of: tally)
    }
}

extension WorkerTally {
    /// What is recorded of the task in hand.
    func span(of task: SlowTaskRecord.Task, pid: Int32, end: Int64, hasCrashed: Bool) -> SpanRecord.Span {
        SpanRecord.Span(
            serial: task.serial, function: task.function, pid: pid, hasCrashed: hasCrashed,
            submission: submission.loadRelaxed(), start: taskStart.loadRelaxed(), runStart: runStart.loadRelaxed(),
            encodeStart: encodeStart.loadRelaxed(),
            end: UInt64(clamping: end))
    }

    /// Keeps a task if it is slower than one of the slowest so far.
    func note(slow task: SlowTaskRecord.Task, runTime: UInt64) {
        let times = slowTasks.map { $0.runTime.loadRelaxed() }
        guard let least = times.indices.min(by: { times[$0] < times[$1] }), times[least] < runTime else { return }
        slowTasks[least].replace(by: task, runTime: runTime)
    }
}
