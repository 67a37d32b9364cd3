/// An executor that can be asked something of all of its workers.
///
/// **Implementer's duties.** A worker that starts later runs every call that was made ``everywhere(_:)`` before its
/// first task, in their order, unless the call has thrown or has ended its worker where it ran before. A worker that
/// leaves finishes its task first, and no task is lost when workers come and go.
///
/// ```swift
/// try pool.everywhere(loadModel, path).forEach { try $0.value() }
/// try pool.resize(to: 8)
/// ```
public protocol WorkerExecutor: Executor {
    /// Makes a call in every worker that there is, before its next task, and in each that comes later.
    ///
    /// - Returns: a future for each worker that there is, in the order of their numbers. What the call returns in later
    ///   workers is dropped.
    /// - Throws: as `submit` does; `arenaLimitReached` after many calls, since each is kept as long as the pool.
    func everywhere<Function: PortableFunction>(_ call: Invocation<Function>) throws -> [Future<Function.Output>]

    /// Changes how many workers there are at most.
    ///
    /// Returns at once. New workers start, run the initializer, and take tasks; those that are too many leave after
    /// their current task, and run the finalizer.
    /// - Parameter count: how many, at least 1.
    /// - Throws: `invalidArgument` for a number that the executor cannot have; `shutDown`; `systemError` if the system
    ///   refuses to start one.
    func resize(to count: Int) throws

    /// What the finalizers of the workers that have left returned or threw, in the order in which they left; complete
    /// after the shutdown. A worker that was killed has none.
    ///
    /// - Throws: `wrongType`, naming both types, if the finalizer returns something else.
    func finalizerResults<Value: Sendable>(as type: Value.Type) throws -> [Result<Value, any Error>]
}

/// The finalizer of a pool that needs none.
@Sendable
public func noFinalizer() {}
