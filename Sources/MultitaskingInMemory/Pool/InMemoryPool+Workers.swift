public import MultitaskingCore

extension InMemoryPool: WorkerExecutor {
    /// To how many workers each pool can grow.
    static var leastCapacity: Int { 8 }

    /// Makes a call in every current worker, before its next task, and in each worker that starts later.
    ///
    /// - Returns: a future for each current worker, ordered by worker index.
    /// - Throws: whatever `submit` throws.
    public func everywhere<Function: PortableFunction>(
        _ call: Invocation<Function>
    ) throws -> [Future<Function.Output>] {
        let body = try CodedTask(call, captures: options.captures, shares: simulation.shares)
        let tasks: [Int]? = try simulation.call { (state, party) throws -> [Int]? in
            if let refusal = state.refusal { throw refusal }
            return state.callEverywhere(body, by: party) { Function.companion(of: call.arguments) }
        }
        return (tasks ?? []).map { Future(InMemoryFuture<Function>(simulation: simulation, task: $0)) }
    }

    /// Changes the number of workers.
    ///
    /// - Parameter count: the new number: from 1 to 8, or to the initial number if that is greater.
    /// - Throws: `invalidArgument`; `shutDown`.
    public func resize(to count: Int) throws {
        let most = max(options.maxWorkers, Self.leastCapacity)
        guard (1...most).contains(count) else {
            throw MultitaskingError(
                .invalidArgument, "the number of workers is \(count); give a number from 1 to \(most)")
        }
        _ = try simulation.call { (state, party) throws -> Bool? in
            if let refusal = state.refusal { throw refusal }
            state.resize(to: count, by: party)
            return true
        }
    }

    /// Returns the results of the finalizers of the workers that have left, in the order in which they left. They are
    /// complete after the shutdown.
    ///
    /// - Throws: `wrongType`, with the names of both types, if the finalizer returns another type.
    public func finalizerResults<Value: Sendable>(
        as type: Value.Type = Value.self
    ) throws -> [Result<Value, any Error>] { try simulation.finalizerResults().typed() }
}
