// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

public import MultitaskingCore

extension Executor {
    /// Calls a function for each element of an asynchronous sequence, and shows the progress.
    ///
    /// Like the call without a display; see `ResultSequence.showing(_:total:)`.
    /// - Parameters:
    ///   - display: what is shown, such as `.progressBar`, while results are read.
    ///   - total: how many results there will be; nil for the number of inputs, if it is known in advance, as for an
    ///     array.
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil
    ) -> ShownAsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(function), Mapping(function), options), ahead, order)
            .showing(display, total: total)
    }

    /// Calls a function for each element of a sequence, and shows the progress.
    ///
    /// Like the call without a display; see `ResultSequence.showing(_:total:)`.
    /// - Parameters:
    ///   - display: what is shown, such as `.progressBar`, while results are read.
    ///   - total: how many results there will be; nil for the number of inputs, if it is known in advance, as for an
    ///     array.
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil
    ) -> ShownAsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(function), Mapping(function), options), ahead, order)
            .showing(display, total: total ?? knownCount(of: inputs))
    }

    /// Calls a function for each element of a sequence, and shows the progress; blocks while waiting for results.
    ///
    /// Like the call without a display; see `ResultSequence.showing(_:total:)`.
    /// - Parameters:
    ///   - display: what is shown, such as `.progressBar`, while results are read.
    ///   - total: how many results there will be; nil for the number of inputs, if it is known in advance, as for an
    ///     array.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil
    ) throws -> ShownResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(inputs, streamSubmitter(ElementFunction(function), Mapping(function), options), ahead, order)
            .showing(display, total: total ?? knownCount(of: inputs))
    }

    /// Calls an `async` function for each element of an asynchronous sequence, and shows the progress.
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil
    ) -> ShownAsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(AsyncElementFunction(function), AsyncMapping(function), options), ahead, order
        ).showing(display, total: total)
    }

    /// Calls an `async` function for each element of a sequence, and shows the progress.
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil
    ) -> ShownAsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(
            inputs, streamSubmitter(AsyncElementFunction(function), AsyncMapping(function), options), ahead, order
        ).showing(display, total: total ?? knownCount(of: inputs))
    }

    /// Calls an `async` function for each element of a sequence, and shows the progress; blocks while waiting for
    /// results.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    public func stream<Inputs: Sequence, Output: Portable>(
        _ function: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output,
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil
    ) throws -> ShownResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(
            inputs, streamSubmitter(AsyncElementFunction(function), AsyncMapping(function), options), ahead, order
        ).showing(display, total: total ?? knownCount(of: inputs))
    }

    /// Calls a closure for each element of an asynchronous sequence, and shows the progress.
    ///
    /// Like the call without a display; see `ResultSequence.showing(_:total:)`.
    /// - Parameters:
    ///   - display: what is shown, such as `.progressBar`, while results are read.
    ///   - total: how many results there will be; nil for the number of inputs, if it is known in advance, as for an
    ///     array.
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output
    ) -> ShownAsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(body), Mapping(body), options), ahead, order).showing(
            display, total: total)
    }

    /// Calls a closure for each element of a sequence, and shows the progress.
    ///
    /// Like the call without a display; see `ResultSequence.showing(_:total:)`.
    /// - Parameters:
    ///   - display: what is shown, such as `.progressBar`, while results are read.
    ///   - total: how many results there will be; nil for the number of inputs, if it is known in advance, as for an
    ///     array.
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output
    ) -> ShownAsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(ElementFunction(body), Mapping(body), options), ahead, order).showing(
            display, total: total ?? knownCount(of: inputs))
    }

    /// Calls a closure for each element of a sequence, and shows the progress; blocks while waiting for results.
    ///
    /// Like the call without a display; see `ResultSequence.showing(_:total:)`.
    /// - Parameters:
    ///   - display: what is shown, such as `.progressBar`, while results are read.
    ///   - total: how many results there will be; nil for the number of inputs, if it is known in advance, as for an
    ///     array.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) throws -> Output
    ) throws -> ShownResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(inputs, streamSubmitter(ElementFunction(body), Mapping(body), options), ahead, order)
            .showing(display, total: total ?? knownCount(of: inputs))
    }

    /// Calls an `async` closure for each element of an asynchronous sequence, and shows the progress.
    public func stream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output
    ) -> ShownAsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(AsyncElementFunction(body), AsyncMapping(body), options), ahead, order)
            .showing(display, total: total)
    }

    /// Calls an `async` closure for each element of a sequence, and shows the progress.
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output
    ) -> ShownAsyncResultSequence<Inputs, Output> where Inputs.Element: Portable {
        asyncStream(inputs, streamSubmitter(AsyncElementFunction(body), AsyncMapping(body), options), ahead, order)
            .showing(display, total: total ?? knownCount(of: inputs))
    }

    /// Calls an `async` closure for each element of a sequence, and shows the progress; blocks while waiting for
    /// results.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @_disfavoredOverload
    public func stream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, ahead: Int? = nil, order: StreamOrder = .input, options: TaskOptions = .default,
        showing display: ProgressDisplay, total: Int? = nil,
        body: @autoclosure @escaping @Sendable () -> @Sendable (Inputs.Element) async throws -> Output
    ) throws -> ShownResultSequence<Inputs, Output> where Inputs.Element: Portable {
        try blockingStream(
            inputs, streamSubmitter(AsyncElementFunction(body), AsyncMapping(body), options), ahead, order
        ).showing(display, total: total ?? knownCount(of: inputs))
    }
}
