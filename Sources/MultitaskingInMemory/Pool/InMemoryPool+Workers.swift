public import MultitaskingCore

extension InMemoryPool: WorkerExecutor {
    /// To how many workers each pool can grow.
    static var leastCapacity: Int { 8 }

    /// Makes a call in every worker that there is, before its next task, and in each that comes later.
    ///
    /// - Returns: a future for each worker that there is, in the order of their numbers.
    /// - Throws: as `submit` does.
    public func everywhere<Function: PortableFunction>(
        _ call: Invocation<Function>
    ) throws -> [Future<Function.Output>] {
        let body = try CodedTask(call, captures: options.captures, shares: simulation.shares)
        let tasks: [Int]? = try simulation.call { (state, party) throws -> [Int]? in
            if let refusal = state.refusal { throw refusal }
            return state.callEverywhere(body, by: party)
        }
        return (tasks ?? []).map { Future(InMemoryFuture<Function>(simulation: simulation, task: $0)) }
    }

    /// Changes how many workers there are.
    ///
    /// - Parameter count: how many, from 1 to 8, or to what the pool was made with if that is more.
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

    /// What the finalizers of the workers that have left returned or threw, in the order in which they left; complete
    /// after the shutdown.
    ///
    /// - Throws: `wrongType`, naming both types, if the finalizer returns something else.
    public func finalizerResults<Value: Sendable>(
        as type: Value.Type = Value.self
    ) throws -> [Result<Value, any Error>] { try simulation.finalizerResults().typed() }
}
