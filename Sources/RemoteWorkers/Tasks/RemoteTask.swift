internal import MultitaskingCore
internal import MultitaskingSerialization
internal import MultitaskingSystem
internal import Synchronization

/// What was submitted to a pool on a cluster, whatever its types. It does not change.
protocol SubmittedCall: AnyObject, Sendable {
    var options: TaskOptions { get }

    /// The function's name and the encoded arguments.
    var call: Parcel { get }

    /// What the task is besides one.
    var setUp: RunOrder.SetUpRole { get }

    /// The number of the worker that must run it; nil if any may.
    var place: Int? { get }

    /// When it was submitted, in nanoseconds of the monotonic clock.
    var submission: Int64 { get }

    /// What statistics call it.
    var name: String { get }
}

/// A task of a pool on a cluster, as its queue knows it.
protocol QueuedTask: SubmittedCall {
    /// Begins an attempt; which one it is, or nil if the task has ended meanwhile, or is about to.
    func begin(run: UInt64) -> Int?

    /// A run has started on its node: the task has met the limit of its time in the queue.
    func start(run: UInt64)

    /// A run has said how far it is.
    func report(_ report: TaskReport, run: UInt64)

    /// What is known of the task.
    var circumstances: RunVerdict.Circumstances { get }

    /// Waits again, after a run that was not the last.
    func wait()

    /// Ends the task, unless it has ended.
    ///
    /// - Parameter onlyIfWaiting: does nothing if it was handed over.
    /// - Returns: whether it has ended now, or had ended as cancelled.
    @discardableResult
    func end(_ end: TaskEnd, output: [UInt8], onlyIfWaiting: Bool) -> Bool
}

extension SubmittedCall {
    /// Whether it is one in the pool's statistics: what exists only for a worker's sake isn't.
    var isCounted: Bool { setUp != .allCalls }
}

extension QueuedTask {
    /// Whether the task can be handed over together with others: it says nothing of when and where it runs.
    var maySharePlace: Bool {
        place == nil && setUp == .none && options.timeout == nil && options.queueTimeout == nil
            && options.resources == nil && call.count <= PoolTally.burstCallSize
    }
}

/// How a task has ended; what it returned or threw is not decoded yet.
enum TaskEnd: Sendable {
    case value(FrameTail)
    case thrown(FrameTail)
    case failure(any Error)
    case cancelled

    var isValue: Bool { if case .value = self { true } else { false } }
}

/// How far a task is.
enum TaskProgress: Sendable {
    /// It waits in the pool's queue, or for its next attempt.
    case waiting
    /// It was given to the cluster, and may wait there.
    case handedOver(run: UInt64)
    /// It runs.
    case started(run: UInt64)
    case ended(TaskEnd)

    var isEnded: Bool { if case .ended = self { true } else { false } }
    var isWaiting: Bool { if case .waiting = self { true } else { false } }
    var isCancelled: Bool { if case .ended(.cancelled) = self { true } else { false } }
}

/// A task of a pool on a cluster.
final class RemoteTask<Function: PortableFunction>: QueuedTask {
    let options: TaskOptions
    let setUp: RunOrder.SetUpRole
    let place: Int?
    let submission = monotonicNanoseconds()
    let call: Parcel
    private let pool: RemotePool
    private let ledger: Mutex<Ledger>

    /// What is left to do when a task has ended, outside of the lock.
    private struct Rest: Sendable {
        var watchers: [@Sendable () -> Void]
        var latches: [Latch]
        var timer: Task<Void, Never>?
        var companion: (any Sendable)?
        var shared: [any SharedObject]
        var leavesRoom: Bool
    }

    private enum CancelStep: Sendable {
        case over(isCancelled: Bool)
        /// It waits again since it was found to run.
        case lookAgain
        case endByForce(run: UInt64)
        case askItsNode(run: UInt64)
    }

    private struct Ledger {
        var progress = TaskProgress.waiting
        var attempt = 0
        /// Whether the queue's limit counts it.
        var isInRoom: Bool
        var isCancelled = false
        var isWithdrawn = false
        var isLate = false
        /// What stays alive until the end.
        var companion: (any Sendable)?
        /// The shared values that it is given.
        var shared: [any SharedObject] = []
        var output: [UInt8] = []
        /// What the last attempt has said of how far it is.
        var report: TaskReport?
        var decoded: TaskOutcome<Function.Output>?
        /// Called when the task has ended.
        var watchers = CallbackList<@Sendable () -> Void>()
        /// Opened when the task has ended.
        var latches: [Latch] = []
        /// Opened when it is known whether the run that was handed over has started, or will not.
        var startLatches: [Latch] = []
        /// Ends the task if it has not started in time.
        var timer: Task<Void, Never>?

        mutating func takeStartLatches() -> [Latch] { exchange(&startLatches, with: []) }
        mutating func takeTimer() -> Task<Void, Never>? { timer.take() }
    }

    init(
        _ call: OutgoingCall, _ options: TaskOptions, companion: (any Sendable)?, _ pool: RemotePool,
        _ setUp: RunOrder.SetUpRole = .none, at place: Int? = nil
    ) {
        self.setUp = setUp
        self.place = place
        self.call = call.parcel
        self.options = options
        self.pool = pool
        // Calls that each worker makes wait for their worker, whatever the limit.
        var first = Ledger(isInRoom: setUp == .none)
        first.companion = companion
        first.shared = call.held
        ledger = Mutex(first)
    }

    var name: String { options.name ?? "unnamed" }

    // MARK: What the pool does

    func begin(run: UInt64) -> Int? {
        let (attempt, leavesRoom): (Int?, Bool) = ledger.withLock { ledger in
            // One that is to be ended by force waits to be taken back; see `RemotePool.requeue`.
            guard ledger.progress.isWaiting, !ledger.isCancelled else { return (nil, false) }
            ledger.progress = .handedOver(run: run)
            ledger.attempt += 1
            ledger.isWithdrawn = false
            ledger.report = nil
            return (ledger.attempt, exchange(&ledger.isInRoom, with: false))
        }
        if leavesRoom { pool.room.give() }
        return attempt
    }

    func start(run: UInt64) {
        let (latches, timer): ([Latch], Task<Void, Never>?) = ledger.withLock { ledger in
            switch ledger.progress {
            case .handedOver(run), .started(run): break
            case .handedOver, .started, .waiting, .ended: return ([], nil)
            }
            ledger.progress = .started(run: run)
            ledger.isLate = false
            return (ledger.takeStartLatches(), ledger.takeTimer())
        }
        timer?.cancel()
        for latch in latches { latch.open() }
    }

    func report(_ report: TaskReport, run: UInt64) {
        ledger.withLock { ledger in
            switch ledger.progress {
            case .handedOver(run), .started(run): ledger.report = report
            case .handedOver, .started, .waiting, .ended: break
            }
        }
    }

    var circumstances: RunVerdict.Circumstances {
        ledger.withLock { ledger in
            RunVerdict.Circumstances(
                options: options, attempt: ledger.attempt, isCancelled: ledger.isCancelled,
                isWithdrawn: ledger.isWithdrawn, isLate: ledger.isLate)
        }
    }

    func wait() {
        let latches = ledger.withLock { ledger in
            if !ledger.progress.isEnded { ledger.progress = .waiting }
            return ledger.takeStartLatches()
        }
        for latch in latches { latch.open() }
    }

    @discardableResult
    func end(_ end: TaskEnd, output: [UInt8], onlyIfWaiting: Bool) -> Bool {
        let (rest, isCancelled): (Rest?, Bool) = ledger.withLock { ledger in
            guard !ledger.progress.isEnded, !onlyIfWaiting || ledger.progress.isWaiting else {
                return (nil, ledger.progress.isCancelled)
            }
            ledger.progress = .ended(end)
            ledger.output = output
            let rest = Rest(
                watchers: ledger.watchers.removeAll(), latches: ledger.latches + ledger.takeStartLatches(),
                timer: ledger.takeTimer(), companion: ledger.companion, shared: ledger.shared,
                leavesRoom: ledger.isInRoom)
            ledger.latches = []
            ledger.companion = nil
            ledger.shared = []
            ledger.isInRoom = false
            return (rest, false)
        }
        guard let rest else { return isCancelled }
        // A caller that hears of the end finds it in the statistics.
        if isCounted { pool.count(end) }
        rest.timer?.cancel()
        if rest.leavesRoom { pool.room.give() }
        (rest.companion as? HeldSenders)?.drop()
        for latch in rest.latches { latch.open() }
        if !rest.watchers.isEmpty { pool.callBack { for watcher in rest.watchers { watcher() } } }
        pool.taskHasEnded()
        return true
    }

    // MARK: Limits

    /// Begins the time in which the task must start.
    func startTimer() {
        guard let limit = options.queueTimeout else { return }
        let timer = Task { [weak self] in
            if (try? await sleepInSteps(for: limit)) != nil { self?.timeIsUp() }
        }
        let isLate = ledger.withLock { ledger in
            switch ledger.progress {
            case .started, .ended: return true
            // What was handed over may wait for its node.
            case .waiting, .handedOver:
                ledger.timer = timer
                return false
            }
        }
        if isLate { timer.cancel() }
    }

    private func timeIsUp() {
        if end(.failure(RunVerdict.queueTimedOut(options)), output: [], onlyIfWaiting: true) { return }
        let run: UInt64? = ledger.withLock { ledger in
            guard case .handedOver(let run) = ledger.progress else { return nil }
            ledger.isLate = true
            return run
        }
        if let run { pool.cancel(run: run, level: .ifNotBegun) }
    }
}

extension RemoteTask: FutureSource {
    typealias Value = Function.Output

    var state: TaskState {
        switch ledger.withLock({ $0.progress }) {
        case .waiting, .handedOver: .queued
        case .started: .running
        case .ended(.cancelled): .cancelled
        case .ended: .done
        }
    }

    func outcome() -> TaskOutcome<Value>? {
        let (end, known): (TaskEnd?, TaskOutcome<Value>?) = ledger.withLock { ledger in
            guard case .ended(let end) = ledger.progress else { return (nil, nil) }
            return (end, ledger.decoded)
        }
        guard let end else { return nil }
        if let known { return known }
        let outcome = Self.decode(end, in: ParentEnvironment(pool.hub.shares))
        return ledger.withLock { ledger in
            if let known = ledger.decoded { return known }
            ledger.decoded = outcome
            // The bytes are not needed anymore.
            if case .ended(.value) = ledger.progress { ledger.progress = .ended(.value(.empty)) }
            return outcome
        }
    }

    /// Why the task has no value; a value is not decoded for it.
    var failure: (any Error)? {
        let isUnread = ledger.withLock { ledger in
            guard case .ended(let end) = ledger.progress else { return false }
            return end.isValue && ledger.decoded == nil
        }
        return isUnread ? nil : outcome()?.failure
    }

    private static func decode(_ end: TaskEnd, in environment: ParentEnvironment) -> TaskOutcome<Value> {
        do {
            switch end {
            case .value(let tail):
                return .success(
                    try unsafe tail.withBytes { bytes in
                        // SAFETY: the reader is gone before the bytes are.
                        var reader = unsafe PayloadReader(bytes, environment: environment)
                        return try Function.decodeOutput(from: &reader)
                    })
            case .thrown(let tail): return .failure(try RunVerdict.decodeError(tail))
            case .failure(let error): return .failure(error)
            case .cancelled: return .cancelled
            }
        } catch { return .failure(MultitaskingError(.decodeFailed, of: error)) }
    }

    @available(*, noasync)
    func waitUntilDone(_ wait: WaitLimit) -> Bool {
        let latch = Latch()
        let isDone = ledger.withLock { ledger in
            if ledger.progress.isEnded { return true }
            if wait != .never { ledger.latches.append(latch) }
            return false
        }
        if isDone || wait == .never { return isDone }
        let hasEnded = latch.waitCounted(wait)
        if !hasEnded { ledger.withLock { $0.latches.removeAll { $0 === latch } } }
        return hasEnded
    }

    func whenDone(_ body: @escaping @Sendable () -> Void) { if add(body) == nil { body() } }

    func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        if let number = add(body) { return { [self] in _ = ledger.withLock { $0.watchers.remove(number) } } }
        body()
        return {}
    }

    /// How many callbacks wait for the end; for tests.
    var callbackCount: Int { ledger.withLock { $0.watchers.count } }

    /// Returns the callback's number; nil if the task has ended.
    private func add(_ body: @escaping @Sendable () -> Void) -> UInt64? {
        ledger.withLock { $0.progress.isEnded ? nil : $0.watchers.add(body) }
    }

    var output: String? {
        guard options.output.limit != nil else { return nil }
        return ledger.withLock { ledger in
            ledger.progress.isEnded ? String(decoding: ledger.output, as: UTF8.self) : nil
        }
    }

    var report: TaskReport? { ledger.withLock { $0.report } }

    /// Cancels the task. If it was handed over and nobody knows yet whether it has begun, its node decides, which takes
    /// a round trip.
    func cancel(force: Bool) -> Bool {
        let latch = Latch()
        if let isCancelled = sendCancellation(force: force, deciding: latch) { return isCancelled }
        _ = latch.wait(.upTo(RemotePool.patience))
        return ledger.withLock { $0.progress.isCancelled }
    }

    func requestCancellation(force: Bool) { _ = sendCancellation(force: force) }

    /// Cancels the task, or has its node do so.
    ///
    /// - Parameter latch: opened when the node has decided.
    /// - Returns: what ``cancel(force:)`` returns; nil if the node decides.
    private func sendCancellation(force: Bool, deciding latch: Latch? = nil) -> Bool? {
        if end(.cancelled, output: [], onlyIfWaiting: true) { return true }
        let step: CancelStep = ledger.withLock { ledger in
            switch ledger.progress {
            case .ended: return .over(isCancelled: ledger.progress.isCancelled)
            case .waiting: return .lookAgain
            case .started(let run), .handedOver(let run):
                if force {
                    ledger.isCancelled = true
                    return .endByForce(run: run)
                }
                guard case .handedOver = ledger.progress else { return .over(isCancelled: false) }
                ledger.isWithdrawn = true
                if let latch { ledger.startLatches.append(latch) }
                return .askItsNode(run: run)
            }
        }
        switch step {
        case .over(let isCancelled): return isCancelled
        case .lookAgain: return sendCancellation(force: force, deciding: latch)
        case .endByForce(let run):
            pool.cancel(run: run, level: .byForce)
            return true
        case .askItsNode(let run):
            pool.cancel(run: run, level: .ifNotBegun)
            return nil
        }
    }
}
