public import MultitaskingCore
internal import MultitaskingSerialization
internal import MultitaskingSystem
internal import Synchronization

/// A deterministic simulation of a pool of worker processes, for tests of what runs on one.
///
/// ```swift
/// let pool = try InMemoryPool(.seed(1), options: InMemoryOptions(maxWorkers: 2, faults: .chaotic))
/// let future = try pool.submit(findPrimes, 1..<1_000)
/// print(try future.value())
/// pool.shutdown(.drain)
/// ```
///
/// One party runs at a time: the thread that made the pool, which is the parent, or one of the workers. At
/// each call of a channel, signal, clock, future or the pool, the ``Schedule`` decides which party goes on. Time is
/// virtual: when all parties wait, it jumps to the next time limit. Arguments, results, errors and elements are encoded
/// and decoded as between processes, and so is what functions capture, so that what cannot cross a process fails here
/// too.
///
/// **What is deterministic.** Everything, as long as the pool is used from the thread that made it, and tasks do not
/// depend on other things that change from run to run: the machine's time, random numbers, addresses, the order of a
/// `Set`. Other threads and `async` callers may use the pool as well, but when they come depends on the machine.
///
/// **What is not simulated.** Memory is shared: a global variable that a task changes is changed for all. A task
/// that traps ends the program. A task that reaches no switch point cannot be interrupted, also not by its time-out.
///
/// When all parties wait and no time limit is running, every wait ends with an error of the code `deadlock`, whose
/// message lists what each party waits for.
public final class InMemoryPool: GradualShutdown, HasTimeline {
    let simulation: Simulator
    let options: InMemoryOptions
    private let isShutDown = Mutex(false)

    /// How many workers there are.
    public var maxWorkers: Int { simulation.update { state, _ in state.target } }

    /// The simulation's time.
    public var timeline: any Timeline { simulation }

    /// Makes a pool, whose parent is the calling thread, as long as nothing is awaited on it.
    ///
    /// - Parameters:
    ///   - schedule: which course of events to take.
    ///   - setup: what each worker runs before its first task and after its last; see ``SimulatedSetup``.
    /// - Throws: `invalidArgument`; what encoding the initializer's arguments throws.
    public convenience init(
        _ schedule: Schedule = .seed(0), options: InMemoryOptions = InMemoryOptions(), setup: SimulatedSetup
    ) throws {
        try self.init(schedule, options, parent: .current, threads: nil, setup: setup)
    }

    /// Makes a pool, whose parent is the calling thread.
    ///
    /// - Parameters:
    ///   - schedule: which course of events to take.
    ///   - initializer: what each worker runs before its first task; an error it throws fails the pool after three
    ///     tries.
    /// - Throws: `invalidArgument`.
    public convenience init(
        _ schedule: Schedule = .seed(0), options: InMemoryOptions = InMemoryOptions(),
        initializer: (@Sendable () throws -> Void)? = nil
    ) throws {
        try self.init(schedule, options: options, setup: try SimulatedSetup(calling: initializer))
    }

    /// Makes a pool whose initializer takes arguments, and whose workers may have a finalizer.
    ///
    /// - Parameters:
    ///   - initializer: what each worker runs before its first task, with the arguments: encoded once, decoded in each.
    ///   - arguments: one for each parameter of `initializer`.
    ///   - initializerTimeout: how much virtual time the initializer may take; nil for no limit.
    ///   - finalizer: what each worker runs before it leaves; see ``finalizerResults(as:)``.
    /// - Throws: `invalidArgument`; `encodeFailed`; `capturesState`.
    public convenience init<each Argument: Portable, Output: Portable>(
        _ schedule: Schedule = .seed(0), options: InMemoryOptions = InMemoryOptions(),
        initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
        finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output
    ) throws {
        var setup = SimulatedSetup()
        try setup.initialize(
            by: VoidFunction(initializer), ArgumentList(repeat each arguments), within: initializerTimeout, options)
        try setup.finalize(by: PlainValueFunction(finalizer), options)
        try self.init(schedule, options: options, setup: setup)
    }

    /// Makes a pool whose initializer takes arguments, and whose finalizer, if there is one, returns nothing.
    ///
    /// - Throws: as the other initializers do.
    public convenience init<each Argument: Portable>(
        _ schedule: Schedule = .seed(0), options: InMemoryOptions = InMemoryOptions(),
        initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
        finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = noFinalizer
    ) throws {
        var setup = SimulatedSetup()
        try setup.initialize(
            by: VoidFunction(initializer), ArgumentList(repeat each arguments), within: initializerTimeout, options)
        try setup.finalize(by: PlainFunction(finalizer), options)
        try self.init(schedule, options: options, setup: setup)
    }

    /// - Parameters:
    ///   - parent: the thread that is the parent, until its task awaits something; nil for callers that are on no
    ///     thread in particular.
    ///   - threads: threads to use; nil for threads of its own.
    init(
        _ schedule: Schedule, _ options: InMemoryOptions, parent: Caller?, threads: ThreadCache?,
        setup workers: SimulatedSetup
    ) throws {
        try options.validate()
        self.options = options
        let setup = SimulationSetup(
            workers: options.maxWorkers, capacity: max(options.maxWorkers, Self.leastCapacity),
            hasInitializer: workers.initializer != nil, initializerTimeout: workers.initializerTimeout,
            hasFinalizer: workers.finalizer != nil, taskLimit: options.taskLimit, stepLimit: options.stepLimit,
            decisions: schedule.decisions, faults: schedule.faults(of: options.faults),
            parent: parent)
        simulation = Simulator(setup, threads: threads, workers: workers)
    }

    deinit {
        if !isShutDown.withLock({ $0 }) { simulation.shutdown(.drain) }
    }

    /// Queues a call; see `Executor.submit(_:options:)`.
    public func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions = .default
    ) throws -> Future<Function.Output> {
        try options.validate(for: [.timeout, .queueTimeout, .crashRetries, .errorRetries, .priorities, .seeds])
        let body = try CodedTask(call, captures: self.options.captures, shares: simulation.shares)
        let companion = KeptForTask(Function.companion(of: call.arguments), body.takeHeld())
        let record = TaskRecord(body: body, options: options, companion: companion)
        let task: Int? = try simulation.call(options.waitForRoom, for: .taskRoom) { (state, party) throws -> Int? in
            if let refusal = state.refusal { throw refusal }
            guard state.hasTaskRoom else { return nil }
            return state.submit(record, by: party)
        }
        guard let task else {
            throw MultitaskingError(
                .arenaLimitReached,
                "the pool holds as many unfinished tasks as its taskLimit allows; wait for some first")
        }
        return Future(InMemoryFuture<Function>(simulation: simulation, task: task))
    }

    /// Makes a channel that all workers can use.
    /// - Throws: `invalidArgument`; `shutDown`.
    public func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        try options.validate()
        try checkUsable()
        return InMemoryChannel(options, simulation: simulation)
    }

    /// Makes a cancel signal that all workers can use.
    /// - Throws: `shutDown`.
    public func makeCancelSignal() throws -> any CancelSignal {
        try checkUsable()
        return InMemoryCancelSignal(simulation: simulation)
    }

    func checkUsable() throws {
        if let refusal = simulation.update({ state, _ in state.refusal }) { throw refusal }
    }

    /// Ends the pool and blocks until its workers and their threads are gone.
    ///
    /// With `.kill`, running tasks end with `workerCrashed`. If tasks that run never end, this ends with them, as a
    /// deadlock.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func shutdown(_ mode: ShutdownMode = .drain) {
        Dependents.settle(of: self, mode)
        simulation.shutdown(mode)
        isShutDown.withLock { $0 = true }
    }

    /// A simulated worker can be killed where it calls the pool.
    public var endsRunningTasks: Bool { true }

    /// Refuses further tasks and returns at once; the workers end when their tasks have, or are killed.
    public func beginShutdown(_ mode: ShutdownMode = .drain) { simulation.beginShutdown(mode) }

    /// Blocks until the workers and their threads are gone, after the pool was told to end; false if the limit, in
    /// virtual time, passed first.
    @available(*, noasync, message: "this blocks the thread")
    public func waitUntilShutDown(_ wait: WaitLimit) -> Bool {
        guard simulation.waitUntilShutDown(wait) else { return false }
        isShutDown.withLock { $0 = true }
        return true
    }

    /// Why the simulation could not go on, if so: an error of the code `deadlock`.
    public var failure: MultitaskingError? { simulation.failure }

    /// What has happened so far, one line a step: virtual milliseconds, who, what.
    public var trace: [String] {
        let record = simulation.record()
        return record.trace.lines(workers: record.workers)
    }

    /// A short string that makes this run again: its decisions and its faults so far.
    public var replay: String {
        let record = simulation.record()
        return Replay(deviations: record.deviations, strikes: record.strikes).string
    }

    /// How much virtual time has passed.
    public var elapsed: Duration { simulation.record().elapsed }
}

/// What the parent keeps until a task has ended.
private struct KeptForTask: Sendable {
    let companion: (any Sendable)?
    let shared: [any SharedObject]

    init(_ companion: (any Sendable)?, _ shared: [any SharedObject]) {
        self.companion = companion
        self.shared = shared
    }
}
