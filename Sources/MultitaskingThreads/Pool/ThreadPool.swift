public import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// A pool of threads that run functions in parallel, in the memory of this process.
///
/// ```swift
/// let pool = try ThreadPool(maxWorkers: 4)
/// let future = try pool.submit(index, document)   // nothing is copied
/// print(try future.value())
/// pool.shutdown(.drain)
/// ```
///
/// Use it where tasks share data, are short, or move values that are not `Codable`: nothing is copied or encoded, and a
/// task costs well under a microsecond. Use processes where a task may crash or must be killed: a task that traps here
/// ends the program.
///
/// Its initializers start all workers, which sleep while there is nothing to do. Tasks start in the order of
/// submission. A task may submit others, but one that *waits* for another occupies its worker meanwhile: if every
/// worker waits, none is left to do the work.
///
/// A pool that is dropped without `shutdown(_:)` runs what was submitted; then its threads end. So does one that is
/// open when the program ends by `exit` or by returning from `main`: the program ends after it, see the parameter
/// `atExit`.
public final class ThreadPool: InProcessExecutor, GradualShutdown, SharingExecutor {
    let storage: PoolStorage
    let owner: PoolOwner
    let lifecycle: Lock<PoolLifecycle>
    let namePrefix: String
    private let gone = Gate()

    /// More than any system starts, and few enough to be counted in 20 bits.
    static var mostWorkers: Int { 1_000_000 }

    /// How many threads the pool has, or is about to have; see ``resize(to:)``.
    public var maxWorkers: Int { storage.wantedWorkers }

    /// Starts the threads of a pool.
    ///
    /// - Parameters:
    ///   - maxWorkers: how many threads, at least 1, at most a million, and at most as many as the system allows; nil
    ///     for four more than this process may use cores, but no more than 32: threads are for work that waits, and
    ///     tasks that wait for each other must meet. Of those it is as many as the system starts; a number that is
    ///     given is kept, or the pool is refused. Each thread has a stack as large as the main thread's may become
    ///     (`ulimit -s`).
    ///   - threadNamePrefix: threads are called by it, a hyphen and their number from 0. Linux keeps 15 bytes of a
    ///     name, so the prefix is cut where the number needs the place. Empty: threads keep the process's name.
    ///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit but memory. What `submit`
    ///     does at the limit is said by `TaskOptions.waitForRoom`: a task that submits to its own full pool should not
    ///     wait without end.
    ///   - atExit: what happens when the program ends while the pool is open. `.drain` runs what was submitted, for as
    ///     long as it goes on: tasks that all wait, without a limit, for what nobody can do any more are given up after
    ///     a second. `.cancelQueued` runs what has started. `.kill` waits for nothing. What is cut off is logged.
    ///     Ctrl-C, `_exit` and `abort` end the program at once.
    ///   - initializer: run first in every thread. If it throws in any of them, no further task of the pool runs: each
    ///     ends with an error of the code `initializerFailed`, whose cause is the first thrown error. A thread cannot
    ///     be ended, so there is no time limit for it.
    ///   - finalizer: run last in every thread that has run the initializer; see ``finalizerResults(as:)``.
    /// - Throws: `invalidArgument` if a number is out of range; `systemError` if the system refuses to start a thread:
    ///   those already started have then ended. Not thrown: what `initializer` throws.
    public convenience init<Output: Sendable>(
        maxWorkers: Int? = nil, threadNamePrefix: String = "", queueLimit: Int? = nil, atExit: ShutdownMode = .drain,
        initializer: @escaping @Sendable () throws -> Void = {},
        finalizer: @escaping @Sendable () throws -> Output = {}
    ) throws {
        try self.init(
            maxWorkers, threadNamePrefix, queueLimit, atExit,
            WorkerSetup(initializer: initializer, finalizer: { try finalizer() }))
    }

    /// Starts the threads of a pool whose initializer takes arguments:
    /// `ThreadPool(maxWorkers: 4, initializer: connect, "db://…")`.
    ///
    /// - Parameters:
    ///   - initializer: run first in every thread, with the arguments.
    ///   - argument: the first argument.
    ///   - arguments: the others, one for each further parameter of `initializer`.
    /// - Throws: as the other initializer does.
    public convenience init<First: Sendable, each Argument: Sendable, Output: Sendable>(
        maxWorkers: Int? = nil, threadNamePrefix: String = "", queueLimit: Int? = nil, atExit: ShutdownMode = .drain,
        initializer: @escaping @Sendable (First, repeat each Argument) throws -> Void, _ argument: First,
        _ arguments: repeat each Argument, finalizer: @escaping @Sendable () throws -> Output = {}
    ) throws {
        try self.init(
            maxWorkers: maxWorkers, threadNamePrefix: threadNamePrefix, queueLimit: queueLimit, atExit: atExit,
            initializer: { try initializer(argument, repeat each arguments) }, finalizer: finalizer)
    }

    private init(
        _ maxWorkers: Int?, _ threadNamePrefix: String, _ queueLimit: Int?, _ atExit: ShutdownMode,
        _ setup: WorkerSetup
    ) throws {
        let count = maxWorkers ?? UsableResources.current.threadsForWaiting
        try Self.requirePositive(count, "maxWorkers")
        try Self.requirePossible(count)
        if let queueLimit { try Self.requirePositive(queueLimit, "queueLimit") }
        let storage = PoolStorage(
            maxWorkers: count, queueLimit: queueLimit, atExit: atExit, setup: setup)
        let workers = try Self.startWorkers(
            count, atLeast: maxWorkers == nil ? 1 : count, prefix: threadNamePrefix, storage)
        namePrefix = threadNamePrefix
        self.storage = storage
        owner = storage.registry.owner
        lifecycle = Lock(PoolLifecycle(workers: workers))
        ExitDrain.add(storage)
    }

    deinit {
        // The last reference may be dropped by one of the workers, which cannot wait for itself.
        storage.close(cancellingQueued: false)
        for worker in lifecycle.withLock({ $0.abandon() }) { worker.detach() }
    }

    /// Queues a call; see the overloads for the usual spellings.
    ///
    /// - Throws: `shutDown` after `shutdown(_:)`, and in a process that was forked from the pool's; `timedOut` if the
    ///   pool has a limit and no room became free in time. Not thrown: what the function throws; that is the future's
    ///   outcome, as it was thrown.
    /// - Complexity: constant; one allocation if arguments and result are small, and no system call unless a sleeping
    ///   worker must be woken.
    @inlinable
    public func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions = .default
    ) throws -> Future<Function.Output> {
        try enqueue(call, options)
    }

    /// Queues a closure that is given the pool's environment.
    ///
    /// - Throws: as ``submit(_:options:)`` does.
    @inlinable
    public func submit<Value: Sendable>(
        options: TaskOptions = .default, running body: @escaping @Sendable (any TaskEnvironment) throws -> Value
    ) throws -> Future<Value> {
        try enqueue(EnvironmentCall(body), options)
    }

    /// Makes a channel for this pool's tasks and their parent.
    ///
    /// A task's thread does not die alone, so there is never anything to redeliver.
    /// - Throws: `invalidArgument` for a bound below 1, and for a bound in bytes: elements are not encoded here.
    public func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        try owner.check()
        try options.validate()
        guard options.byteCapacity == nil else {
            throw MultitaskingError(
                .invalidArgument,
                "a thread pool's channels do not count bytes; leave byteCapacity out, and give a capacity")
        }
        let channel = ThreadChannel(options, registry: storage.registry)
        storage.registry.add(channel)
        return channel
    }

    /// Makes a cancel signal for this pool's tasks and their parent.
    public func makeCancelSignal() -> any CancelSignal {
        let signal = ThreadCancelSignal(registry: storage.registry)
        storage.registry.add(signal)
        return signal
    }

    /// Shares an array: tasks use the array itself.
    ///
    /// - Throws: `shutDown`.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try checkOpen()
        return SharedArray(SharedArrayBox(array))
    }

    /// Shares a value: tasks use the value itself.
    ///
    /// - Throws: `shutDown`.
    @_disfavoredOverload
    public func share<Value: Portable>(_ value: Value) throws -> Shared<Value> {
        try checkOpen()
        return Shared(SharedValueBox(value))
    }

    private func checkOpen() throws {
        try owner.check()
        if storage.isClosed { throw Self.shutDownError }
    }

    /// Ends the pool and blocks until its threads are gone. Later and concurrent calls return when they are.
    ///
    /// From inside one of the pool's own tasks, and from a `Task` made there, it returns at once and the pool ends when
    /// its tasks have: waiting would wait for the caller.
    ///
    /// - Parameter mode: `.drain` runs what was submitted. `.cancelQueued` cancels what has not started and waits for
    ///   what has. Threads cannot be killed, so `.kill` asks what has started to end, and waits for it as well. A later
    ///   call may be stricter than an earlier one.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func shutdown(_ mode: ShutdownMode = .drain) { end(mode) }

    /// Ends the pool and suspends until its threads are gone; otherwise as the blocking call.
    ///
    /// Cancelling the awaiting task does not shorten the wait.
    public func shutdown(_ mode: ShutdownMode = .drain) async {
        if PoolIdentity.current === storage.identity { return end(mode) }
        await withCheckedContinuation { continuation in
            let end: @Sendable () -> Void = {
                self.end(mode)
                continuation.resume()
            }
            do {
                try SystemThread(name: "shutdown", end).detach()
            } catch {
                // Without another thread it has to be this one.
                end()
            }
        }
    }

    /// A running thread cannot be ended.
    public var endsRunningTasks: Bool { false }

    /// Refuses further tasks and returns at once; the threads end when their tasks have.
    ///
    /// - Parameter mode: `.kill` asks the tasks that run to end: their contexts read as cancelled.
    public func beginShutdown(_ mode: ShutdownMode = .drain) {
        // The threads of a parent process do not listen here.
        guard owner.isThisProcess else { return }
        if mode == .kill { storage.identity.requestEnd() }
        storage.close(cancellingQueued: mode != .drain)
    }

    /// Blocks until the threads are gone, after the pool was told to end; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread")
    public func waitUntilShutDown(_ wait: WaitLimit) -> Bool {
        guard owner.isThisProcess else { return true }
        guard PoolIdentity.current !== storage.identity, storage.waitUntilEmpty(wait.deadline) else { return false }
        end(.drain)
        return true
    }

    private func end(_ mode: ShutdownMode) {
        // The threads of a parent process are not to be waited for here.
        guard owner.isThisProcess else { return }
        if PoolIdentity.current !== storage.identity || mode != .drain { Dependents.settle(of: self, mode) }
        beginShutdown(mode)
        let isInside = PoolIdentity.current === storage.identity
        switch lifecycle.withLock({ $0.shutDown(fromInside: isInside) }) {
        case .leave: return
        case .awaitOther: _ = gone.wait(until: nil)
        case .join(let workers):
            for worker in workers { worker.join() }
            gone.open()
        }
    }

    /// Inlined where the type of the result is known.
    @inlinable
    func enqueue<Call: TaskCall>(_ call: Call, _ options: TaskOptions) throws -> Future<Call.Value> {
        let task = ThreadTask(call)
        if options.asksForMoreThanRoom {
            try enqueue(task, asking: options)
        } else {
            try enqueue(task, options.waitForRoom)
        }
        return Future(task)
    }

    @usableFromInline
    func enqueue(_ task: PendingTask, _ waitForRoom: WaitLimit) throws {
        try owner.check()
        if let permits = storage.permits { try takePermit(permits, waitForRoom) }
        let submission = storage.submission
        if storage.permits != nil || submission != nil {
            task.prepare(storage.permits, seed: nil, name: nil, submission)
        }
        guard storage.submit(task) else { throw Self.shutDownError }
    }

    @usableFromInline @inline(never)
    func enqueue(_ task: PendingTask, asking options: TaskOptions) throws {
        try refuse(options)
        try owner.check()
        if let permits = storage.permits { try takePermit(permits, options.waitForRoom) }
        task.prepare(storage.permits, seed: options.seed, name: options.name, storage.submission)
        guard storage.submit(task, options.priority) else { throw Self.shutDownError }
    }

    func refuse(_ options: TaskOptions) throws {
        // A thread pool runs each task once, cannot end it, and does not know what it prints.
        try options.validate(for: [.priorities, .seeds])
    }

    private func takePermit(_ permits: QueuePermits, _ wait: WaitLimit) throws {
        if permits.take(wait) { return }
        if storage.isClosed { throw Self.shutDownError }
        throw MultitaskingError(
            .timedOut,
            "the pool's queue was full until the limit, \(wait); wait longer, or raise the pool's queueLimit")
    }

    static var shutDownError: MultitaskingError {
        MultitaskingError(.shutDown, "the pool was shut down and takes no more tasks; make another one")
    }

    static func requirePositive(_ number: Int, _ name: String) throws {
        guard number < 1 else { return }
        throw MultitaskingError(.invalidArgument, "\(name) is \(number) and must be at least 1")
    }

    /// Starts all threads. If the system refuses one, it makes do with those that were started, or ends them and throws
    /// if they are too few.
    /// Refuses more threads than there can be, rather than starting all that the system has room for.
    private static func requirePossible(_ count: Int) throws {
        guard count <= mostWorkers else {
            throw MultitaskingError(.invalidArgument, "maxWorkers is \(count) and must be at most \(mostWorkers)")
        }
        guard count > 1000, let limit = UsableResources.current.threadLimit, count > limit.number else { return }
        throw MultitaskingError(
            .invalidArgument,
            "maxWorkers is \(count), and there may be at most \(limit.number) threads because of \(limit.source); give "
                + "fewer, or raise it")
    }

    private static func startWorkers(
        _ count: Int, atLeast least: Int, prefix: String, _ storage: PoolStorage
    ) throws -> [Worker] {
        var workers: [Worker] = []
        do throws(Refusal) {
            // All of them first, so that none finds itself one too many.
            storage.roster.withLock { roster in
                _ = roster.resize(to: count)
                storage.rosterChanged(roster)
            }
            for number in 0..<count { workers.append(try startWorker(number, prefix, storage)) }
        } catch {
            if workers.count >= least {
                storage.roster.withLock { roster in
                    _ = roster.resize(to: workers.count)
                    storage.rosterChanged(roster)
                }
                return workers
            }
            storage.close(cancellingQueued: true)
            for worker in workers { worker.join() }
            throw Self.refused(error)
        }
        return workers
    }

    static func refused(_ refusal: Refusal) -> MultitaskingError {
        refusal.error("start a thread", or: "use fewer workers (maxWorkers)")
    }

    /// Starts the thread of a worker that is missing.
    static func startWorker(_ number: Int, _ prefix: String, _ storage: PoolStorage) throws(Refusal) -> Worker {
        // Made here: before the thread has begun, the stacks of others may have taken all memory that is left.
        _ = storage.tally(number)
        storage.addWorker()
        storage.roster.withLock { $0.add(number) }
        do {
            return try Worker(name: threadName(prefix: prefix, number: number)) { storage.work(number) }
        } catch {
            storage.roster.withLock { $0.cancel(number) }
            storage.removeWorker()
            throw error
        }
    }

    private static func threadName(prefix: String, number: Int) -> String {
        guard !prefix.isEmpty else { return "" }
        let suffix = "-\(number)"
        var name = prefix
        while name.utf8.count + suffix.utf8.count > SystemThread.longestName, !name.isEmpty { name.removeLast() }
        return name + suffix
    }
}

extension ThreadPool: CustomStringConvertible {
    /// What it is, and how many workers it has at most.
    public var description: String { "ThreadPool(\(maxWorkers) workers)" }
}
