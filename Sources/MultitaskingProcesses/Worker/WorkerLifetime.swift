import Glibc
import MultitaskingSystem

/// When a worker that is well is to be replaced, or ended because there is too little to do.
///
/// It is asked between two tasks. Without limits that is a look at a number and at a word of the worker's own.
struct WorkerLifetime {
    private let me: MemberRecord
    private let limits: LimitsRecord
    private var tasksLeft: Int
    /// When the worker is too old, in nanoseconds of CLOCK_MONOTONIC.
    private let end: Int64
    /// Nanoseconds; nil for a worker that is kept.
    private let idleTime: Int64?
    /// When it has been idle for too long.
    private var idleEnd = Int64.max

    init(_ me: MemberRecord, _ limits: LimitsRecord) {
        self.me = me
        self.limits = limits
        tasksLeft = limits.tasks.map { max(1, $0 - .random(in: 0...min($0, limits.tasksJitter))) } ?? .max
        end = limits.age.map { monotonicNanoseconds().addingSaturated($0) } ?? .max
        idleTime = me.index > limits.minimumWorkers ? limits.idleTime : nil
    }

    mutating func countTask() {
        tasksLeft -= 1
        idleEnd = .max
    }

    /// Whether the worker is to leave now.
    @inline(__always)
    var isDue: Bool {
        // ORDERING: relaxed; a process that sets the word rings the worker afterwards.
        tasksLeft == 0 || me.attention.loadRelaxed() != 0 && mustLeave
            || (end != .max || idleEnd != .max) && nanosecondsLeft == 0
    }

    /// Looks at what somebody wants it to look at.
    ///
    /// What makes it leave stays there, so that it says so again.
    private var mustLeave: Bool {
        let attention = me.attention.load()
        if attention & MemberRecord.Attention.target != 0 {
            if isOneTooMany { return true }
            me.attention.formClear(MemberRecord.Attention.target)
        }
        return attention & MemberRecord.Attention.memory != 0 && holdsTooMuch
    }

    /// Whether there are to be fewer workers.
    ///
    /// ORDERING: a process that changes the number then has each worker that is too many look.
    var isOneTooMany: Bool { me.index > me.arena.workerTarget }

    /// Looks at what the worker holds, because the supervisor has seen it hold too much.
    private var holdsTooMuch: Bool {
        me.attention.formClear(MemberRecord.Attention.memory)
        let limit = min(limits.idleMemory ?? .max, limits.memory ?? .max)
        guard let held = MemoryGauge(of: getpid())?.privateMemory,
            held - Int(clamping: me.baseMemory.load()) > limit
        else { return false }
        me.attention.formUnion(MemberRecord.Attention.memory)
        return true
    }

    /// Begins to count the idle time, if it does not yet.
    mutating func becomeIdle() {
        guard let idleTime, idleEnd == .max else { return }
        idleEnd = monotonicNanoseconds().addingSaturated(idleTime)
    }

    /// How long it may sleep; -1 forever.
    var sleep: Int64 { end == .max && idleEnd == .max ? -1 : nanosecondsLeft }

    private var nanosecondsLeft: Int64 { max(0, min(end, idleEnd) - monotonicNanoseconds()) }
}
