public import MultitaskingCore
import MultitaskingSystem

extension ProcessPool: WorkerExecutor {
    /// Makes a call in every worker that there is, before its next task, and in each that comes later.
    ///
    /// Where workers come and go with the work (`WorkerLimits.minimumWorkers`), those count that are there at the
    /// moment. A worker that dies before it has begun leaves the call to its successor. One that dies of it, or is
    /// killed meanwhile, fails its future alone, and no later worker makes the call.
    ///
    /// - Returns: a future for each worker that there is, in the order of their numbers.
    /// - Throws: as `submit` does; `arenaLimitReached` after 1,024 calls, since each is kept as long as the pool.
    public func everywhere<Function: PortableFunction>(
        _ call: Invocation<Function>
    ) throws -> [Future<Function.Output>] { try core.everywhere(call).map { Future($0) } }

    /// Changes how many workers there are at most.
    ///
    /// Returns at once. New workers start and run the initializer; those that are too many leave after their current
    /// task, and run the finalizer. While the pool has a minimum of workers (`WorkerLimits.minimumWorkers`), it stays.
    /// - Parameter count: how many, from 1 to 64, or to the next multiple of 64 of what the pool was made with.
    /// - Throws: `invalidArgument`; `shutDown`.
    public func resize(to count: Int) throws { try core.resize(to: count) }

    /// What the finalizers of the workers that have left returned or threw, in the order in which they left; complete
    /// after the shutdown.
    ///
    /// A worker that was killed, or ended in its finalizer, has none.
    /// - Throws: `wrongType`, naming both types, if the finalizer returns something else.
    public func finalizerResults<Value: Sendable>(
        as type: Value.Type = Value.self
    ) throws -> [Result<Value, any Error>] { try core.finalizers.results().typed() }

    /// A pool for all parts of a program that need one now and then.
    ///
    /// It is made when it is first asked for, with as many workers as a pool has by default, and made anew when it was
    /// shut down or has broken, and in a process that was forked from the one it belongs to: a task has one of its own.
    /// It ends with the program, after what was submitted.
    ///
    /// - Throws: as the initializer does, if the pool has to be made.
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
