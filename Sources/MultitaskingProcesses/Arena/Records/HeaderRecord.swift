import MultitaskingCore

/// What all of a pool's processes share that belongs to the pool as a whole: the beginning of the arena.
///
/// What is written often has a cache line of its own.
struct HeaderRecord: Record {
    enum Field: Int, RecordField {
        case initializer = 40
        case compression = 48
        case warmLimit = 56
        case taskTail = 256
        case lastTask = 264
        case taskHead = 384
        case retryTail = 512
        case lastRetry = 520
        // On the line of `retryTail`, which workers look at before each task, and which is seldom written.
        case priorities = 528
        case callCount = 536
        case recording = 544
        case recorderBell = 552
        case retryHead = 640
        case idleWorkers = 768
        case phase = 896
        case event = 1024
        case functionCount = 1280
        case supervisorPid = 1408
        case cancelsRetries = 1416
        case startFailures = 1424
        case channelCount = 1440
        case slotCount = 1448
        case forkedCount = 1456
        case objectOrigin = 1464
        case warmChunks = 1536
        case usedChunks = 1544
        case chunkEnd = 1552
        case failure = 1608
        case spinningCores = 1632
        case failureText = 1664
        case limits = 4096
        case growth = 4352
        case absentWorkers = 4480
        case workerTarget = 4488
        case memoryWatch = 4608
        case supervisorRest = 4616
        case interruptGrace = 4736
        case interruptDeadline = 4744
        case backtraces = 4752
        case initializerPayload = 4800
        case finalizer = 4816
        case finalizerPayload = 4824
        case finalizerChannel = 4840
        case environment = 4848
        case workerName = 4864
        case logChannel = 4880
        case logLevel = 4888
        case highTail = 5120
        case lastHigh = 5128
        case highHead = 5248
        case lowTail = 5376
        case lastLow = 5384
        case lowHead = 5504
        case sharedCount = 5632
        case passageCount = 5640

        var size: Int {
            switch self {
            case .idleWorkers: IdleWorkers.size
            case .event, .recorderBell: 4
            case .failure: FailureRecord.size
            case .failureText: FailureRecord.textCapacity
            case .limits: LimitsRecord.size
            case .initializerPayload, .finalizerPayload, .environment: StoredBytes.size
            case .workerName: HeaderRecord.workerNameSize
            default: 8
            }
        }
    }

    static let size = ArenaLayout.memberTable

    let arena: Arena
    @inline(__always) var offset: Int { 0 }

    // MARK: Written once, before there is anybody else

    /// The index of the initializer in the function table, plus 1; 0 if it is not there.
    var initializer: SharedWord { word(.initializer) }
    /// What it is given.
    var initializerPayload: StoredBytes { StoredBytes(arena: arena, offset: offset(of: .initializerPayload)) }
    /// As `initializer`, of what each worker runs last.
    var finalizer: SharedWord { word(.finalizer) }
    var finalizerPayload: StoredBytes { StoredBytes(arena: arena, offset: offset(of: .finalizerPayload)) }
    /// The channel to which finalizers send what they return.
    var finalizerChannel: SharedWord { word(.finalizerChannel) }
    /// The channel to which workers send what they log; 0 if they log for themselves. And the rank of the
    /// `Logger.Level` of what is logged at least.
    var logChannel: SharedWord { word(.logChannel) }
    var logLevel: SharedWord { word(.logLevel) }
    /// The variables that workers have besides the client's.
    var environment: StoredBytes { StoredBytes(arena: arena, offset: offset(of: .environment)) }
    /// Where it is written what the names of workers begin with, as a C string.
    var workerName: Int { offset(of: .workerName) }
    static let workerNameSize = 16
    /// A `CompressionPolicy`.
    var compression: SharedWord { word(.compression) }
    /// How many free chunks keep their pages.
    var warmLimit: SharedWord { word(.warmLimit) }
    /// How many of the pool's processes may spin at the same time, as the client has found out.
    var spinningCores: SharedWord { word(.spinningCores) }
    var limits: LimitsRecord { LimitsRecord(arena: arena, offset: offset(of: .limits)) }
    /// What becomes of the backtraces of processes that crash.
    var backtraces: SharedWord { word(.backtraces) }

    // MARK: Tasks

    @inline(__always) var taskTail: SharedWord { word(.taskTail) }
    @inline(__always) var taskHead: SharedWord { word(.taskHead) }
    /// The slot that was put into the ring last, on the cache line of the tail.
    @inline(__always) var lastTask: SharedWord { word(.lastTask) }
    @inline(__always) var retryTail: SharedWord { word(.retryTail) }
    @inline(__always) var retryHead: SharedWord { word(.retryHead) }
    @inline(__always) var lastRetry: SharedWord { word(.lastRetry) }
    @inline(__always) var highTail: SharedWord { word(.highTail) }
    @inline(__always) var highHead: SharedWord { word(.highHead) }
    @inline(__always) var lastHigh: SharedWord { word(.lastHigh) }
    @inline(__always) var lastLow: SharedWord { word(.lastLow) }
    @inline(__always) var lowTail: SharedWord { word(.lowTail) }
    @inline(__always) var lowHead: SharedWord { word(.lowHead) }
    /// Not 0 once a task had another priority than the normal one.
    @inline(__always) var priorities: SharedWord { word(.priorities) }
    /// How many calls every worker is to make.
    @inline(__always) var callCount: SharedWord { word(.callCount) }
    /// Not 0 while tasks are written down for a timeline; see ``RecordingState``.
    @inline(__always) var recording: SharedWord { word(.recording) }
    /// What the writer of the timeline sleeps on.
    var recorderBell: SharedFutex { futex(.recorderBell) }
    @inline(__always) var idleWorkers: IdleWorkers { IdleWorkers(arena: arena) }
    /// How many slots have ever served a task: the first ones.
    var slotCount: SharedWord { word(.slotCount) }
    var functionCount: SharedWord { word(.functionCount) }
    var channelCount: SharedWord { word(.channelCount) }
    /// What the serials of channels and signals begin after.
    var objectOrigin: SharedWord { word(.objectOrigin) }

    // MARK: Processes

    @inline(__always) var phase: Shared<PoolPhase> { shared(.phase) }
    /// What is raised whenever something happens that somebody watches.
    @inline(__always) var event: Event { Event(futex: futex(.event)) }
    /// `supervisorHasEnded` when there is nothing left to do.
    var supervisorPid: SharedWord { word(.supervisorPid) }
    /// What stands for the supervisor's process id once it has ended because there is nothing left to do.
    static let supervisorHasEnded = UInt64.max
    /// Not 0 when no task is run again anymore: those that were to be are cancelled.
    var cancelsRetries: SharedWord { word(.cancelsRetries) }
    /// How many workers in a row have failed to start.
    var startFailures: SharedWord { word(.startFailures) }
    /// How many of the members for copies were ever used, the first ones.
    var forkedCount: SharedWord { word(.forkedCount) }
    /// Set when tasks wait for a worker that does not exist yet.
    var growth: SharedWord { word(.growth) }
    /// How many workers do not exist at the moment.
    var absentWorkers: SharedWord { word(.absentWorkers) }
    /// How many workers there are to be; 0 for all that there is room for.
    @inline(__always) var workerTarget: SharedWord { word(.workerTarget) }
    /// Set while the supervisor looks at the workers' memory.
    var memoryWatch: SharedWord { word(.memoryWatch) }
    /// Set while the supervisor looks at nothing by itself: the worker that wakes first clears it, and rings.
    var supervisorRest: SharedWord { word(.supervisorRest) }

    // MARK: Shared values

    /// How many of the places for shared values were ever used, the first ones.
    var sharedCount: SharedWord { word(.sharedCount) }
    /// How many of the places for payloads with shared values were ever used, the first ones.
    var passageCount: SharedWord { word(.passageCount) }

    // MARK: The end

    var failure: FailureRecord {
        FailureRecord(arena: arena, offset: offset(of: .failure), text: offset(of: .failureText))
    }
    /// How long an interrupted pool has to end, in nanoseconds.
    var interruptGrace: SharedWord { word(.interruptGrace) }
    /// When an interrupted pool must have ended, in nanoseconds of CLOCK_MONOTONIC; 0 if it was not interrupted.
    var interruptDeadline: SharedWord { word(.interruptDeadline) }

    // MARK: Chunks

    var warmChunks: SharedWord { word(.warmChunks) }
    var usedChunks: SharedWord { word(.usedChunks) }
    /// No chunk from this one on was ever taken.
    var chunkEnd: SharedWord { word(.chunkEnd) }
}

extension Arena {
    /// What belongs to the pool as a whole.
    @inline(__always) var header: HeaderRecord { HeaderRecord(arena: self) }
    @inline(__always) var limits: LimitsRecord { header.limits }
    @inline(__always) var idleWorkers: IdleWorkers { header.idleWorkers }
    @inline(__always) var event: Event { header.event }
}

extension SharedWord {
    /// A count that a death may have left wrong, even below zero.
    var hint: Int { max(0, Int(truncatingIfNeeded: load())) }
}
