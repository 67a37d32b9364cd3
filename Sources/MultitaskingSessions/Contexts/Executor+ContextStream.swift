// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension Executor {
    /// Calls a function that takes the task's context first for each element of an asynchronous sequence, as elements
    /// arrive.
    ///
    /// The context has no queues and no cancel event. It says whether the element should stop and which worker runs it,
    /// and provides random numbers. With a seed in `options`, these depend only on the seed and the element's index,
    /// whatever the size of the chunks and the number of workers (`TaskRandom.seed(_:at:)`).
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(ContextElementFunction(function), ContextMapping(function), options), ahead, order)
    }

    /// Calls a function that takes the task's context first for each element of a sequence, as elements arrive.
    ///
    /// The context has no queues and no cancel event. It says whether the element should stop and which worker runs it,
    /// and provides random numbers. With a seed in `options`, these depend only on the seed and the element's index,
    /// whatever the size of the chunks and the number of workers (`TaskRandom.seed(_:at:)`).
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(ContextElementFunction(function), ContextMapping(function), options), ahead, order)
    }

    /// Calls a function that takes the task's context first for each element of a sequence, as elements arrive, and
    /// blocks while waiting for results.
    ///
    /// The context has no queues and no cancel event. It says whether the element should stop and which worker runs it,
    /// and provides random numbers. With a seed in `options`, these depend only on the seed and the element's index,
    /// whatever the size of the chunks and the number of workers (`TaskRandom.seed(_:at:)`).
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) throws -> ResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(
            inputs, streamSubmitter(ContextElementFunction(function), ContextMapping(function), options), ahead, order)
    }

    /// Calls an `async` function that takes the task's context first for each element of an asynchronous sequence, as
    /// elements arrive.
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(AsyncContextElementFunction(function), AsyncContextMapping(function), options),
            ahead, order)
    }

    /// Calls an `async` function that takes the task's context first for each element of a sequence, as elements
    /// arrive.
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(AsyncContextElementFunction(function), AsyncContextMapping(function), options),
            ahead, order)
    }

    /// Calls an `async` function that takes the task's context first for each element of a sequence, as elements
    /// arrive, and blocks while waiting for results.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function:
            @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) throws -> ResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(
            inputs, streamSubmitter(AsyncContextElementFunction(function), AsyncContextMapping(function), options),
            ahead, order)
    }

    /// Calls a closure that takes the task's context first for each element of an asynchronous sequence, as elements
    /// arrive.
    ///
    /// The context has no queues and no cancel event. It says whether the element should stop and which worker runs it,
    /// and provides random numbers. With a seed in `options`, these depend only on the seed and the element's index,
    /// whatever the size of the chunks and the number of workers (`TaskRandom.seed(_:at:)`).
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) throws -> Output
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ContextElementFunction(body), ContextMapping(body), options), ahead, order)
    }

    /// Calls a closure that takes the task's context first for each element of a sequence, as elements arrive.
    ///
    /// The context has no queues and no cancel event. It says whether the element should stop and which worker runs it,
    /// and provides random numbers. With a seed in `options`, these depend only on the seed and the element's index,
    /// whatever the size of the chunks and the number of workers (`TaskRandom.seed(_:at:)`).
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) throws -> Output
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ContextElementFunction(body), ContextMapping(body), options), ahead, order)
    }

    /// Calls a closure that takes the task's context first for each element of a sequence, as elements arrive, and
    /// blocks while waiting for results.
    ///
    /// The context has no queues and no cancel event. It says whether the element should stop and which worker runs it,
    /// and provides random numbers. With a seed in `options`, these depend only on the seed and the element's index,
    /// whatever the size of the chunks and the number of workers (`TaskRandom.seed(_:at:)`).
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) throws -> Output
    ) throws -> ResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(
            inputs, streamSubmitter(ContextElementFunction(body), ContextMapping(body), options), ahead, order)
    }

    /// Calls an `async` closure that takes the task's context first for each element of an asynchronous sequence, as
    /// elements arrive.
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) async throws -> Output
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(AsyncContextElementFunction(body), AsyncContextMapping(body), options), ahead, order
        )
    }

    /// Calls an `async` closure that takes the task's context first for each element of a sequence, as elements arrive.
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) async throws -> Output
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(AsyncContextElementFunction(body), AsyncContextMapping(body), options), ahead, order
        )
    }

    /// Calls an `async` closure that takes the task's context first for each element of a sequence, as elements arrive,
    /// and blocks while waiting for results.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (TaskContext, Inputs.Element) async throws -> Output
    ) throws -> ResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(
            inputs, streamSubmitter(AsyncContextElementFunction(body), AsyncContextMapping(body), options), ahead, order
        )
    }
}
