// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension Executor {
    /// Calls a function that takes the task's context first for each element.
    ///
    /// The context has no queues and no cancel event. It says whether the element should stop and which worker runs it,
    /// and provides random numbers. With a seed in `options`, these depend only on the seed and the element's index,
    /// whatever the size of the chunks and the number of workers (`TaskRandom.seed(_:at:)`).
    /// - Throws: whatever `map` throws for a function that takes no context.
    public func map<Elements: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Elements.Element) throws -> Output,
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(ContextMapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// Calls an `async` function that takes the task's context first for each element.
    public func map<Elements: Sequence, Output: Portable>(
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Elements.Element) async throws -> Output,
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncContextMapping(function), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// Calls a closure that takes the task's context first for each element.
    ///
    /// The context has no queues and no cancel event. It says whether the element should stop and which worker runs it,
    /// and provides random numbers. With a seed in `options`, these depend only on the seed and the element's index,
    /// whatever the size of the chunks and the number of workers (`TaskRandom.seed(_:at:)`).
    /// - Throws: whatever `map` throws for a function that takes no context.
    @_disfavoredOverload
    public func map<Elements: Sequence, Output: Portable>(
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Elements.Element) throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(ContextMapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }

    /// Calls an `async` closure that takes the task's context first for each element.
    @_disfavoredOverload
    public func map<Elements: Sequence, Output: Portable>(
        chunkSize: Int? = nil, options: TaskOptions = .default, _ elements: Elements,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Elements.Element) async throws -> Output
    ) throws -> MapResults<Elements.Element, Output> where Elements.Element: Portable {
        try map(AsyncContextMapping(body), over: Array(elements), chunkSize: chunkSize, options: options)
    }
}
