// What a manager can ask of all workers at once, where its pool can.

extension TaskManager {
    /// Runs a function once in every worker: `try manager.everywhere(modelVersion)`.
    ///
    /// It runs before the worker's next task. Workers that come later make the call before their first task.
    /// - Returns: a future for each worker that there is, in the order of their numbers.
    /// - Throws: `invalidArgument` for a pool whose workers cannot be asked; what the pool throws.
    @discardableResult
    public func everywhere<each Argument: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        _ arguments: repeat each Argument
    ) throws -> [Future<Output>] {
        try workers().everywhere(Invocation(ValueFunction(function), ArgumentList(repeat each arguments)))
    }

    /// Runs a function that returns nothing once in every worker.
    ///
    /// - Throws: as the call of the same name that returns something does.
    @discardableResult
    public func everywhere<each Argument: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument
    ) throws -> [Future<Void>] {
        try workers().everywhere(Invocation(VoidFunction(function), ArgumentList(repeat each arguments)))
    }

    /// Changes how many workers there are at most; those that are too many leave after their current task.
    ///
    /// - Throws: `invalidArgument` for a number that the pool cannot have, and for a pool that cannot be resized;
    ///   `shutDown`; `systemError`.
    public func resize(to count: Int) throws { try workers().resize(to: count) }

    /// What the finalizers of the workers that have left returned or threw; complete after the end of the pool.
    ///
    /// - Throws: `wrongType`, naming both types, if the finalizer returns something else.
    public func finalizerResults<Value: Sendable>(
        as type: Value.Type = Value.self
    ) throws -> [Result<Value, any Error>] { try workers().finalizerResults(as: type) }

    private func workers() throws -> any WorkerExecutor {
        if let workers = executor as? any WorkerExecutor { return workers }
        throw MultitaskingError(
            .invalidArgument,
            "\(type(of: executor)) does not let its workers be asked or counted anew; use another pool")
    }
}
