public import MultitaskingCore
import MultitaskingSystem

extension ProcessPool: WorkerExecutor {
    /// Makes a call in every current worker, before its next task, and in each worker that starts later.
    ///
    /// If the number of workers adapts to the work (`WorkerLimits.minimumWorkers`), only the current workers have a
    /// future. If a worker dies before it makes the call, its replacement makes it. If a worker dies during the call,
    /// only its own future fails, and no later worker makes the call.
    ///
    /// - Returns: a future for each current worker, ordered by worker index.
    /// - Throws: whatever `submit` throws; `arenaLimitReached` after 256 calls, because the pool keeps each call for
    ///   later workers.
    public func everywhere<Function: PortableFunction>(
        _ call: Invocation<Function>
    ) throws -> [Future<Function.Output>] { try core.everywhere(call).map { Future($0) } }

    /// Changes the maximum number of workers. Returns immediately. New workers start and run the initializer. Surplus
    /// workers finish their current task, run the finalizer, and leave. A minimum number of workers
    /// (`WorkerLimits.minimumWorkers`) stays in force.
    /// - Parameter count: the new maximum: from 1 to the pool's initial number of workers, rounded up to a multiple of
    ///   64.
    /// - Throws: `invalidArgument`; `shutDown`.
    public func resize(to count: Int) throws { try core.resize(to: count) }

    /// Returns the results of the finalizers of the workers that have left, in the order in which they left. They are
    /// complete after the shutdown. A worker that was killed, or that died in its finalizer, has no result.
    /// - Throws: `wrongType`, with the names of both types, if the finalizer returns another type.
    public func finalizerResults<Value: Sendable>(
        as type: Value.Type = Value.self
    ) throws -> [Result<Value, any Error>] { try core.finalizers.results().typed() }

    /// A pool for shared use by all parts of a program.
    ///
    /// The pool is created on first use, with the default number of workers. It is recreated after it was shut down or
    /// broke, and in a forked process: each task's process has its own. It ends with the program, after all submitted
    /// tasks.
    ///
    /// - Throws: whatever the initializer throws, if the pool has to be created.
    public static var shared: ProcessPool {
        get throws {
            try sharedPool.get {
                try ProcessPool()
            } isUsable: {
                $0.isUsable
            }
        }
    }

    static let sharedPool = SharedPool<ProcessPool>()

    private var isUsable: Bool { (try? core.checkUsable()) != nil }
}
