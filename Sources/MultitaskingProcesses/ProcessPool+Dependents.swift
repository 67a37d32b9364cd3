public import MultitaskingCore

// Tasks whose arguments are results of others. What is sent is where a result lies: the client neither decodes it nor
// copies it, and the worker reads it there.

extension ProcessPool: DependencyExecutor {
    /// Queues a call whose arguments are the results of other tasks; see `DependencyExecutor`.
    ///
    /// Results of this pool's tasks don't pass through the client, unless it has already read them. They stay in the
    /// pool's memory until the new task's future is released.
    public func submit<Function: PortableFunction, First: Portable, each Other: Portable>(
        _ function: Function, options: TaskOptions, resultsOf first: Future<First>, _ others: repeat Future<each Other>
    ) throws -> Future<Function.Output> where Function.Arguments == DependentArguments<First, repeat each Other> {
        // What `submit` would refuse when the results are there, it refuses now.
        try core.validate(options)
        try core.checkUsable()
        var dependencies: [any Dependency] = [first]
        for future in repeat each others { dependencies.append(future) }
        return submit(function, options, after: dependencies)
    }

    // Apart, since no closure should capture what belongs to a parameter pack.
    private func submit<Function: PortableFunction>(
        _ function: Function, _ options: TaskOptions, after dependencies: [any Dependency]
    ) -> Future<Function.Output> {
        // The closure has the pool, not only its core: a pool that is released drains, and must not before this is
        // submitted.
        return submit(after: dependencies, options) { [self] options in
            let sources = try dependencies.map { try $0.source(in: core) }
            let call = Invocation(HandingOn(function), HandedOn<Function>(sources))
            return Future(try core.submit(call, options: options))
        }
    }
}
