public import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// A pool of threads that runs functions in parallel within this process.
///
/// ```swift
/// let pool = try ThreadPool(maxWorkers: 4)
/// let future = try pool.submit(index, document)   // nothing is copied
/// print(try future.value())
/// pool.shutdown(.drain)
/// ```
///
/// Use threads if tasks share data, are short, or pass values that aren't `Codable`: nothing is copied or encoded, and
/// a task costs well under a microsecond. Use processes if a task might crash or has to be killed: a task that traps in
/// a thread ends the program.
///
/// The initializers start all workers, which sleep while there is nothing to do. Tasks start in the order of
/// submission. A task may submit other tasks, but a task that *waits* for another occupies its worker meanwhile: if
/// every worker waits, none is left to do the work.
///
/// If you release a pool without calling `shutdown(_:)`, it finishes the submitted tasks before its threads end. The
/// same happens if the program ends, by calling `exit` or returning from `main`, while the pool is open; see the
/// parameter `atExit`.
public final class ThreadPool: InProcessExecutor, GradualShutdown, SharingExecutor {
    let storage: PoolStorage
    let owner: PoolOwner
    let lifecycle: Lock<PoolLifecycle>
    let namePrefix: String
    private let gone = Gate()

    /// More than any system starts, and few enough to be counted in 20 bits.
    static var mostWorkers: Int { 1_000_000 }

    /// The number of threads that the pool has or is about to have; see ``resize(to:)``.
    public var maxWorkers: Int { storage.wantedWorkers }

    /// Creates a pool and starts its threads.
    ///
    /// - Parameters:
    ///   - maxWorkers: the number of threads, from 1 to a million, within the limits of the system; nil for four more
    ///     than the number of cores that this process may use, but at most 32. The default accounts for tasks that
    ///     block or wait for each other; if the system starts fewer threads, the pool uses those. If you pass a number
    ///     and the system refuses it, the initializer throws. Each thread has a stack as large as the main thread's may
    ///     become (`ulimit -s`).
    ///   - threadNamePrefix: the prefix of the threads' names, followed by a hyphen and the worker's index. Linux keeps
    ///     15 bytes of a name, so the prefix is truncated if necessary. If empty, threads keep the process's name.
    ///   - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit except memory.
    ///     `TaskOptions.waitForRoom` determines what `submit` does at the limit: a task that submits to its own full
    ///     pool should not wait indefinitely.
    ///   - atExit: what happens if the program ends while the pool is open. `.drain` finishes all submitted tasks; if
    ///     every task waits without a limit for something that can no longer happen, they are abandoned after a second.
    ///     `.cancelQueued` finishes running tasks, and `.kill` doesn't wait. Interrupted work is logged. Ctrl-C,
    ///     `_exit` and `abort` end the program immediately.
    ///   - initializer: a function that each thread runs first. If it throws in any thread, the pool runs no further
    ///     tasks: each fails with the code `initializerFailed` and the first thrown error as the cause. Because a
    ///     thread can't be ended, there is no time limit.
    ///   - finalizer: a function that each thread that ran the initializer runs last; see ``finalizerResults(as:)``.
    /// - Throws: `invalidArgument` if a number is out of range; `systemError` if the system refuses to start a thread,
    ///   after ending those already started. Errors of `initializer` aren't thrown.
    public convenience init<Output: Sendable>(
        maxWorkers: Int? = nil, threadNamePrefix: String = "", queueLimit: Int? = nil, atExit: ShutdownMode = .drain,
        initializer: @escaping @Sendable () throws -> Void = {},
        finalizer: @escaping @Sendable () throws -> Output = {}
    ) throws {
        try self.init(
            maxWorkers, threadNamePrefix, queueLimit, atExit,
            WorkerSetup(initializer: initializer, finalizer: { try finalizer() }))
    }

    /// Creates a pool whose initializer takes arguments: `ThreadPool(maxWorkers: 4, initializer: connect, "db://…")`.
    ///
    /// - Parameters:
    ///   - initializer: a function that each thread runs first, with the arguments.
    ///   - argument: the first argument.
    ///   - arguments: the other arguments, one for each further parameter of `initializer`.
    /// - Throws: whatever the other initializer throws.
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

    /// Queues a call; the overloads offer more convenient forms.
    ///
    /// - Throws: `shutDown` after `shutdown(_:)`, and in a process that was forked from the pool's process; `timedOut`
    ///   if the pool has a queue limit and no room becomes free in time. Errors of the function itself are in the
    ///   future, unchanged.
    /// - Complexity: O(1); one allocation if arguments and result are small, and no system call unless a sleeping
    ///   worker must be woken.
    @inlinable
    public func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions = .default
    ) throws -> Future<Function.Output> {
        try enqueue(call, options)
    }

    /// Queues a closure that receives the task's environment.
    ///
    /// - Throws: whatever ``submit(_:options:)`` throws.
    @inlinable
    public func submit<Value: Sendable>(
        options: TaskOptions = .default, running body: @escaping @Sendable (any TaskEnvironment) throws -> Value
    ) throws -> Future<Value> {
        try enqueue(EnvironmentCall(body), options)
    }

    /// Creates a channel for this pool's tasks and their parent.
    ///
    /// Because a thread can't die alone, the channel never needs to redeliver an element. When the pool's last thread
    /// has ended, the channel is closed: blocked callers wake, and the elements that are left can still be received.
    /// - Throws: `invalidArgument` for a capacity below 0, and for a byte capacity, because elements aren't encoded;
    ///   `shutDown`.
    public func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        try checkUsable()
        try options.validate()
        guard options.byteCapacity == nil else {
            throw MultitaskingError(
                .invalidArgument,
                "a thread pool's channels do not count bytes; leave byteCapacity out, and give a capacity")
        }
        let channel = ThreadChannel(options, registry: storage.registry)
        guard storage.registry.add(channel) else { throw Self.shutDownError }
        return channel
    }

    /// Creates a cancel signal for this pool's tasks and their parent.
    public func makeCancelSignal() -> any CancelSignal {
        let signal = ThreadCancelSignal(registry: storage.registry)
        storage.registry.add(signal)
        return signal
    }

    /// Shares an array; tasks use the array itself.
    ///
    /// - Throws: `shutDown`.
    public func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        try checkUsable()
        return SharedArray(SharedArrayBox(array))
    }

    /// Shares a value; tasks use the value itself.
    ///
    /// - Throws: `shutDown`.
    @_disfavoredOverload
    public func share<Value: Portable>(_ value: Value) throws -> Shared<Value> {
        try checkUsable()
        return Shared(SharedValueBox(value))
    }

    /// Shuts down the pool and blocks until its threads are gone. Later and concurrent calls wait for that, too.
    ///
    /// In one of the pool's own tasks, and in a Swift task created there, this returns immediately, because the task
    /// would otherwise wait for itself; the pool ends when its tasks have.
    ///
    /// - Parameter mode: `.drain` finishes all submitted tasks. `.cancelQueued` cancels tasks that haven't started and
    ///   waits for running ones. Threads can't be killed, so `.kill` asks running tasks to stop, and also waits for
    ///   them. A later call may use a stricter mode.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func shutdown(_ mode: ShutdownMode = .drain) { end(mode) }

    /// Shuts down the pool and suspends until its threads are gone.
    ///
    /// Cancelling the awaiting task doesn't shorten the wait.
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

    /// Always false: a running thread can't be ended.
    public var endsRunningTasks: Bool { false }

    /// Refuses further tasks and returns immediately. The threads end when their tasks have.
    ///
    /// - Parameter mode: `.kill` asks running tasks to stop: their contexts read as cancelled.
    public func beginShutdown(_ mode: ShutdownMode = .drain) {
        // The threads of a parent process do not listen here.
        guard owner.isThisProcess else { return }
        if mode != .drain { Dependents.settle(of: self, mode) }
        if mode == .kill { storage.identity.requestEnd() }
        storage.close(cancellingQueued: mode != .drain)
    }

    /// Blocks until the threads of a pool that is shutting down are gone; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread")
    public func waitUntilShutDown(_ wait: WaitLimit) -> Bool {
        guard owner.isThisProcess else { return true }
        guard PoolIdentity.current !== storage.identity, storage.waitUntilEmpty(wait.deadline) else { return false }
        // Calls that wait for others cannot be submitted anymore, so there is nothing to settle.
        joinThreads()
        return true
    }

    private func end(_ mode: ShutdownMode) {
        // The threads of a parent process are not to be waited for here.
        guard owner.isThisProcess else { return }
        // A task of the pool would wait for what can't run before it has ended.
        if mode == .drain, PoolIdentity.current !== storage.identity { DependentsWatch.settle(of: self, mode) }
        beginShutdown(mode)
        joinThreads()
    }

    private func joinThreads() {
        let isInside = PoolIdentity.current === storage.identity
        switch lifecycle.withLock({ $0.shutDown(fromInside: isInside) }) {
        case .leave: return
        case .awaitOther: _ = gone.wait(until: nil)
        case .join(let workers):
            ShutdownWatch(storage).wait { storage.waitUntilEmpty($0.map { .now + $0 }) }
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
            try enqueue(task, waitingForRoom: options)
        }
        return Future(task)
    }

    /// The options ask for nothing else. How long to wait is read only if somebody may have to.
    @usableFromInline
    func enqueue(_ task: PendingTask, waitingForRoom options: TaskOptions) throws {
        try owner.check()
        if let permits = storage.permits {
            try takePermit(permits, options.waitForRoom)
            task.prepare(permits, seed: nil, name: nil)
        }
        guard storage.submit(task) else { throw Self.shutDownError }
    }

    @usableFromInline @inline(never)
    func enqueue(_ task: PendingTask, asking options: TaskOptions) throws {
        try validate(options)
        try owner.check()
        if let permits = storage.permits { try takePermit(permits, options.waitForRoom) }
        task.prepare(storage.permits, seed: options.seed, name: options.name)
        guard storage.submit(task, options.priority) else { throw Self.shutDownError }
    }

    private func takePermit(_ permits: QueuePermits, _ wait: WaitLimit) throws {
        if permits.take(wait) { return }
        if storage.isClosed { throw Self.shutDownError }
        throw MultitaskingError(
            .timedOut,
            "the pool's queue is full, and no task has left it in time: wait longer (`waitForRoom`), or raise the "
                + "pool's queueLimit")
    }

    static var shutDownError: MultitaskingError {
        MultitaskingError(.shutDown, "the pool was shut down and takes no more tasks; make a new one")
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
            return try Worker(name: threadName(prefix: prefix, number: number), storage.life(of: number))
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

extension ThreadPool: KnowsItsOwnTasks {
    /// Also in a copy of the process that made the pool: its threads aren't there.
    package var isInside: Bool { !owner.isThisProcess || PoolIdentity.current === storage.identity }
}

extension ThreadPool: ChecksSubmissions {
    package func validate(_ options: TaskOptions) throws {
        // A thread pool runs each task once, cannot end it, and does not know what it prints.
        try options.validate(for: [.priorities, .seeds])
    }

    package func checkUsable() throws {
        try owner.check()
        if storage.isClosed { throw Self.shutDownError }
    }
}

extension ThreadPool: CustomStringConvertible {
    /// The type and the maximum number of workers.
    public var description: String { "ThreadPool(\(maxWorkers) workers)" }
}
