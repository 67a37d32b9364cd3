import MultitaskingSystem

/// When a worker that is well is to be replaced, or ended because there is too little to do.
///
/// It is asked between two tasks. Without limits that is a look at a number and at a word of the worker's own.
struct Retirement {
    private let me: Member
    private let limits: LimitsRecord
    private var tasksLeft: Int
    /// When the worker is too old, in nanoseconds of CLOCK_MONOTONIC.
    private let end: Int64
    /// Nanoseconds; nil for a worker that is kept.
    private let idleTime: Int64?
    /// When it has been idle for too long.
    private var idleEnd = Int64.max

    init(_ me: Member, _ limits: LimitsRecord) {
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
        // ORDERING: relaxed; who sets the word rings the worker afterwards.
        tasksLeft == 0 || me.memoryCheck.loadRelaxed() != 0 && holdsTooMuch
            || (end != .max || idleEnd != .max) && nanosecondsLeft == 0
    }

    /// Looks at what the worker holds, because the supervisor has seen it hold too much.
    private var holdsTooMuch: Bool {
        me.memoryCheck.store(0)
        let limit = min(limits.idleMemory ?? .max, limits.memory ?? .max)
        return WorkerConfinement.privateMemory.map { $0 - Int(clamping: me.baseMemory.load()) > limit } ?? false
    }

    /// Begins to count the idle time, if it does not yet.
    mutating func becomeIdle() {
        guard let idleTime, idleEnd == .max else { return }
        idleEnd = monotonicNanoseconds().addingSaturated(idleTime)
    }

    /// How long it may sleep; -1 for ever.
    var sleep: Int64 { end == .max && idleEnd == .max ? -1 : nanosecondsLeft }

    private var nanosecondsLeft: Int64 { max(0, min(end, idleEnd) - monotonicNanoseconds()) }
}
