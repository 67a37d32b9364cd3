// The names of Python's futures, so that the compiler says in a sentence what to write instead.

extension Future {
    /// The name in Python's futures for ``value(timeout:)``.
    @available(*, unavailable, renamed: "value(timeout:)")
    public func result(timeout: Duration? = nil) throws -> Value { throw MultitaskingError.notDone(within: timeout) }

    /// A call with a number of seconds, in place of a `Duration`.
    @available(*, unavailable, message: "write value(timeout: .seconds(…))")
    @_disfavoredOverload
    public func result(timeout: Double) throws -> Value { throw MultitaskingError.notDone(within: nil) }

    /// The name in Python's futures for ``failure``.
    @available(*, unavailable, message: "write failure, which is nil until the task has ended")
    public func exception(timeout: Duration? = nil) -> (any Error)? { nil }

    /// A call with a number of seconds, which has no counterpart.
    @available(*, unavailable, message: "write waitUntilDone(.upTo(.seconds(…))), and then failure")
    @_disfavoredOverload
    public func exception(timeout: Double) -> (any Error)? { nil }

    /// The name in Python's futures for ``isDone``.
    @available(*, unavailable, message: "write isDone")
    public func done() -> Bool { isDone }

    /// The name in Python's futures for ``isRunning``.
    @available(*, unavailable, message: "write isRunning")
    public func running() -> Bool { isRunning }

    /// The name in Python's futures for ``isCancelled``.
    @available(*, unavailable, message: "write isCancelled")
    public func cancelled() -> Bool { isCancelled }

    /// The name in Python's futures for ``whenDone(_:)``.
    @available(*, unavailable, message: "write whenDone { … }; the closure has no parameters")
    public func add_done_callback(_ body: (Self) -> Void) {}

    /// The name in Python's futures for ``whenDone(_:)``.
    @available(*, unavailable, message: "write whenDone { … }; the closure has no parameters")
    public func addDoneCallback(_ body: (Self) -> Void) {}
}
