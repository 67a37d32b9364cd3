internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// Runs a simulation: takes the lock for ``SimulationState``, does what it says, and hands the turn from thread to
/// thread.
final class Simulator: CallersTimeline {
    /// How long a thread that isn't a party waits for the turn before it takes it from a parent that is busy elsewhere.
    private static let patience = Duration.milliseconds(20)
    /// How long nothing must happen, in real time, before time passes where other threads may call in.
    private static let idleTime = Duration.milliseconds(30)

    private let state: Mutex<SimulationState>
    let threads: ThreadCache
    let shares = SimulatedShares()
    /// Not drawn from the seed: no two simulations may have the same, and nothing that happens depends on it.
    private let objectOrigin = SharedObjectID.makeOrigin()
    private let ownsThreads: Bool
    private let setup: SimulatedSetup

    /// - Parameter threads: threads to use, which outlive the simulation; nil for threads of its own.
    init(
        _ setup: SimulationSetup, threads: ThreadCache?, workers: SimulatedSetup
    ) {
        state = Mutex(SimulationState(options: setup))
        self.threads = threads ?? ThreadCache()
        ownsThreads = threads == nil
        self.setup = workers
        CallersTimelines.add(self)
    }

    deinit { CallersTimelines.remove(self) }

    // MARK: References

    /// The name under which workers find a channel or signal.
    func reference(_ id: UInt64) -> SharedObjectID { SharedObjectID(rawValue: objectOrigin | id) }

    /// Whether another pool than this has given a reference out.
    func isForeign(_ reference: SharedObjectID) -> Bool { !reference.isCounted(from: objectOrigin) }

    // MARK: Calls

    /// A switch point, then `attempt`; where that gives nil, waits until `condition` holds and attempts again.
    ///
    /// `attempt` runs under the lock, is given the calling party, and must not call user code.
    /// - Parameter target: the channel to which the call would send.
    /// - Returns: what `attempt` gave; nil if it gave nothing until the limit.
    /// - Throws: what `attempt` throws; `WorkerLost`; the simulation's failure instead of waiting.
    func call<Value: Sendable>(
        _ limit: WaitLimit = .never, for condition: Condition = .time, target: UInt64? = nil,
        _ attempt: (inout SimulationState, Int?) throws -> Value?
    ) throws -> Value? {
        var request = CallRequest(caller: .current, limit: limit, condition: condition, target: target)
        var (progress, effects) = state.withLock { state in
            let progress = state.enter(&request, attempt)
            return (progress, state.takeEffects())
        }
        while true {
            run(effects, request.thread)
            switch progress {
            case .done(let result):
                leave(request)
                return try result.get()
            case .refused(let next):
                resume(next, afterCallbacks: !effects.isEmpty)
                if request.party == nil { pauseThread() }
                throw WorkerLost()
            case .pass(.stay, _): break
            case .pass(let next, let parker):
                resume(next, afterCallbacks: !effects.isEmpty)
                waitForTurn(parker, request)
            }
            (progress, effects) = state.withLock { state in
                let progress = state.proceed(&request, attempt)
                return (progress, state.takeEffects())
            }
        }
    }

    /// A switch point, and then a reading that changes nothing: `isIdlePoll` says whether it found nothing of use.
    ///
    /// - Returns: nil if the caller's worker has died.
    func observe<Value: Sendable>(
        _ body: (borrowing SimulationState) -> Value, isIdlePoll: (Value) -> Bool
    ) -> Value? {
        let value = try? call { state, party -> Value? in
            let value = body(state)
            if isIdlePoll(value) { state.recordIdlePoll(party) }
            return value
        }
        return value ?? nil
    }

    /// Something that isn't a switch point, and whose moment no other party sees.
    func update<Value: Sendable>(_ body: (inout SimulationState, Int?) -> Value) -> Value {
        let thread = CurrentThread.id
        let (value, effects) = state.withLock { state in
            let value = body(&state, state.party(of: thread))
            return (value, state.takeEffects())
        }
        run(effects, thread)
        if !effects.calls.isEmpty { poke() }
        return value
    }

    private func leave(_ request: CallRequest) { apply { $0.leave(request) } }

    /// Runs callbacks, as the party that has the turn, and releases what is no longer needed.
    private func run(_ effects: SimulationState.Effects, _ thread: UInt) {
        guard !effects.isEmpty else { return }
        state.withLock { $0.callbackThreads.append(thread) }
        for call in effects.calls { call() }
        state.withLock { state in
            guard let last = state.callbackThreads.lastIndex(of: thread) else { return }
            state.callbackThreads.remove(at: last)
        }
    }

    /// Wakes whose turn it is.
    ///
    /// - Parameter afterCallbacks: whether callbacks have run since that was decided.
    private func resume(_ next: SimulationState.Next, afterCallbacks: Bool = false) {
        switch next {
        case .stay: break
        // Nobody could go on before the callbacks, which may have changed that.
        case .nobody where afterCallbacks: poke()
        case .resume(let parker): parker.unpark()
        case .launch(let worker): launch(worker)
        case .nobody: checkLater()
        case .parentElsewhere: watchParent()
        }
    }

    /// Waits for the turn.
    private func waitForTurn(_ parker: Parker, _ request: CallRequest) {
        guard request.isOutside else {
            parker.park()
            return
        }
        // The parent may be waiting for this thread, outside of the simulation.
        var step = -1
        while !parker.park(for: Self.patience) {
            let next = state.withLock { state -> SimulationState.Next in
                defer { step = state.steps }
                return state.takeTurnFromParent(at: step)
            }
            resume(next)
        }
    }

    /// Looks at once where what everybody waits for may come from, and after a while of real time whether they still
    /// wait.
    private func checkLater() {
        let check: (calls: Int, open: [OpenWait])? = state.withLock { state in
            guard state.needsIdleCheck else { return nil }
            let open = state.outside == nil ? state.parties.flatMap(\.openWaits) : []
            if open.isEmpty {
                guard !state.isIdleCheckPlanned else { return nil }
                state.isIdleCheckPlanned = true
            }
            state.needsIdleCheck = false
            return (state.outsideCalls, open)
        }
        guard let check else { return }
        guard check.open.isEmpty else {
            let outside = Self.look(check.open)
            state.withLock { if $0.running == nil { $0.outside = outside } }
            return poke()
        }
        later(Self.idleTime) { simulator in
            let outside = Self.look(simulator.state.withLock { $0.parties.flatMap(\.openWaits) })
            simulator.apply { $0.idleCheck(check.calls, outside) }
        }
    }

    /// Calls `body` after a while of real time.
    ///
    /// Not in a Swift task, unless there is no thread: all threads that run those may be blocked by callers that wait
    /// for this, as when blocking tests run in parallel.
    private func later(_ time: Duration, _ body: @escaping @Sendable (Simulator) -> Void) {
        let call = { @Sendable [weak self] in if let self { body(self) } }
        do { try threads.run(after: time, call) } catch {
            Task.detached {
                try? await Task.sleep(for: time)
                call()
            }
        }
    }

    /// Where the first of what is waited for may come from.
    private static func look(_ waits: [OpenWait]) -> Outside { waits.lazy.map { $0.look() }.max() ?? .nowhere }

    /// Takes the turn from the parent if it is busy elsewhere, for callers that block no thread.
    private func watchParent() {
        let start: Int? = state.withLock { state in
            guard !state.isParentWatched else { return nil }
            state.isParentWatched = true
            return state.steps
        }
        if let start { watchParent(from: start) }
    }

    private func watchParent(from start: Int) {
        later(Self.patience) { simulator in
            var step = start
            var isOver = false
            simulator.apply { state in
                let next = state.lookAfterParent(&step)
                isOver = next != nil
                return next ?? .stay
            }
            if !isOver { simulator.watchParent(from: step) }
        }
    }

    /// Does what a change of state leads to.
    private func apply(_ body: (inout SimulationState) -> SimulationState.Next) {
        let (next, effects) = state.withLock { state in
            let next = body(&state)
            return (next, state.takeEffects())
        }
        run(effects, CurrentThread.id)
        resume(next, afterCallbacks: !effects.isEmpty)
    }

    /// Goes on if everybody waits: something outside of the simulation has happened.
    func poke() {
        let thread = CurrentThread.id
        apply { state in
            // A caller that is in a callback continues when all callbacks have run.
            guard !state.callbackThreads.contains(thread) else { return .stay }
            return state.running == nil ? state.next(after: nil) : state.watchingParent
        }
    }

    // MARK: Waits in other simulations

    /// Takes note of a thread that waits in another simulation for what happens in this one.
    func beginWaitElsewhere() {
        state.withLock { state in
            state.calledFromOutside()
            state.waitsElsewhere += 1
        }
    }

    /// Takes note of the end of such a wait.
    func endWaitElsewhere() { state.withLock { $0.waitsElsewhere -= 1 } }

    /// Goes on if everybody waits, also without a parent that waits in another simulation.
    func goOn(without thread: UInt) {
        apply { $0.takeTurnFromParent(on: thread) }
        poke()
    }

    /// The thread that has the turn.
    var threadWithTurn: UInt? { state.withLock { state in state.running.flatMap { state.parties[$0].thread } } }

    /// Whether a thread waits in this simulation.
    func isWaiting(_ thread: UInt) -> Bool {
        state.withLock { state in state.parties.contains { $0.thread == thread && $0.isWaiting } }
    }

    // MARK: Workers

    private func launch(_ worker: Int) {
        do {
            try threads.run { self.work(as: worker) }
        } catch {
            apply { state in
                state.kill(worker, .exit(1), .failure(error as? MultitaskingError ?? Self.noThread(error)))
                return state.next(after: nil)
            }
        }
    }

    private static func noThread(_ error: any Error) -> MultitaskingError {
        MultitaskingError(.systemError, "a simulated worker has no thread", cause: error)
    }

    /// What a thread does that is a worker, and maybe then another.
    private func work(as first: Int) {
        let thread = CurrentThread.id
        var worker: Int? = first
        while let index = worker {
            let assignment = state.withLock { $0.bind(index, to: thread) }
            switch assignment {
            case .initializer: initialize(index)
            case .call(let body, let call):
                let result = run(body, in: environment(of: index))
                _ = try? self.call { state, _ -> Bool? in
                    state.madeCall(index, call, result)
                    return true
                }
            case .finalizer: finalize(index)
            case .task(let body, let task):
                let result = run(body, in: InMemoryEnvironment(task, simulation: self)) { phase in
                    update { state, _ in state.enter(phase, task: task.number) }
                }
                _ = try? call { state, _ -> Bool? in
                    state.finish(index, result)
                    return true
                }
            }
            worker = release(index, thread)
        }
    }

    private func initialize(_ worker: Int) {
        do {
            if let initializer = setup.initializer { try run(initializer, in: environment(of: worker)).check() }
            _ = try call { state, _ -> Bool? in
                state.initialized(worker)
                return true
            }
        } catch {
            _ = try? call { state, _ -> Bool? in
                state.kill(worker, .exit(93), .initializer(error))
                return true
            }
        }
    }

    private func finalize(_ worker: Int) {
        let result = setup.finalizer.map { run($0, in: environment(of: worker)) } ?? .value(.empty)
        _ = try? call { state, _ -> Bool? in
            state.finalized(worker, result)
            return true
        }
    }

    private func run(
        _ body: any TaskBody, in environment: InMemoryEnvironment, phase: (WorkerFailure.Phase) -> Void = { _ in }
    ) -> TaskResultBytes {
        environment.namingLogs { body.run(in: environment, phase: phase) }
    }

    private func environment(of worker: Int) -> InMemoryEnvironment {
        InMemoryEnvironment(update { state, _ in state.info(worker) }, simulation: self)
    }

    /// What the finalizers have returned or thrown so far.
    func finalizerResults() -> [Result<any Sendable, any Error>] {
        let results = update { state, _ in state.finalized }
        return results.map { result in
            do {
                switch result {
                case .value(let payload):
                    return .success(try decode(payload.bytes) { try setup.decodeFinalized(&$0) })
                case .thrown(let payload, _): return .failure(try decode(payload.bytes) { try $0.decodeError() })
                case .failure(let error): return .failure(error)
                }
            } catch {
                return .failure(error)
            }
        }
    }

    /// Gives up being a worker, and the turn; the worker that the thread is to be next.
    private func release(_ worker: Int, _ thread: UInt) -> Int? {
        let (next, effects) = state.withLock { state -> (SimulationState.Next, SimulationState.Effects) in
            guard state.lostThreads.remove(thread) == nil else { return (.stay, SimulationState.Effects()) }
            state.release(worker)
            let next = state.next(after: nil)
            return (next, state.takeEffects())
        }
        run(effects, thread)
        if case .launch(let worker) = next { return worker }
        resume(next, afterCallbacks: !effects.isEmpty)
        return nil
    }

    // MARK: Time

    var clock: any TaskClock { VirtualClock(simulation: self) }

    func wait(_ limit: WaitLimit, until condition: @escaping @Sendable () -> Bool) -> Bool {
        let isTrue = try? call(limit, for: .other(condition)) { _, _ in condition() ? true : nil }
        return (isTrue ?? nil) ?? false
    }

    var isCallers: Bool {
        let thread = CurrentThread.id
        return state.withLock { state in
            // When it is over, only others can bring anything about.
            guard !state.isOver, state.failure == nil else { return false }
            return state.party(of: thread) != nil && !state.callbackThreads.contains(thread)
        }
    }

    func wait(
        _ limit: WaitLimit, until condition: @escaping @Sendable () -> Bool,
        outside: @escaping @Sendable (OtherTimes) -> Outside,
        register: (@escaping @Sendable () -> Void) -> @Sendable () -> Void
    ) throws -> Bool {
        let forget = register { [weak self] in self?.poke() }
        defer { forget() }
        let elsewhere = WaitsElsewhere(of: CurrentThread.id)
        defer { elsewhere.end() }
        let name = outside { _ in .anotherTime } == .anybody ? "a promise" : "one of several tasks"
        let wait = OpenWait(name: name, isThere: condition) { [weak self] in
            guard let self else { return .nowhere }
            return outside { elsewhere.outside(of: self, in: $0) }
        }
        return try call(limit, for: .open(wait)) { _, _ in condition() ? true : nil } ?? false
    }

    func beginWait(_ limit: WaitLimit, timeIsUp: @escaping @Sendable () -> Void) -> @Sendable (WaitStage) -> Void {
        let (id, party) = update { state, party -> (Int, Int?) in
            // The party that has the parent's thread gives it up now.
            if party == 0 { state.retireParent() }
            let party = party == 0 ? nil : party
            let id = state.newID()
            state.asyncWaits[id] = .some(party)
            if party == nil { state.calledFromOutside() }
            if case .upTo(let duration) = limit {
                state.limitedWaits[id] = timeIsUp
                state.plan(.call(id), at: state.now.addingSaturated(duration.nanoseconds))
            }
            return (id, party)
        }
        if party == nil { poke() }
        return { stage in self.update { state, _ in state.endAsyncWait(id, stage) } }
    }

    // MARK: The end

    /// Ends the pool and waits until its workers are gone.
    func shutdown(_ mode: ShutdownMode) {
        let isEnding = Mutex(false)
        _ = try? call(.forever, for: .poolEnd) { state, party -> Bool? in
            if isEnding.withLock({ exchange(&$0, with: true) }) == false {
                state.note(.shutsDown("\(mode)"), by: party)
                state.beginShutdown(mode)
            }
            return state.holds(.poolEnd) ? true : nil
        }
        if ownsThreads { threads.close() }
    }

    /// Begins to end the pool.
    func beginShutdown(_ mode: ShutdownMode) {
        _ = try? call { state, party -> Bool? in
            state.note(.shutsDown("\(mode)"), by: party)
            state.beginShutdown(mode)
            return true
        }
    }

    /// Waits until the workers are gone, after the end has begun; false if the limit passed first.
    func waitUntilShutDown(_ wait: WaitLimit) -> Bool {
        let hasEnded = try? call(wait, for: .poolEnd) { state, _ -> Bool? in state.holds(.poolEnd) ? true : nil }
        guard (hasEnded ?? nil) != nil else { return false }
        if ownsThreads { threads.close() }
        return true
    }

    /// Whether the calling thread runs a callback of the simulation.
    var isCallingBack: Bool {
        let thread = CurrentThread.id
        return state.withLock { $0.callbackThreads.contains(thread) }
    }

    /// Calls `body` as a callback when the virtual time has passed, unless the workers are gone by then.
    func callUnlessOver(after limit: Duration, _ body: @escaping @Sendable () -> Void) {
        update { state, _ in
            let id = state.newID()
            state.limitedWaits[id] = { [weak self] in
                if self?.isOver == false { body() }
            }
            state.plan(.call(id), at: state.now.addingSaturated(limit.nanoseconds))
        }
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    /// Why nothing went on anymore, if so.
    var failure: MultitaskingError? { state.withLock { $0.failure } }

    /// What happened, in readable form.
    func record() -> SimulationRecord {
        state.withLock { state in
            SimulationRecord(
                trace: state.trace, workers: state.workerCount, deviations: state.decisions.deviations,
                made: state.decisions.made, strikes: state.faults.strikes, steps: state.steps,
                elapsed: .nanoseconds(state.now))
        }
    }
}

/// What happened in a simulation.
struct SimulationRecord: Sendable {
    var trace: Trace
    var workers: Int
    var deviations: [Decisions.Deviation]
    var made: [Decisions.Made]
    var strikes: [FaultSource.Strike]
    var steps: Int
    var elapsed: Duration
}

/// The clock of a simulation.
struct VirtualClock: TaskClock {
    let simulation: Simulator

    /// Reading the clock takes a little time, so that a loop that waits for it ends.
    var now: Duration {
        simulation.update { state, party in
            if party != nil { state.now = state.now.addingSaturated(SimulationState.stepTime) }
            return .nanoseconds(state.now)
        }
    }

    func sleep(for duration: Duration) {
        _ = try? simulation.call(.upTo(duration), for: .time) { _, _ -> Bool? in nil }
    }
}
