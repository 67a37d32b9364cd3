internal import Glibc
package import MultitaskingCore
internal import MultitaskingSerialization
internal import MultitaskingSystem
internal import Synchronization

/// How the pools of a connection run their tasks.
package struct RemotePoolOptions: Sendable {
    /// The executable as the driver knows it; nil for this program's path.
    var executable: String?
    /// Where tasks run, as the driver has it.
    var placement: JSON
    /// What a task needs unless its own options say it.
    var resources: ResourceRequest
    var handOver: Int
    var captures: CapturePolicy
    var forwardsOutput: Bool
    var startTimeout: Duration
    /// What of a task's options the cluster keeps.
    var capabilities: TaskCapabilities

    package init(
        executable: String?, placement: JSON, resources: ResourceRequest, handOver: Int, captures: CapturePolicy,
        forwardsOutput: Bool, startTimeout: Duration, capabilities: TaskCapabilities
    ) {
        self.executable = executable
        self.placement = placement
        self.resources = resources
        self.handOver = handOver
        self.captures = captures
        self.forwardsOutput = forwardsOutput
        self.startTimeout = startTimeout
        self.capabilities = capabilities
    }

    /// Throws `invalidArgument` if no worker on another machine can be started so.
    package func validate() throws {
        if startTimeout <= .zero {
            throw MultitaskingError(.invalidArgument, "startTimeout is \(startTimeout); give a positive duration")
        }
        if captures.makesCopies {
            throw MultitaskingError(
                .invalidArgument,
                "captures is .\(captures.rawValue), but a function cannot run in a copy of this "
                    + "process on another machine; give .byValue or .refused")
        }
    }
}

/// What a pool on a cluster is made of: its queue, its workers' numbers and what runs.
///
/// The cluster keeps no queue and runs nothing again: it has as many calls as the pool has workers, and `handOver`
/// more. So the order of starts, cancellation, retries and limits are decided here, in one place.
package final class RemotePool: Sendable {
    package let cluster: DriverConnection
    package let hub: HubClient
    let room: RoomLimit
    let options: RemotePoolOptions
    let setup: PoolSetup
    let state: Mutex<PoolState>
    private let number: UInt32
    private let ownsCluster: Bool
    private let birth = monotonicNanoseconds()
    private let ready = Latch()
    private let ended = Latch()

    /// How long what the cluster should answer at once may take.
    static let patience = Duration.seconds(20)

    package init(
        _ cluster: DriverConnection, _ options: RemotePoolOptions, number: UInt32, maxWorkers: Int, queueLimit: Int?,
        _ setup: PoolSetup, ownsCluster: Bool
    ) {
        self.cluster = cluster
        self.number = number
        self.ownsCluster = ownsCluster
        self.setup = setup
        self.options = options
        hub = HubClient(cluster.requests, pool: number)
        room = RoomLimit(limit: queueLimit)
        state = Mutex(PoolState(maxWorkers: maxWorkers, handOver: options.handOver))
    }

    deinit {
        // Nobody is left to hear of its end, and tell those that wait for a message or a signal.
        cluster.remove(number)
        hub.lose(nil)
    }

    package var maxWorkers: Int { state.withLock { $0.target } }

    /// The build of this program.
    static var programBuild: String { BuildID(ofImage: "")?.description ?? "" }

    // MARK: Beginning

    /// Creates a pool, has the driver make it, and waits until it has.
    ///
    /// - Parameter ownsCluster: whether the connection was made for this pool alone, and is closed with it.
    @available(*, noasync)
    package static func begin(
        on cluster: DriverConnection, _ options: RemotePoolOptions, maxWorkers: Int, queueLimit: Int?,
        _ setup: PoolSetup, ownsCluster: Bool
    ) throws -> RemotePool {
        let pool = try cluster.add {
            RemotePool(
                cluster, options, number: $0, maxWorkers: maxWorkers, queueLimit: queueLimit, setup,
                ownsCluster: ownsCluster)
        }
        do { try pool.begin() } catch {
            if ownsCluster { cluster.close() }
            throw error
        }
        return pool
    }

    @available(*, noasync)
    private func begin() throws {
        do {
            let calls = try setup.calls(options.captures, hub.shares)
            try make()
            try setUp(calls)
        } catch {
            cluster.link.send(.endPool, UInt64(number))
            cluster.remove(number)
            throw error
        }
    }

    @available(*, noasync)
    private func make() throws {
        let description = JSON.object([
            "executable": .string(options.executable ?? Self.ownPath), "maxWorkers": .number(Double(maxWorkers)),
            "placement": options.placement,
            "options": options.resources.json, "forwardsOutput": .bool(options.forwardsOutput),
            "finalizerLimit": .number(setup.finalizerLimit / .seconds(1)),
        ])
        cluster.link.send(.makePool, UInt64(number), tail: description.bytes)
        let isReady = ready.wait(.upTo(options.startTimeout))
        let (refusal, loss) = state.withLock { ($0.refusal, $0.loss) }
        if let loss { throw loss }
        guard isReady, refusal == nil else {
            throw MultitaskingError(
                .clusterUnreachable,
                "the cluster could not make a pool: \(refusal ?? "no answer within \(options.startTimeout)")")
        }
    }

    /// The path of this program.
    package static var ownPath: String { path(ofExecutable: SystemFiles().target("/proc/self/exe")) }

    /// The path of a program that may have been replaced since it was started, which the system marks. What is there
    /// by now is another build, and refused as such.
    static func path(ofExecutable target: String) -> String {
        let mark = " (deleted)"
        guard target.hasSuffix(mark), unsafe access(target, F_OK) != 0 else { return target }
        return String(target.dropLast(mark.count))
    }

    func isReady(_ answer: JSON?) {
        state.withLock { $0.refusal = answer == nil ? "the driver's answer is damaged" : answer?["error"]?.text }
        ready.open()
    }

    // MARK: Tasks

    /// Throws unless tasks and objects can be made.
    package func checkUsable() throws {
        let (isOpen, loss) = state.withLock { ($0.mode == nil, $0.loss) }
        if let loss { throw loss }
        if !isOpen {
            throw MultitaskingError(.shutDown, "the pool was shut down and takes no more tasks; make a new one")
        }
    }

    /// Queues a task.
    func add(_ task: some QueuedTask) throws {
        try state.withLock { state in
            if let loss = state.loss { throw loss }
            guard state.mode == nil else {
                throw MultitaskingError(.shutDown, "the pool was shut down and takes no more tasks; make a new one")
            }
            state.unsettled += 1
            if task.isCounted { state.tally.submitted += 1 }
            state.append(task)
        }
        dispatch()
    }

    /// Hands over as many tasks as there are workers for, in the order in which they are to start.
    func dispatch() {
        state.withLock { state in
            while state.loss == nil {
                let starts = state.takeNext(makeRun: cluster.link.makeID) { $0.begin(run: $1) }
                guard let last = starts.last else { return }
                for start in starts { send(start, isFollowed: start.run != last.run, &state) }
            }
        }
    }

    /// Hands a task over; with the next one, in one call of the cluster, if one follows.
    private func send(_ start: PoolState.Start, isFollowed: Bool, _ state: inout PoolState) {
        let (task, place) = (start.task, start.place)
        let order = RunOrder(
            attempt: start.attempt, worker: place, tasksRun: start.tasksBefore, made: state.objects,
            seed: task.options.seed, outputLimit: task.options.output.limit,
            relaysOutput: task.options.output.isPrefixed, setUp: task.setUp)
        state.tally.begin(task, start.attempt, at: place, now: monotonicNanoseconds())
        var writer = ByteWriter()
        writer.add(number)
        let resources = task.options.resources.map { $0.filled(from: options.resources).json.bytes } ?? []
        writer.add(UInt32(resources.count) | (isFollowed ? 1 << 31 : 0))
        writer.add(resources)
        writer.add(task.options.gracePeriod.microseconds)
        writer.add(task.options.timeout.map { max(1, $0.microseconds) } ?? 0)
        order.write(to: &writer)
        cluster.link.send(.submit, start.run, writer.bytes, parcel: task.call)
    }

    func has(run: UInt64) -> Bool { state.withLock { $0.runs[run] != nil } }

    func start(_ frame: Frame) throws {
        var reader = frame.reader
        let place = try RunPlace(&reader)
        let task = state.withLock { $0.start(frame.id, at: place, now: monotonicNanoseconds()) }
        task?.start(run: frame.id)
    }

    /// The processes that run tasks, as far as they are known.
    package var processes: [Int32] { state.withLock { $0.runs.values.map(\.pid).filter { $0 > 0 } } }

    /// Takes the report about a run's end.
    func end(_ frame: Frame) {
        guard let task = state.withLock({ $0.runs[frame.id]?.task }) else { return }
        let report: RunReport
        // Most of it was said by a worker, and other tasks go on.
        do { report = try RunReport(frame) } catch { report = RunReport(damaged: error) }
        // What was thrown may have to be decoded, by code of the user.
        if case .call(let kind, _) = report.end, kind != .value, !task.options.retries.errors.isEmpty {
            return callBack { self.settle(frame.id, task, report) }
        }
        settle(frame.id, task, report)
    }

    private func settle(_ run: UInt64, _ task: any QueuedTask, _ report: RunReport) {
        var circumstances = task.circumstances
        circumstances.isKilled = state.withLock { $0.mode == .kill }
        let verdict = RunVerdict(on: report.end, circumstances)
        var isRetry = false
        if case .retry = verdict { isRetry = true }
        var lastLines: [UInt8: PrefixedLines] = [:]
        let isNews = state.withLock { state in
            guard let run = state.end(run, as: report.end) else { return false }
            lastLines = run.lines
            state.tally.end(report, of: task, at: run.place)
            state.spans?.add(
                report, of: task, attempt: circumstances.attempt, at: run.place, now: monotonicNanoseconds())
            state.tally.retried += isRetry ? 1 : 0
            return true
        }
        // A run that is said to have ended twice must not begin twice.
        guard isNews else { return }
        for (stream, var lines) in lastLines { Self.print(lines.end(), to: stream) }
        // A run that is too short for its start to be told has started all the same.
        if isRetry { task.start(run: run) }
        switch verdict {
        case .end(let end) where !report.end.refutesCall: task.end(end, output: report.output, onlyIfWaiting: false)
        case .end(let end): forget(task.setUp) { task.end(end, output: report.output, onlyIfWaiting: false) }
        case .again: requeue(task)
        case .retry(let pause) where pause <= .zero: requeue(task)
        case .retry(let pause):
            task.wait()
            // Nothing is waited for where nothing is run again: it ends now.
            guard let id = state.withLock({ $0.delay(task) }) else { return requeue(task) }
            // A forced cancel may have come meanwhile, and does not wait for the next attempt.
            if task.circumstances.isCancelled, let task = state.withLock({ $0.removeDelayed(id) }) { requeue(task) }
            Task {
                try? await Task.sleep(for: pause)
                if let task = self.state.withLock({ $0.removeDelayed(id) }) { self.requeue(task) }
            }
        }
        dispatch()
    }

    private func requeue(_ task: any QueuedTask) {
        task.wait()
        let isLate = state.withLock { state in
            guard state.takesBack else { return true }
            state.insert(task)
            return false
        }
        // A forced cancel may have come when its end was known and nobody had decided that it is to go on.
        if isLate || task.circumstances.isCancelled { task.end(.cancelled, output: [], onlyIfWaiting: true) }
        dispatch()
    }

    /// How hard a run is to be ended.
    enum CancelLevel: UInt8 {
        case ifNotBegun = 0
        case byForce = 1
        case withItsWorker = 2
    }

    /// Makes the driver end a run that was handed over, or is just being handed over.
    func cancel(run: UInt64, level: CancelLevel) {
        // In the turn of `dispatch`, so that the driver hears of the run first.
        _ = state.withLock { _ in cluster.link.send(.cancel, run, [level.rawValue]) }
    }

    func callBack(_ body: @escaping @Sendable () -> Void) { cluster.callbacks.call(body) }

    // MARK: Objects

    /// The number of a new channel or signal.
    func makeObject() throws -> SharedObjectID {
        try checkUsable()
        return state.withLock { state in
            state.objects += 1
            return SharedObjectID(rawValue: state.objects)
        }
    }

    // MARK: The end

    func count(_ end: TaskEnd) { state.withLock { $0.tally.count(end) } }

    func taskHasEnded() {
        state.withLock { $0.unsettled -= 1 }
        endIfDrained()
    }

    package func beginShutdown(_ mode: ShutdownMode) {
        guard
            let (queued, running) = state.withLock({ state -> ([any QueuedTask], [UInt64])? in
                let isStricter = state.mode.map { mode.strictness > $0.strictness } ?? true
                guard isStricter else { return nil }
                state.mode = mode
                return (
                    mode == .drain ? [] : state.removeQueued(), mode == .kill ? Array(state.runs.keys) : []
                )
            })
        else { return }
        room.close()
        for task in queued { task.end(.cancelled, output: [], onlyIfWaiting: true) }
        for run in running { cancel(run: run, level: .withItsWorker) }
        endIfDrained()
        guard mode == .kill else { return }
        // No Swift task: a process that has used one can't be forked anymore.
        _ = startDetachedThread { [weak self, ended] in
            if !ended.wait(.upTo(Self.patience)) { self?.loseUnlessEnded() }
        }
    }

    /// Gives up a driver that doesn't end a killed pool: nobody else would say how its tasks have ended.
    private func loseUnlessEnded() {
        guard state.withLock({ $0.age == nil }) else { return }
        lose(cluster.lossError("the driver has not ended a killed pool within \(Self.patience)"))
    }

    private func endIfDrained() {
        let mode: ShutdownMode? = state.withLock { state in
            guard state.unsettled == 0, !state.isEnding, let mode = state.mode else { return nil }
            state.isEnding = true
            return mode
        }
        guard let mode else { return }
        // Processes that are killed run no finalizer.
        if !cluster.link.send(.endPool, UInt64(number), [mode == .kill ? 1 : 0]) { hasEnded() }
    }

    func hasEnded() {
        cluster.remove(number)
        hub.lose(nil)
        state.withLock { $0.age = age }
        ended.open()
    }

    /// Blocks until the pool has ended, and closes the connection that was made for it.
    ///
    /// - Returns: false if the limit passes first.
    @available(*, noasync)
    package func waitUntilEnded(_ wait: WaitLimit) -> Bool {
        guard ended.wait(wait) else { return false }
        if ownsCluster { cluster.close() }
        return true
    }

    /// Ends a pool that nobody uses any more when its tasks have ended. Returns immediately, unless there is no thread
    /// to wait on.
    package func abandon() {
        beginShutdown(.drain)
        guard ownsCluster else { return }
        let body: @Sendable () -> Void = { [self] in _ = waitUntilEnded(.forever) }
        if startDetachedThread(body) != 0 { body() }
    }

    /// Ends everything: the driver or the hub is gone.
    func lose(_ error: MultitaskingError) {
        let tasks: [any QueuedTask]? = state.withLock { state in
            guard state.loss == nil, !state.isEnding || !state.runs.isEmpty else { return nil }
            state.loss = error
            return state.removeRuns() + state.removeQueued()
        }
        room.close()
        hub.lose(error)
        for task in tasks ?? [] { task.end(.failure(error), output: [], onlyIfWaiting: false) }
        ready.open()
        cluster.remove(number)
        state.withLock { $0.age = $0.age ?? age }
        ended.open()
    }

    // MARK: Statistics

    private var age: Duration { .nanoseconds(monotonicNanoseconds() - birth) }

    package var statistics: PoolStatistics {
        state.withLock { $0.statistics(now: monotonicNanoseconds(), age: $0.age ?? age) }
    }

    package var recentCrashes: [RecentCrash] { state.withLock { $0.tally.recentCrashes } }
}

extension ShutdownMode {
    fileprivate var strictness: Int {
        switch self {
        case .drain: 0
        case .cancelQueued: 1
        case .kill: 2
        }
    }
}
