// Calls that cannot work, so that the compiler says in a sentence what to write instead of listing every overload.

extension TaskSession {
    /// A result that cannot come back from a worker.
    ///
    /// Without this, the compiler takes the closure for one that returns nothing, and drops the result.
    @available(
        *, deprecated,
        message: """
            the closure's result is not Codable & Sendable, so it cannot come back, or its type is not known here: \
            write it ({ … -> Int in … }); this call throws notCodable
            """
    )
    @_disfavoredOverload
    @discardableResult
    public func submit<each Argument: Portable, Output>(
        _ name: String, scopes: Scopes = .null, options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
    ) throws -> Self {
        throw MultitaskingError.resultIsNotCodable(Output.self)
    }

    /// Arguments in another order or number, or of types that cannot be sent.
    @available(
        *, unavailable,
        message: """
            pass the function, then an argument for each of its parameters, in their order and without labels; \
            arguments and result must be Codable & Sendable
            """
    )
    @_disfavoredOverload
    @discardableResult
    public func submit<Function, each Argument>(
        _ name: String, _ function: Function, scopes: Scopes = .null, options: TaskOptions = .default,
        _ arguments: repeat each Argument
    ) throws -> Self {
        throw MultitaskingError(.invalidArgument, "the arguments are not those of the function")
    }

    /// A call with scopes after the arguments.
    @available(*, unavailable, message: "pass scopes: and options: directly after the function, before its arguments")
    @_disfavoredOverload
    @discardableResult
    public func submit<Function, each Argument>(
        _ name: String, _ function: Function, _ arguments: repeat each Argument, scopes: Scopes,
        options: TaskOptions = .default
    ) throws -> Self {
        throw MultitaskingError(.invalidArgument, "the scopes come before the arguments")
    }

    /// A call with scopes and options before the function.
    @available(*, unavailable, message: "pass scopes: and options: directly after the function, before its arguments")
    @_disfavoredOverload
    @discardableResult
    public func submit<Function, each Argument>(
        _ name: String, scopes: Scopes, options: TaskOptions = .default, _ function: Function,
        _ arguments: repeat each Argument
    ) throws -> Self {
        throw MultitaskingError(.invalidArgument, "the scopes come after the function")
    }

    /// A call with options before the function.
    @available(*, unavailable, message: "pass options: directly after the function, before its arguments")
    @_disfavoredOverload
    @discardableResult
    public func submit<Function, each Argument>(
        _ name: String, options: TaskOptions, _ function: Function, _ arguments: repeat each Argument
    ) throws -> Self {
        throw MultitaskingError(.invalidArgument, "the options come after the function")
    }
}
