// What a manager can ask of all workers at once, where its pool can.

extension TaskManager {
    /// Runs a function once in every worker: `try manager.everywhere(modelVersion)`.
    ///
    /// Each worker makes the call before its next task. Workers that start later make it before their first task.
    /// - Returns: a future for each current worker, ordered by worker index.
    /// - Throws: `invalidArgument` if the pool's workers can't be addressed; whatever the pool throws.
    @discardableResult
    public func everywhere<each Argument: Portable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output,
        _ arguments: repeat each Argument
    ) throws -> [Future<Output>] {
        try startEverywhere(Invocation(ValueFunction(function), ArgumentList(repeat each arguments)))
    }

    /// Runs a function that returns nothing once in every worker.
    ///
    /// - Throws: whatever the method that returns values throws.
    @discardableResult
    public func everywhere<each Argument: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument
    ) throws -> [Future<Void>] {
        try startEverywhere(Invocation(VoidFunction(function), ArgumentList(repeat each arguments)))
    }

    /// Changes the maximum number of workers. Surplus workers leave after their current task.
    ///
    /// - Throws: `invalidArgument` if the count is out of range or the pool can't be resized; `shutDown`;
    ///   `systemError`.
    public func resize(to count: Int) throws { try workers().resize(to: count) }

    /// Returns the results of the finalizers of the workers that have left. They are complete after the end of the
    /// pool.
    ///
    /// - Throws: `wrongType`, with the names of both types, if the finalizer returns another type.
    public func finalizerResults<Value: Sendable>(
        as type: Value.Type = Value.self
    ) throws -> [Result<Value, any Error>] { try workers().finalizerResults(as: type) }

    // Inlined where the types are a pack, the call on the opened existential crashes the compiler of Swift 6.3 under
    // `-cross-module-optimization`.
    @inline(never)
    private func startEverywhere<Function: PortableFunction>(
        _ call: Invocation<Function>
    ) throws -> [Future<Function.Output>] {
        try workers().everywhere(call)
    }

    private func workers() throws -> any WorkerExecutor {
        if let workers = executor as? any WorkerExecutor { return workers }
        throw MultitaskingError(
            .invalidArgument,
            "\(type(of: executor)) supports neither everywhere nor resize; use another pool")
    }
}
