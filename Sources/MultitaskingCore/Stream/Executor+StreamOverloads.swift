// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension Executor {
    /// Calls a function for each element of an asynchronous sequence, as elements arrive:
    /// `for try await (offset, result) in pool.stream(parse, asyncLines)`.
    ///
    /// Inputs are taken lazily: the stream takes the next input only while fewer than `ahead` results are outstanding,
    /// so memory use stays constant even for endless inputs. Each element has its own result. Elements that take little
    /// time are submitted in groups that take a few milliseconds, unless `options` set time limits or retries, which
    /// then apply to each element.
    ///
    /// Leaving the loop early, releasing the iterator, or cancelling the Swift task that reads ends the stream: it
    /// takes no further input, cancels queued elements, and asks running ones to stop, ending them by force after the
    /// grace period if the pool can. If the pool is shut down or has ended, the stream takes no further input: it ends
    /// after the results of those that it has taken, the last of which failed with the pool's error, such as
    /// `shutDown`.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted before their results are read, at least 1; nil for twice as many
    ///     tasks as there are workers.
    ///   - order: whether results arrive in the order of the inputs or as elements finish.
    /// - Returns: pairs of an input's offset, counted from 0, and its result. Iterating throws whatever the inputs
    ///   throw, `invalidArgument` if `ahead` is below 1, and `CancellationError`.
    @inlinable
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(function), Mapping(function), options), ahead, order)
    }

    /// Calls a function for each element of a sequence, as elements arrive:
    /// `for try await (offset, result) in pool.stream(parse, lines)`.
    ///
    /// Inputs are taken lazily: the stream takes the next input only while fewer than `ahead` results are outstanding,
    /// so memory use stays constant even for endless inputs. Each element has its own result. Elements that take little
    /// time are submitted in groups that take a few milliseconds, unless `options` set time limits or retries, which
    /// then apply to each element.
    ///
    /// Leaving the loop early, releasing the iterator, or cancelling the Swift task that reads ends the stream: it
    /// takes no further input, cancels queued elements, and asks running ones to stop, ending them by force after the
    /// grace period if the pool can. If the pool is shut down or has ended, each remaining element of a collection
    /// fails with the pool's error, such as `shutDown`. Other sequences may be endless, so the stream takes no further
    /// input of them, and ends after the results of those that it has taken.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted before their results are read, at least 1; nil for twice as many
    ///     tasks as there are workers.
    ///   - order: whether results arrive in the order of the inputs or as elements finish.
    /// - Returns: pairs of an input's offset, counted from 0, and its result. Iterating throws whatever the inputs
    ///   throw, `invalidArgument` if `ahead` is below 1, and `CancellationError`.
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(function), Mapping(function), options), ahead, order)
    }

    /// Calls a function for each element of a sequence, as elements arrive, and blocks while waiting for results:
    /// `for (offset, result) in try pool.stream(parse, lines)`.
    ///
    /// Inputs are taken lazily: the stream takes the next input only while fewer than `ahead` results are outstanding,
    /// so memory use stays constant even for endless inputs. Each element has its own result. Elements that take little
    /// time are submitted in groups that take a few milliseconds, unless `options` set time limits or retries, which
    /// then apply to each element.
    ///
    /// Leaving the loop early or releasing the iterator ends the stream: it takes no further input, cancels queued
    /// elements, and asks running ones to stop, ending them by force after the grace period if the pool can. If the
    /// pool is shut down or has ended, each remaining element of a collection fails with the pool's error, such as
    /// `shutDown`. Other sequences may be endless, so the stream takes no further input of them, and ends after the
    /// results of those that it has taken.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted before their results are read, at least 1; nil for twice as many
    ///     tasks as there are workers.
    ///   - order: whether results arrive in the order of the inputs or as elements finish.
    /// - Returns: pairs of an input's offset, counted from 0, and its result.
    /// - Throws: `invalidArgument` if `ahead` is below 1. Errors of the function itself are results.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) throws -> ResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(inputs, streamSubmitter(ElementFunction(function), Mapping(function), options), ahead, order)
    }

    /// Calls an `async` function for each element of an asynchronous sequence, as elements arrive.
    @inlinable
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(AsyncElementFunction(function), AsyncMapping(function), options), ahead, order)
    }

    /// Calls an `async` function for each element of a sequence, as elements arrive.
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(AsyncElementFunction(function), AsyncMapping(function), options), ahead, order)
    }

    /// Calls an `async` function for each element of a sequence, as elements arrive, and blocks while waiting for
    /// results.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) throws -> ResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(
            inputs, streamSubmitter(AsyncElementFunction(function), AsyncMapping(function), options), ahead, order)
    }

    /// Calls a closure for each element of an asynchronous sequence, as elements arrive:
    /// `for try await (offset, result) in pool.stream(asyncLines) { parse($0) }`.
    ///
    /// Inputs are taken lazily: the stream takes the next input only while fewer than `ahead` results are outstanding,
    /// so memory use stays constant even for endless inputs. Each element has its own result. Elements that take little
    /// time are submitted in groups that take a few milliseconds, unless `options` set time limits or retries, which
    /// then apply to each element.
    ///
    /// Leaving the loop early, releasing the iterator, or cancelling the Swift task that reads ends the stream: it
    /// takes no further input, cancels queued elements, and asks running ones to stop, ending them by force after the
    /// grace period if the pool can. If the pool is shut down or has ended, the stream takes no further input: it ends
    /// after the results of those that it has taken, the last of which failed with the pool's error, such as
    /// `shutDown`.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted before their results are read, at least 1; nil for twice as many
    ///     tasks as there are workers.
    ///   - order: whether results arrive in the order of the inputs or as elements finish.
    /// - Returns: pairs of an input's offset, counted from 0, and its result. Iterating throws whatever the inputs
    ///   throw, `invalidArgument` if `ahead` is below 1, and `CancellationError`.
    @inlinable
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(body), Mapping(body), options), ahead, order)
    }

    /// Calls a closure for each element of a sequence, as elements arrive:
    /// `for try await (offset, result) in pool.stream(lines) { parse($0) }`.
    ///
    /// Inputs are taken lazily: the stream takes the next input only while fewer than `ahead` results are outstanding,
    /// so memory use stays constant even for endless inputs. Each element has its own result. Elements that take little
    /// time are submitted in groups that take a few milliseconds, unless `options` set time limits or retries, which
    /// then apply to each element.
    ///
    /// Leaving the loop early, releasing the iterator, or cancelling the Swift task that reads ends the stream: it
    /// takes no further input, cancels queued elements, and asks running ones to stop, ending them by force after the
    /// grace period if the pool can. If the pool is shut down or has ended, each remaining element of a collection
    /// fails with the pool's error, such as `shutDown`. Other sequences may be endless, so the stream takes no further
    /// input of them, and ends after the results of those that it has taken.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted before their results are read, at least 1; nil for twice as many
    ///     tasks as there are workers.
    ///   - order: whether results arrive in the order of the inputs or as elements finish.
    /// - Returns: pairs of an input's offset, counted from 0, and its result. Iterating throws whatever the inputs
    ///   throw, `invalidArgument` if `ahead` is below 1, and `CancellationError`.
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(body), Mapping(body), options), ahead, order)
    }

    /// Calls a closure for each element of a sequence, as elements arrive, and blocks while waiting for results:
    /// `for (offset, result) in try pool.stream(lines) { parse($0) }`.
    ///
    /// Inputs are taken lazily: the stream takes the next input only while fewer than `ahead` results are outstanding,
    /// so memory use stays constant even for endless inputs. Each element has its own result. Elements that take little
    /// time are submitted in groups that take a few milliseconds, unless `options` set time limits or retries, which
    /// then apply to each element.
    ///
    /// Leaving the loop early or releasing the iterator ends the stream: it takes no further input, cancels queued
    /// elements, and asks running ones to stop, ending them by force after the grace period if the pool can. If the
    /// pool is shut down or has ended, each remaining element of a collection fails with the pool's error, such as
    /// `shutDown`. Other sequences may be endless, so the stream takes no further input of them, and ends after the
    /// results of those that it has taken.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted before their results are read, at least 1; nil for twice as many
    ///     tasks as there are workers.
    ///   - order: whether results arrive in the order of the inputs or as elements finish.
    /// - Returns: pairs of an input's offset, counted from 0, and its result.
    /// - Throws: `invalidArgument` if `ahead` is below 1. Errors of the function itself are results.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output
    ) throws -> ResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(inputs, streamSubmitter(ElementFunction(body), Mapping(body), options), ahead, order)
    }

    /// Calls an `async` closure for each element of an asynchronous sequence, as elements arrive.
    @inlinable
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(AsyncElementFunction(body), AsyncMapping(body), options), ahead, order)
    }

    /// Calls an `async` closure for each element of a sequence, as elements arrive.
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output
    ) -> AsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(AsyncElementFunction(body), AsyncMapping(body), options), ahead, order)
    }

    /// Calls an `async` closure for each element of a sequence, as elements arrive, and blocks while waiting for
    /// results.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output
    ) throws -> ResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(
            inputs, streamSubmitter(AsyncElementFunction(body), AsyncMapping(body), options), ahead, order)
    }
}
