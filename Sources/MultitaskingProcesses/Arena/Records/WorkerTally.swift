import MultitaskingCore

/// What a worker has done, beside its `MemberRecord`: counts, times and its slowest tasks.
///
/// It belongs to the worker's number: a successor goes on with it. The worker alone writes it while it lives; the
/// supervisor does before it is there and when it has ended. So nobody needs more than loads and stores, on lines that
/// the worker keeps. Readers take each word as it is.
///
/// ORDERING: relaxed, but for what says so.
struct WorkerTally: Record {
    enum Field: Int, RecordField {
        // Written for each task.
        case begun = 0
        case bytesIn = 8
        case bytesOut = 16
        case failed = 24
        case taskStart = 32
        case runStart = 40
        case encodeStart = 48
        case submission = 56
        // Written for tasks that are timed.
        case readySince = 64
        case starting = 72
        case initializing = 80
        case decoding = 88
        case running = 96
        case encoding = 104
        case retried = 112
        case spanCount = 120
        // Written by the supervisor.
        case forked = 128
        case served = 136
        case crashed = 144
        case replaced = 152
        case slowTasks = 192
        // Written by a process that reads a timeline; and for tasks that are left out of it.
        case spansTaken = 384
        case spansSkipped = 392
        case queueTimes = 512
        case runTimes = 3072

        var size: Int {
            switch self {
            case .replaced: Replacement.allCases.count * 8
            case .slowTasks: PoolStatistics.slowTaskLimit * SlowTaskRecord.size
            case .queueTimes, .runTimes: TimeRecord.size
            default: 8
            }
        }
    }

    static let size = ArenaLayout.tallyStride

    let arena: Arena
    let index: Int

    @inline(__always) var offset: Int { ArenaLayout.tallyTable + index * Self.size }

    // MARK: Counts

    /// The number that the task it has in hand will have among those that it has finished.
    ///
    /// ORDERING: written before the task can end, and read when the worker has died.
    @inline(__always) var begun: SharedWord { word(.begun) }
    /// How many bytes of arguments and results there were.
    @inline(__always) var bytesIn: SharedWord { word(.bytesIn) }
    @inline(__always) var bytesOut: SharedWord { word(.bytesOut) }
    /// How many tasks have not returned a value.
    var failed: SharedWord { word(.failed) }
    /// How many attempts were to be repeated.
    var retried: SharedWord { word(.retried) }
    /// How many tasks have ended with the worker.
    var crashed: SharedWord { word(.crashed) }

    /// Why a worker was replaced.
    enum Replacement: Int, CaseIterable {
        case crash
        case ending
        case memory
        case retirement
    }

    func replaced(_ reason: Replacement) -> SharedWord { word(.replaced, reason.rawValue) }

    // MARK: Times, in nanoseconds; those when something began of CLOCK_MONOTONIC

    /// When its process was forked.
    var forked: SharedWord { word(.forked) }
    /// Since when it takes tasks; 0 if there is none.
    var readySince: SharedWord { word(.readySince) }
    /// For how long its predecessors have taken tasks.
    var served: SharedWord { word(.served) }

    /// When the task that it has in hand was claimed, its function was called and had returned; 0 if it is not timed,
    /// or not so far.
    @inline(__always) var taskStart: SharedWord { word(.taskStart) }
    @inline(__always) var runStart: SharedWord { word(.runStart) }
    @inline(__always) var encodeStart: SharedWord { word(.encodeStart) }
    /// When that task was submitted; 0 if it is not known.
    var submission: SharedWord { word(.submission) }

    var starting: SharedWord { word(.starting) }
    var initializing: SharedWord { word(.initializing) }
    var decoding: SharedWord { word(.decoding) }
    var running: SharedWord { word(.running) }
    var encoding: SharedWord { word(.encoding) }

    var queueTimes: TimeRecord { TimeRecord(arena: arena, offset: offset(of: .queueTimes)) }
    var runTimes: TimeRecord { TimeRecord(arena: arena, offset: offset(of: .runTimes)) }

    /// How many of the worker's tasks were recorded.
    var spanCount: SharedWord { word(.spanCount) }
    /// How many of these were read or passed by the reader, and how many tasks were left out for lack of room.
    var spansTaken: SharedWord { word(.spansTaken) }
    var spansSkipped: SharedWord { word(.spansSkipped) }

    /// The tasks that took longest, in no order.
    var slowTasks: [SlowTaskRecord] {
        (0..<PoolStatistics.slowTaskLimit).map {
            SlowTaskRecord(arena: arena, offset: offset(of: .slowTasks) + $0 * SlowTaskRecord.size)
        }
    }
}

/// A task that took long.
struct SlowTaskRecord: Record {
    enum Field: Int, RecordField {
        case runTime = 0
        case function = 8
        case argumentSize = 16
        case serial = 24
    }

    static let size = 32

    let arena: Arena
    let offset: Int

    /// In nanoseconds; 0 while the rest is written.
    var runTime: SharedWord { word(.runTime) }

    /// What is said of a task, beside its time.
    struct Task: Equatable {
        /// Its number in the function table; ``copy`` for a copy of the client.
        var function: UInt64
        var argumentSize: UInt64
        /// See `TaskSlot.serial`.
        var serial: UInt64

        /// What stands for the function of a copy.
        static let copy = UInt64.max
    }

    /// Puts another task here.
    ///
    /// ORDERING: the time is taken away first and stored last, releasing, so that a reader that finds the same time
    /// before and after has read the words that belong to it.
    func replace(by task: Task, runTime time: UInt64) {
        runTime.store(0)
        fence()
        word(.function).storeRelaxed(task.function)
        word(.argumentSize).storeRelaxed(task.argumentSize)
        word(.serial).storeRelaxed(task.serial)
        runTime.store(time)
    }

    /// The task and its time; nil if there is none, or it is just being written.
    var task: (task: Task, runTime: UInt64)? {
        let time = runTime.load()
        let task = Task(
            function: word(.function).load(), argumentSize: word(.argumentSize).load(), serial: word(.serial).load())
        return time != 0 && runTime.load() == time ? (task, time) : nil
    }
}

extension Arena {
    /// What a worker has done.
    @inline(__always)
    func tally(_ worker: Int) -> WorkerTally { WorkerTally(arena: self, index: worker) }
}
