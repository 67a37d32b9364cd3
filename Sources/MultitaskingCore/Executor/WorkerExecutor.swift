/// An executor whose workers can be addressed as a whole: to call a function in each, and to change their number.
///
/// **Implementer's duties.** A worker that starts later makes every call of ``everywhere(_:)`` before its first task,
/// in order, except calls that have thrown or ended a worker before. A worker whose future is cancelled in time doesn't
/// make the call. A worker that leaves finishes its task first. No task is lost when workers start and leave.
///
/// ```swift
/// try pool.everywhere(loadModel, path).forEach { try $0.value() }
/// try pool.resize(to: 8)
/// ```
public protocol WorkerExecutor: Executor {
    /// Makes a call in every current worker, before its next task, and in each worker that starts later.
    ///
    /// - Returns: a future for each current worker, ordered by worker index. Results from later workers are discarded.
    /// - Throws: whatever `submit` throws; `arenaLimitReached` after many calls, because the pool keeps each call for
    ///   later workers.
    func everywhere<Function: PortableFunction>(_ call: Invocation<Function>) throws -> [Future<Function.Output>]

    /// Changes the maximum number of workers. Returns immediately. New workers start, run the initializer, and take
    /// tasks. Surplus workers finish their current task, run the finalizer, and leave.
    /// - Parameter count: the new maximum, at least 1.
    /// - Throws: `invalidArgument` if the count is out of range for the executor; `shutDown`; `systemError` if the
    ///   system refuses to start a worker.
    func resize(to count: Int) throws

    /// Returns the results of the finalizers of the workers that have left, in the order in which they left. Complete
    /// after the shutdown. A worker that was killed has no result.
    ///
    /// - Throws: `wrongType`, with the names of both types, if the finalizer returns another type.
    func finalizerResults<Value: Sendable>(as type: Value.Type) throws -> [Result<Value, any Error>]
}

/// Does nothing: the finalizer that is the default argument of pools and scopes, and public only for that.
@Sendable
public func _noFinalizer() {}
