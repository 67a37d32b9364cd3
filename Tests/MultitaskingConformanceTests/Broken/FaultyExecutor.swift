import MultitaskingConformance
import MultitaskingCore
import MultitaskingThreads
import Synchronization

/// A thread pool that does harm.
final class FaultyExecutor: InProcessExecutor, WorkerExecutor, SharingExecutor, MonitoredExecutor {
    private let settings: ExecutorSettings
    private let base: ThreadPool
    /// What the pool gives its tasks, for those that do not go through its queue.
    private let environment: Future<any TaskEnvironment>?
    private let harm: Harm
    /// The channels that are emptied at the end.
    private let made = Mutex<[any Channel]>([])

    init(_ settings: ExecutorSettings, harm: Harm) throws {
        self.settings = settings
        self.harm = harm
        let workers = settings.maxWorkers + (harm.has(.runsTooManyAtOnce) ? 1 : 0)
        if let argument = settings.initializerArgument {
            base = try ThreadPool(
                maxWorkers: workers, queueLimit: settings.queueLimit,
                initializer: { if !harm.has(.skipsTheInitializer) { try ExecutorSettings.initialize(argument) } },
                finalizer: ExecutorSettings.finalize)
        } else {
            base = try ThreadPool(maxWorkers: workers, queueLimit: settings.queueLimit)
        }
        environment = harm.has(.jumpsTheQueue) ? try base.submit(options: .default) { $0 } : nil
        if harm.has(.leaksADescriptor) { harm.leakDescriptor() }
    }

    var maxWorkers: Int { base.maxWorkers - (harm.has(.runsTooManyAtOnce) ? 1 : 0) }

    var statistics: PoolStatistics {
        var statistics = base.statistics
        if harm.has(.countsTasksTwice) { statistics.tasks.succeeded *= 2 }
        if harm.has(.losesFailures) {
            statistics.tasks.submitted -= statistics.tasks.failed
            statistics.tasks.failed = 0
        }
        if harm.has(.hidesSlowTasks) { statistics.slowestTasks.removeAll { $0.runTime > .milliseconds(15) } }
        return statistics
    }

    func everywhere<Function: PortableFunction>(_ call: Invocation<Function>) throws -> [Future<Function.Output>] {
        if harm.has(.forgetsLaterWorkers) {
            return try (0..<maxWorkers).map { _ in try submit(call, options: .default) }
        }
        let futures = try base.everywhere(call).map { Future(FaultyFuture($0, harm: harm)) }
        return harm.has(.forgetsAWorker) ? futures.dropLast() : futures
    }

    func resize(to count: Int) throws {
        if harm.has(.ignoresResize) { return }
        if harm.has(.keepsWorkersThatAreTooMany), (1..<maxWorkers).contains(count) { return }
        try base.resize(to: count)
        _ = harm.occasion(for: .losesTasksAtResize)
    }

    func finalizerResults<Value: Sendable>(as type: Value.Type) throws -> [Result<Value, any Error>] {
        harm.has(.skipsTheFinalizer) ? [] : try base.finalizerResults(as: type)
    }

    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> {
        try submit(options: options) { environment in try call(in: environment) }
    }

    func submit<Value: Sendable>(
        options: TaskOptions, running body: @escaping @Sendable (any TaskEnvironment) throws -> Value
    ) throws -> Future<Value> {
        harm.pause()
        if let count = harm.occasion(for: .refusesNowAndThen), count % 7 == 0 {
            throw MultitaskingError(.systemError, "refused")
        }
        var options = options
        if harm.has(.ignoresSeeds) { options.seed = nil }
        if harm.has(.ignoresPriorities) { options.priority = .normal }
        if harm.has(.ignoresOptions) { options = TaskOptions(waitForRoom: options.waitForRoom) }
        if harm.has(.keepsWhatWasCaptured) { harm.keep(body) }
        _ = harm.occasion(for: .leaksABlock)
        let isJumper = harm.occasion(for: .jumpsTheQueue).map { $0 % 7 == 0 } ?? false
        let harm = harm
        let wrapped: @Sendable (any TaskEnvironment) throws -> Value = { environment in
            // So that there is something left to do when the shutdown returns too early.
            if harm.has(.returnsBeforeTheEnd) || harm.has(.drainsByCancelling) {
                environment.clock.sleep(for: .milliseconds(2))
            }
            return try body(FaultyEnvironment(base: environment, harm: harm))
        }
        do {
            if harm.has(.starvesTheLow), options.priority == .low { return try starve(wrapped) }
            if isJumper { return try jump(wrapped) }
            let future = try base.submit(options: options, running: wrapped)
            // The last of the ten that follow each change of the number of workers, which may still wait.
            if harm.count(.losesTasksAtResize) > 0, harm.occasion(for: .losesTasksAtResize) ?? 0 > 10 {
                harm.forget(.losesTasksAtResize)
                future.cancel()
            }
            return Future(FaultyFuture(future, harm: harm))
        } catch let error as MultitaskingError where error.code == .shutDown && harm.has(.acceptsAfterShutdown) {
            return try (ThreadPool(maxWorkers: 1) as any InProcessExecutor).submit(options: options, running: wrapped)
        }
    }

    /// Takes a task that is never its turn.
    private func starve<Value: Sendable>(
        _ body: @escaping @Sendable (any TaskEnvironment) throws -> Value
    ) throws -> Future<Value> {
        let harm = harm
        return try (ThreadPool(maxWorkers: 1) as any InProcessExecutor).submit(options: .default) { environment in
            harm.block()
            return try body(environment)
        }
    }

    /// Runs a task at once, before those that were submitted earlier; the future has its result only.
    private func jump<Value: Sendable>(
        _ body: @escaping @Sendable (any TaskEnvironment) throws -> Value
    ) throws -> Future<Value> {
        guard let environment = try environment?.value() else { throw CancellationError() }
        let result = Result { try body(environment) }
        return try base.submit(options: .default) { _ in try result.get() }
    }

    func makeChannel(_ options: ChannelOptions) throws -> any Channel {
        harm.pause()
        var options = options
        if harm.has(.exceedsCapacity) { options.capacity = options.capacity.map { $0 < 1 ? $0 : $0 + 1 } }
        if harm.has(.buffersAtZero), options.capacity == 0 { options.capacity = 1 }
        var pool = base
        if harm.has(.leavesChannelsOpen) {
            // Its end is not that of this pool.
            pool = try ThreadPool(maxWorkers: 1)
            harm.keep(pool)
        }
        let channel = try pool.makeChannel(options)
        if harm.has(.losesWhatIsLeft) { made.withLock { $0.append(channel) } }
        return FaultyChannel(channel, harm: harm)
    }

    func makeCancelSignal() throws -> any CancelSignal {
        harm.pause()
        return FaultySignal(base.makeCancelSignal(), harm: harm)
    }

    func share<Element: BitwiseCopyable>(_ array: [Element]) throws -> SharedArray<Element> {
        if harm.has(.sharesAfterShutdown) { return SharedArray(SharedArrayBox(array)) }
        return try base.share(harm.has(.sharesTooLittle) ? Array(array.dropLast()) : array)
    }

    @_disfavoredOverload
    func share<Value: Portable>(_ value: Value) throws -> Shared<Value> {
        if harm.has(.keepsWhatWasShared) { harm.keep(value) }
        return try base.share(value)
    }

    func shutdown(_ mode: ShutdownMode) {
        harm.pause()
        if harm.has(.leaksAThread) { harm.leakThread() }
        if harm.has(.leaksAChild) { harm.leakChild() }
        if harm.has(.returnsBeforeTheEnd) {
            let base = base
            return Background.run { base.shutdown(mode) }
        }
        settleDependents(mode)
        base.shutdown(harm.has(.drainsByCancelling) && mode == .drain ? .cancelQueued : mode)
        for channel in made.withLock(\.self) { channel.close(discarding: true) }
    }
}

/// What a faulty pool gives its tasks.
struct FaultyEnvironment: TaskEnvironment {
    let base: any TaskEnvironment
    let harm: Harm

    func channel(_ reference: SharedObjectID) throws -> any Channel {
        if let count = harm.occasion(for: .findsChannelsLate), count % 20 == 0 {
            throw MultitaskingError(.noSuchObject, "not found yet")
        }
        return FaultyChannel(try base.channel(reference), harm: harm)
    }

    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal {
        let signal = FaultySignal(try base.cancelSignal(reference), harm: harm)
        signal.isHidden = harm.has(.hidesSignals)
        return signal
    }

    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        try base.wait(for: body)
    }

    var clock: any TaskClock { base.clock }
    var isEndRequested: Bool {
        if harm.has(.asksNobodyToEnd) { return false }
        return base.isEndRequested || harm.count(.asksAllToEnd) > 0
    }
    var attempt: Int { base.attempt }
    var seed: UInt64? { base.seed }

    func report(_ report: TaskReport) { base.report(report) }

    var worker: WorkerInfo {
        let worker = base.worker
        let tasksRun = harm.has(.mistakesItsWorkers) ? 0 : worker.tasksRun
        return WorkerInfo(index: worker.index, pid: worker.pid, tasksRun: tasksRun)
    }

    func makeSharedMemory(
        byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> (any SharedMemory)? {
        guard harm.has(.spoilsWhatIsMade) else { return nil }
        try checkAllocation(byteCount)
        return try unsafe SpoiledMemory(byteCount: byteCount, body)
    }
}

/// Memory in which a byte is not what a task has written.
@safe
private final class SpoiledMemory: SharedMemory {
    // SAFETY: allocated once, and freed when nobody has it any more.
    private nonisolated(unsafe) let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
        unsafe memory = .allocate(byteCount: byteCount, alignment: 16)
        try unsafe body(memory)
        if byteCount > 0 { unsafe memory[byteCount - 8] ^= 1 }
    }

    deinit { unsafe memory.deallocate() }

    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(memory) }

    func value<Value: Portable>(as type: Value.Type, in environment: any TaskEnvironment) throws -> Value {
        throw MultitaskingError(.wrongType, "it is an array")
    }
}
