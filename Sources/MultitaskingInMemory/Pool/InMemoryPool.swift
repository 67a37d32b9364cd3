public import MultitaskingCore
internal import MultitaskingSerialization
internal import MultitaskingSystem
internal import Synchronization

/// A deterministic simulation of a process pool, for testing code that runs on one.
///
/// ```swift
/// let pool = try InMemoryPool(.seed(1), options: InMemoryOptions(maxWorkers: 2, faults: .chaotic))
/// let future = try pool.submit(findPrimes, 1..<1_000)
/// print(try future.value())
/// pool.shutdown(.drain)
/// ```
///
/// One party runs at a time: the thread that created the pool, which is the parent, or one of the workers. At each call
/// of a channel, signal, clock, future, or the pool, the ``Schedule`` decides which party continues. Time is virtual:
/// when all parties wait, it jumps to the next time limit. Arguments, results, errors, elements, and captured values
/// are encoded and decoded as between processes, so values that can't be sent to a process fail here, too.
///
/// **What is deterministic.** Everything, as long as only the thread that created the pool uses it, and tasks don't
/// depend on anything else that varies between runs: the machine's time, random numbers, addresses, or the order of a
/// `Set`. Other threads and `async` callers can use the pool, but the timing of their calls depends on the machine.
///
/// **What isn't simulated.** Memory is shared: if a task changes a global variable, the change is visible to all. A
/// task that traps ends the program. A task that reaches no switch point can't be interrupted, not even by its timeout.
///
/// If all parties wait and no time limit is running, every wait ends with the code `deadlock`, and the message lists
/// what each party waits for.
public final class InMemoryPool: GradualShutdown, HasTimeline {
    let simulation: Simulator
    let options: InMemoryOptions
    private let isShutDown = Mutex(false)

    /// The number of workers.
    public var maxWorkers: Int { simulation.update { state, _ in state.target } }

    /// The simulation's timeline.
    public var timeline: any Timeline { simulation }

    /// Creates a pool whose parent is the calling thread, as long as no asynchronous call is awaited on it.
    ///
    /// - Parameters:
    ///   - schedule: the schedule of the simulation.
    ///   - setup: the functions that each worker runs before its first and after its last task; see ``SimulatedSetup``.
    /// - Throws: `invalidArgument`; whatever encoding the initializer's arguments throws.
    public convenience init(
        _ schedule: Schedule = .seed(0), options: InMemoryOptions = InMemoryOptions(), setup: SimulatedSetup
    ) throws {
        try self.init(schedule, options, parent: .current, threads: nil, setup: setup)
    }

    /// Creates a pool whose parent is the calling thread.
    ///
    /// - Parameters:
    ///   - schedule: the schedule of the simulation.
    ///   - initializer: a function that each worker runs before its first task. If it throws three times in a row, the
    ///     pool fails.
    /// - Throws: `invalidArgument`.
    public convenience init(
        _ schedule: Schedule = .seed(0), options: InMemoryOptions = InMemoryOptions(),
        initializer: (@Sendable () throws -> Void)? = nil
    ) throws {
        try self.init(schedule, options: options, setup: try SimulatedSetup(calling: initializer))
    }

    /// Creates a pool whose initializer takes arguments, and whose workers may have a finalizer.
    ///
    /// - Parameters:
    ///   - initializer: a function that each worker runs before its first task, with the arguments.
    ///   - arguments: one argument for each parameter of `initializer`; encoded once, and decoded in each worker.
    ///   - initializerTimeout: the virtual time that the initializer may take; nil for no limit.
    ///   - finalizer: a function that each worker runs before it exits; see ``finalizerResults(as:)``.
    /// - Throws: `invalidArgument`; `encodeFailed`; `capturesState`.
    public convenience init<each Argument: Portable, Output: Portable>(
        _ schedule: Schedule = .seed(0), options: InMemoryOptions = InMemoryOptions(),
        initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
        finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output
    ) throws {
        let setup = try SimulatedSetup(
            calling: initializer, repeat each arguments, within: initializerTimeout,
            finalizer: PlainValueFunction(finalizer),
            options)
        try self.init(schedule, options: options, setup: setup)
    }

    /// Creates a pool whose initializer takes arguments, and whose finalizer, if any, returns nothing.
    ///
    /// - Throws: whatever the other initializers throw.
    public convenience init<each Argument: Portable>(
        _ schedule: Schedule = .seed(0), options: InMemoryOptions = InMemoryOptions(),
        initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument, initializerTimeout: Duration? = nil,
        finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noFinalizer
    ) throws {
        let setup = try SimulatedSetup(
            calling: initializer, repeat each arguments, within: initializerTimeout,
            finalizer: PlainFunction(finalizer),
            options)
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
        try validate(options)
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
                .timedOut,
                "the pool holds as many unfinished tasks as its taskLimit allows, and none has ended in time: wait "
                    + "longer (`waitForRoom`), or raise the limit")
        }
        return Future(InMemoryFuture<Function>(simulation: simulation, task: task))
    }

    /// Creates a channel for all workers.
    /// - Throws: `invalidArgument`; `shutDown`.
    public func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        try options.validate()
        try checkUsable()
        return InMemoryChannel(options, simulation: simulation)
    }

    /// Creates a cancel signal for all workers.
    /// - Throws: `shutDown`.
    public func makeCancelSignal() throws -> any CancelSignal {
        try checkUsable()
        return InMemoryCancelSignal(simulation: simulation)
    }

    /// Shuts down the pool and blocks until its workers and their threads are gone.
    ///
    /// With `.kill`, running tasks end with `workerCrashed`. If running tasks never end, this ends them as a deadlock.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func shutdown(_ mode: ShutdownMode = .drain) {
        Dependents.settle(of: self, mode)
        simulation.shutdown(mode)
        isShutDown.withLock { $0 = true }
    }

    /// Always true: a simulated worker can be killed when it calls the pool.
    public var endsRunningTasks: Bool { true }

    /// Refuses further tasks and returns immediately. Depending on the mode, the workers end with their tasks or are
    /// killed.
    public func beginShutdown(_ mode: ShutdownMode = .drain) {
        if mode != .drain { Dependents.settle(of: self, mode) }
        simulation.beginShutdown(mode)
    }

    /// Blocks until the workers and threads of a pool that is shutting down are gone; false if the limit, in virtual
    /// time, passes first.
    @available(*, noasync, message: "this blocks the thread")
    public func waitUntilShutDown(_ wait: WaitLimit) -> Bool {
        guard simulation.waitUntilShutDown(wait) else { return false }
        isShutDown.withLock { $0 = true }
        return true
    }

    /// The reason why the simulation could not continue, if any: an error with the code `deadlock`.
    public var failure: MultitaskingError? { simulation.failure }

    /// The steps so far, one per line: the virtual time in milliseconds, the party, and the event.
    public var trace: [String] {
        let record = simulation.record()
        return record.trace.lines(workers: record.workers)
    }

    /// A short string that reproduces this run: its decisions and faults so far.
    public var replay: String {
        let record = simulation.record()
        return Replay(deviations: record.deviations, strikes: record.strikes).string
    }

    /// The virtual time that has passed.
    public var elapsed: Duration { simulation.record().elapsed }
}

extension InMemoryPool: KnowsItsOwnTasks {
    /// Only in a callback. A task waits in virtual time, and is killed as one in a process is.
    package var isInside: Bool { simulation.isCallingBack }

    /// No other thread may wait for it, because that would not be deterministic.
    package func callUnlessOver(after limit: Duration, _ body: @escaping @Sendable () -> Void) {
        simulation.callUnlessOver(after: limit, body)
    }
}

extension InMemoryPool: ChecksSubmissions {
    package func validate(_ options: TaskOptions) throws {
        try options.validate(for: [.timeout, .queueTimeout, .crashRetries, .errorRetries, .priorities, .seeds])
    }

    package func checkUsable() throws {
        if let refusal = simulation.update({ state, _ in state.refusal }) { throw refusal }
    }
}

extension InMemoryPool: TellsOfRoom {
    package func whenRoom(_ limit: WaitLimit, _ body: @escaping @Sendable () -> Void) {
        _ = simulation.watch(.taskRoom, within: limit, body)
    }
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

extension InMemoryPool: CustomStringConvertible {
    /// The type and the number of workers.
    public var description: String { "InMemoryPool(\(maxWorkers) workers)" }
}
