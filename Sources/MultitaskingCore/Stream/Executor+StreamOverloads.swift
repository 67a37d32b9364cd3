// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

extension Executor {
    /// Calls a function for each element of an asynchronous sequence, as they come:
    /// `for try await (offset, result) in pool.stream(parse, asyncLines)`.
    ///
    /// Takes inputs lazily: the next one only while fewer than `ahead` are submitted and unread, so that memory stays
    /// constant for endless inputs. Each element has its own result. Short elements are passed several at a time, as
    /// many as take some milliseconds, unless `options` ask for time limits or retries, which then apply to each
    /// element.
    ///
    /// Ending the loop early, dropping the iterator, or cancelling the Swift task that reads ends the stream: no
    /// further input is taken, what waits is cancelled, and what runs is asked to end, and ended by force after its
    /// grace period where the pool can.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted and unread, at least 1; nil for twice as many tasks as there are
    ///     workers.
    ///   - order: whether results come in the order of the inputs or as elements end.
    /// - Returns: pairs of an input's offset, counted from 0, and its result. Iterating throws what the inputs throw,
    ///   `invalidArgument` for a bound below 1, and `CancellationError`.
    @inlinable
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs.Element, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(function), Mapping(function), options), ahead, order)
    }

    /// Calls a function for each element of a sequence, as they come:
    /// `for try await (offset, result) in pool.stream(parse, lines)`.
    ///
    /// Takes inputs lazily: the next one only while fewer than `ahead` are submitted and unread, so that memory stays
    /// constant for endless inputs. Each element has its own result. Short elements are passed several at a time, as
    /// many as take some milliseconds, unless `options` ask for time limits or retries, which then apply to each
    /// element.
    ///
    /// Ending the loop early, dropping the iterator, or cancelling the Swift task that reads ends the stream: no
    /// further input is taken, what waits is cancelled, and what runs is asked to end, and ended by force after its
    /// grace period where the pool can.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted and unread, at least 1; nil for twice as many tasks as there are
    ///     workers.
    ///   - order: whether results come in the order of the inputs or as elements end.
    /// - Returns: pairs of an input's offset, counted from 0, and its result. Iterating throws what the inputs throw,
    ///   `invalidArgument` for a bound below 1, and `CancellationError`.
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs.Element, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(function), Mapping(function), options), ahead, order)
    }

    /// Calls a function for each element of a sequence, as they come, and blocks while it waits for results:
    /// `for (offset, result) in try pool.stream(parse, lines)`.
    ///
    /// Takes inputs lazily: the next one only while fewer than `ahead` are submitted and unread, so that memory stays
    /// constant for endless inputs. Each element has its own result. Short elements are passed several at a time, as
    /// many as take some milliseconds, unless `options` ask for time limits or retries, which then apply to each
    /// element.
    ///
    /// Ending the loop early, dropping the iterator, or cancelling the Swift task that reads ends the stream: no
    /// further input is taken, what waits is cancelled, and what runs is asked to end, and ended by force after its
    /// grace period where the pool can.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted and unread, at least 1; nil for twice as many tasks as there are
    ///     workers.
    ///   - order: whether results come in the order of the inputs or as elements end.
    /// - Returns: pairs of an input's offset, counted from 0, and its result.
    /// - Throws: `invalidArgument` for a bound below 1. Not what the function throws: that is its element's result.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) throws -> ResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(inputs, streamSubmitter(ElementFunction(function), Mapping(function), options), ahead, order)
    }

    /// Calls an `async` function for each element of an asynchronous sequence, as they come.
    @inlinable
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs.Element, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(AsyncElementFunction(function), AsyncMapping(function), options), ahead, order)
    }

    /// Calls an `async` function for each element of a sequence, as they come.
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default
    ) -> AsyncResultSequence<Inputs.Element, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(AsyncElementFunction(function), AsyncMapping(function), options), ahead, order)
    }

    /// Calls an `async` function for each element of a sequence, as they come, and blocks while it waits for results.
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

    /// Calls a closure for each element of an asynchronous sequence, as they come:
    /// `for try await (offset, result) in pool.stream(asyncLines) { parse($0) }`.
    ///
    /// Takes inputs lazily: the next one only while fewer than `ahead` are submitted and unread, so that memory stays
    /// constant for endless inputs. Each element has its own result. Short elements are passed several at a time, as
    /// many as take some milliseconds, unless `options` ask for time limits or retries, which then apply to each
    /// element.
    ///
    /// Ending the loop early, dropping the iterator, or cancelling the Swift task that reads ends the stream: no
    /// further input is taken, what waits is cancelled, and what runs is asked to end, and ended by force after its
    /// grace period where the pool can.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted and unread, at least 1; nil for twice as many tasks as there are
    ///     workers.
    ///   - order: whether results come in the order of the inputs or as elements end.
    /// - Returns: pairs of an input's offset, counted from 0, and its result. Iterating throws what the inputs throw,
    ///   `invalidArgument` for a bound below 1, and `CancellationError`.
    @inlinable
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output
    ) -> AsyncResultSequence<Inputs.Element, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(body), Mapping(body), options), ahead, order)
    }

    /// Calls a closure for each element of a sequence, as they come:
    /// `for try await (offset, result) in pool.stream(lines) { parse($0) }`.
    ///
    /// Takes inputs lazily: the next one only while fewer than `ahead` are submitted and unread, so that memory stays
    /// constant for endless inputs. Each element has its own result. Short elements are passed several at a time, as
    /// many as take some milliseconds, unless `options` ask for time limits or retries, which then apply to each
    /// element.
    ///
    /// Ending the loop early, dropping the iterator, or cancelling the Swift task that reads ends the stream: no
    /// further input is taken, what waits is cancelled, and what runs is asked to end, and ended by force after its
    /// grace period where the pool can.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted and unread, at least 1; nil for twice as many tasks as there are
    ///     workers.
    ///   - order: whether results come in the order of the inputs or as elements end.
    /// - Returns: pairs of an input's offset, counted from 0, and its result. Iterating throws what the inputs throw,
    ///   `invalidArgument` for a bound below 1, and `CancellationError`.
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output
    ) -> AsyncResultSequence<Inputs.Element, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(body), Mapping(body), options), ahead, order)
    }

    /// Calls a closure for each element of a sequence, as they come, and blocks while it waits for results:
    /// `for (offset, result) in try pool.stream(lines) { parse($0) }`.
    ///
    /// Takes inputs lazily: the next one only while fewer than `ahead` are submitted and unread, so that memory stays
    /// constant for endless inputs. Each element has its own result. Short elements are passed several at a time, as
    /// many as take some milliseconds, unless `options` ask for time limits or retries, which then apply to each
    /// element.
    ///
    /// Ending the loop early, dropping the iterator, or cancelling the Swift task that reads ends the stream: no
    /// further input is taken, what waits is cancelled, and what runs is asked to end, and ended by force after its
    /// grace period where the pool can.
    /// - Parameters:
    ///   - ahead: how many inputs may be submitted and unread, at least 1; nil for twice as many tasks as there are
    ///     workers.
    ///   - order: whether results come in the order of the inputs or as elements end.
    /// - Returns: pairs of an input's offset, counted from 0, and its result.
    /// - Throws: `invalidArgument` for a bound below 1. Not what the function throws: that is its element's result.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output
    ) throws -> ResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(inputs, streamSubmitter(ElementFunction(body), Mapping(body), options), ahead, order)
    }

    /// Calls an `async` closure for each element of an asynchronous sequence, as they come.
    @inlinable
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output
    ) -> AsyncResultSequence<Inputs.Element, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(AsyncElementFunction(body), AsyncMapping(body), options), ahead, order)
    }

    /// Calls an `async` closure for each element of a sequence, as they come.
    @inlinable
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output
    ) -> AsyncResultSequence<Inputs.Element, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(AsyncElementFunction(body), AsyncMapping(body), options), ahead, order)
    }

    /// Calls an `async` closure for each element of a sequence, as they come, and blocks while it waits for results.
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
