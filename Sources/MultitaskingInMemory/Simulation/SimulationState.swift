internal import MultitaskingCore
internal import MultitaskingSystem

/// Everything that is true in a simulation at one moment, and what follows from it.
///
/// It decides under the simulation's lock and knows no threads, no real time and no user code: what must be done
/// outside of the lock, it returns or leaves in ``effects``.
struct SimulationState: ~Copyable, Sendable {
    /// What a switch point costs, so that time passes for a party that polls.
    static let stepTime: Nanoseconds = 1_000
    /// How long it takes to start a worker in the place of one that died.
    static let spawnTime: Nanoseconds = 1_000_000
    /// When a worker that could not be started is tried again.
    static let respawnTime: Nanoseconds = 100_000_000
    /// How many workers in a row may fail to start before the pool gives up.
    static let startAttempts = 3
    /// How many fruitless polls each party may make before further ones take more and more time.
    static let pollLimit = 8
    /// How many fruitless polls all parties may make together before that counts as a deadlock.
    static let deadlockPolls = 20_000

    /// How many fruitless polls other threads may make before the simulation goes on without an idle parent.
    static let patientLooks = 100
    /// After how many looks of the storage at a simulation in which nothing happens that counts as a deadlock.
    static let idleLimit = 20
    /// How many calls of a dead worker's function are refused before the simulation goes on without it.
    static let refusalLimit = 1_000

    /// What is to be done outside of the lock.
    struct Effects: Sendable {
        var calls: [@Sendable () -> Void] = []
        /// Released outside, because what is released may call in.
        var garbage: [any Sendable] = []

        var isEmpty: Bool { calls.isEmpty && garbage.isEmpty }
    }

    /// What becomes of the workers.
    enum Phase: Int, Sendable {
        case running
        case draining
        case killing
    }

    struct WorkerState: Sendable {
        enum Activity: Sendable {
            /// Has to run the initializer. Exits: `busy`; `left`.
            case fresh
            /// One that is too many stays only for the calls that it owes. Exits: `busy`; `retiring`; `left`.
            case idle
            case busy
            /// Has to run the finalizer. Exits: `busy`; `idle` if the pool grows first; `left`.
            case retiring
            /// Exits: `fresh` or `idle` after a while; `left`.
            case dead
            /// The pool has ended, or has fewer workers. Exits: `fresh` or `idle` if it grows.
            case left
        }

        /// What a busy worker does.
        enum Work: Sendable {
            case initializer
            case task(Int)
            /// A call that every worker makes, which was made before this worker was there.
            case call(Int)
            case finalizer
        }

        var activity: Activity
        var pid: Int32
        /// Exits: nil when it is done, or the worker has died.
        var work: Work?
        /// How many tasks it has begun.
        var tasksBegun = 0
        /// How many of the calls that every worker makes it has made.
        var callsMade = 0

        var task: Int? { if case .task(let task)? = work { task } else { nil } }
    }

    /// A call that every worker makes once.
    struct Call: Sendable {
        let body: any TaskBody
        /// The tasks of those workers that were there when it was made.
        var tasks: [Int: Int]
        /// Whether it has thrown or ended a worker, so that later ones do not make it.
        var hasFailed = false
    }

    /// The callbacks to call when a condition holds.
    struct Watch: Sendable {
        var id: Int
        var condition: Condition
        var call: @Sendable () -> Void
    }

    /// How many workers there can be at most.
    let workerCount: Int
    /// How many there are to be.
    var target: Int
    let hasInitializer: Bool
    let initializerTimeout: Duration?
    let hasFinalizer: Bool
    let taskLimit: Int?
    let stepLimit: Int

    var now: Nanoseconds = 0
    var steps = 0
    var parties: [Party]
    /// The party that has the turn; nil while all wait for something outside.
    var running: Int?
    /// The Swift task in which the pool was made, if it was, as long as the parent's thread stands for it.
    var parentTask: Int?
    /// Whether somebody looks now and then whether the parent comes back to the turn that it has.
    var isParentWatched = false
    var decisions: Decisions
    var faults: FaultSource
    var trace = Trace()
    /// What is recorded for a timeline; nil while nothing is.
    var recording: SimulatedTimeline?
    var timers = TimerQueue()
    var effects = Effects()

    var channels: [UInt64: ChannelState] = [:]
    var signals: [UInt64: SimulatedSignal] = [:]
    var nextObject: UInt64 = 0

    var tasks: [Int: TaskRecord] = [:]
    var nextTask = 0
    var unfinished = 0
    var queue = TaskQueue()
    var statistics: SimulatedStatistics
    var workers: [WorkerState]
    var calls: [Call] = []
    /// What finalizers have returned or thrown.
    var finalized: [TaskResultBytes] = []
    var nextPid: Int32
    var startFailures = 0
    /// Why no worker starts anymore.
    var broken: MultitaskingError?
    var phase = Phase.running
    /// Whether the last worker has left.
    var isOver = false
    /// Whether no task is run again anymore: those that were to be are cancelled.
    var cancelsRetries = false
    /// Why nothing goes on anymore.
    var failure: MultitaskingError?

    var watches: [Watch] = []
    var nextID = 0
    /// How often one of several was picked that were ready.
    var selections = 0
    /// Waits that block no thread, with the party whose thread runs the function that waits; nil for other callers.
    var asyncWaits: [Int: Int?] = [:]
    /// Of these, those of other callers than workers that will go on soon.
    var endingWaits: Set<Int> = []
    /// How many waits in other simulations end by what happens in this one.
    var waitsElsewhere = 0
    /// Waits that block no thread and watches, if they have a limit.
    var limitedWaits: [Int: @Sendable () -> Void] = [:]
    /// Fruitless polls since something happened.
    var idlePolls = 0
    /// Threads whose workers died while they went on.
    var lostThreads: Set<UInt> = []
    /// The threads that run callbacks now: they must not wait.
    var callbackThreads: [UInt] = []
    /// How often threads that aren't parties have called in.
    var outsideCalls = 0
    /// Whether somebody should look after a while whether anything has happened since.
    var needsIdleCheck = false
    /// Whether somebody is about to.
    var isIdleCheckPlanned = false
    /// How often in a row somebody has, and nothing had.
    var idleChecks = 0
    /// Where what the parties wait for may come from; nil if nobody has looked since one of them had the turn.
    var outside: Outside?

    init(options: SimulationSetup) {
        workerCount = options.capacity
        target = options.workers
        hasInitializer = options.hasInitializer
        initializerTimeout = options.initializerTimeout
        hasFinalizer = options.hasFinalizer
        taskLimit = options.taskLimit
        stepLimit = options.stepLimit
        parties = (0...options.capacity).map { _ in Party() }
        decisions = options.decisions
        faults = options.faults
        let first: WorkerState.Activity = options.hasInitializer ? .fresh : .idle
        workers = (0..<options.capacity).map {
            WorkerState(activity: $0 < options.workers ? first : .left, pid: Int32(1_000 + $0))
        }
        let start: PoolStatistics.Worker.State = options.hasInitializer ? .starting : .waiting
        statistics = SimulatedStatistics(
            workers: (0..<options.capacity).map { .init(state: $0 < options.workers ? start : .absent, since: 0) })
        nextPid = Int32(1_000 + options.workers)
        if let parent = options.parent {
            parties[0].activity = .ready
            parties[0].thread = parent.thread
            parentTask = parent.task
            running = 0
        }
    }

    // MARK: Small steps

    mutating func note(_ event: Trace.Event, by party: Int?) {
        trace.add(event, by: party, at: now)
        record(event, by: party)
    }

    mutating func takeEffects() -> Effects {
        guard !effects.isEmpty else { return Effects() }
        return exchange(&effects, with: Effects())
    }

    /// The party that a thread is.
    func party(of thread: UInt) -> Int? {
        if let running, parties[running].thread == thread { return running }
        return parties.firstIndex { $0.thread == thread }
    }

    /// The task that a party runs.
    func task(of party: Int) -> Int? {
        (1...workerCount).contains(party) ? workers[party - 1].task : nil
    }

    func name(of party: Int) -> String { Trace.name(of: party, workers: workerCount) }

    /// Something happened that others may see.
    mutating func madeProgress(_ party: Int?) {
        idlePolls = 0
        if let party { parties[party].isPolling = false }
        guard !watches.isEmpty else { return }
        callWatches()
    }

    /// A party looked for something that was not there.
    mutating func recordIdlePoll(_ party: Int?) {
        idlePolls += 1
        if let party { parties[party].isPolling = true }
    }

    mutating func callWatches() {
        var index = 0
        while index < watches.count {
            if holds(watches[index].condition) {
                let watch = watches.remove(at: index)
                limitedWaits[watch.id] = nil
                effects.calls.append(watch.call)
            } else {
                index += 1
            }
        }
    }

    /// Nobody has an element anymore; the shared values that it refers to are released outside of the lock.
    mutating func discard(_ element: ChannelState.Element) {
        if !element.held.isEmpty { effects.garbage.append(element) }
    }

    mutating func newID() -> Int {
        nextID += 1
        return nextID
    }

    mutating func endAsyncWait(_ id: Int, _ stage: WaitStage) {
        let party = asyncWaits.removeValue(forKey: id)
        if let call = limitedWaits.removeValue(forKey: id) { effects.garbage.append(call) }
        switch stage {
        case .ending: if case .some(nil) = party { endingWaits.insert(id) }
        case .over: endingWaits.remove(id)
        }
    }

    /// How many waits block no thread, and are not those of a worker's function.
    var asyncCallers: Int { asyncWaits.values.count { $0 == nil } }

    /// How many wait for what happens here without being a party.
    var outsideWaits: Int { asyncCallers + waitsElsewhere }

    // MARK: Conditions

    func holds(_ condition: Condition) -> Bool {
        switch condition {
        case .room(let id):
            return channels[id].map {
                $0.isClosed || ($0.isRendezvous ? hasWaitingReceiver(of: id) : $0.hasRoom(at: now))
            } ?? true
        case .settled(let id, let offer):
            return channels[id].map { $0.isClosed || !$0.offers.contains { $0.id == offer } } ?? true
        case .element(let id): return channels[id].map { $0.first != nil || $0.isClosed } ?? true
        case .joined(let id): return channels[id].map { $0.isJoined || $0.hasEnded } ?? true
        case .signal(let id, let sets): return signals[id].map { $0.wasSet(since: sets) } ?? true
        case .ended(let task): return tasks[task]?.isDone ?? true
        case .taskRoom: return phase != .running || taskLimit.map { unfinished < $0 } ?? true
        case .poolEnd: return workers.allSatisfy { if case .left = $0.activity { true } else { false } }
        case .time, .stuck: return false
        case .job(let isThere, let task): return isThere() || isEndRequested(of: task)
        case .open(let wait): return wait.isThere()
        case .other(let isThere): return isThere()
        case .any(let conditions): return conditions.contains { holds($0) }
        }
    }

    /// Whether somebody waits for an element of a channel, and for nothing else besides.
    private func hasWaitingReceiver(of id: UInt64) -> Bool {
        func isThat(_ condition: Condition) -> Bool { if case .element(id) = condition { true } else { false } }
        for party in parties.indices {
            if case .waiting(let condition) = parties[party].activity, isThat(condition) { return true }
        }
        return watches.contains { isThat($0.condition) }
    }

    func describe(_ condition: Condition) -> String {
        switch condition {
        case .room(let id): "room in channel \(id)"
        case .settled(let id, _): "a receiver for the offer in channel \(id)"
        case .element(let id): "an element of channel \(id)"
        case .joined(let id): "channel \(id) to be processed"
        case .signal(let id, _): "signal \(id)"
        case .ended(let task): "the end of task \(task)"
        case .taskRoom: "room for another task"
        case .poolEnd: "the end of the pool"
        case .time: "time to pass"
        case .stuck: "nothing: it is stuck"
        case .job: "its async function"
        case .open(let wait): wait.name
        case .other: "one of several tasks"
        case .any(let conditions): conditions.map { describe($0) }.joined(separator: " or ")
        }
    }
}

/// The parameters of a simulation.
struct SimulationSetup: Sendable {
    var workers: Int
    /// How many workers there can be at most.
    var capacity: Int
    var hasInitializer = false
    var initializerTimeout: Duration?
    var hasFinalizer = false
    var taskLimit: Int?
    var stepLimit: Int
    var decisions: Decisions
    var faults: FaultSource
    /// The thread that is the parent; nil if there is none that the simulation could wait for.
    var parent: Caller?
}
