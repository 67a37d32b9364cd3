// The names of Python's futures, so that the compiler says in a sentence what to write instead.

extension Future {
    /// A name of Python's futures; here it is ``value(timeout:)``.
    @available(*, unavailable, renamed: "value(timeout:)")
    public func result(timeout: Duration? = nil) throws -> Value { throw MultitaskingError.notDone(within: timeout) }

    /// Seconds as a number, which are a `Duration` here.
    @available(*, unavailable, message: "write value(timeout: .seconds(…))")
    @_disfavoredOverload
    public func result(timeout: Double) throws -> Value { throw MultitaskingError.notDone(within: nil) }

    /// A name of Python's futures; here it is ``failure``.
    @available(*, unavailable, message: "write failure, which is nil until the task has ended")
    public func exception(timeout: Duration? = nil) -> (any Error)? { nil }

    /// Seconds as a number, for which there is no counterpart.
    @available(*, unavailable, message: "write waitUntilDone(.upTo(.seconds(…))), and then failure")
    @_disfavoredOverload
    public func exception(timeout: Double) -> (any Error)? { nil }

    /// A name of Python's futures; here it is ``isDone``.
    @available(*, unavailable, message: "write isDone")
    public func done() -> Bool { isDone }

    /// A name of Python's futures; here it is ``isRunning``.
    @available(*, unavailable, message: "write isRunning")
    public func running() -> Bool { isRunning }

    /// A name of Python's futures; here it is ``isCancelled``.
    @available(*, unavailable, message: "write isCancelled")
    public func cancelled() -> Bool { isCancelled }

    /// A name of Python's futures; here it is ``whenDone(_:)``.
    @available(*, unavailable, message: "write whenDone { … }; the closure has no parameters")
    public func add_done_callback(_ body: (Self) -> Void) {}

    /// A name of Python's futures; here it is ``whenDone(_:)``.
    @available(*, unavailable, message: "write whenDone { … }; the closure has no parameters")
    public func addDoneCallback(_ body: (Self) -> Void) {}
}
