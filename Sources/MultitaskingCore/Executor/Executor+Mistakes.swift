// Calls that cannot work, so that the compiler says in a sentence what to write instead of listing every overload.

extension Executor {
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
    public func submit<each Argument: Portable, Output>(
        options: TaskOptions = .default, _ arguments: repeat each Argument,
        body: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Output
    ) throws -> Future<Void> {
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
    public func submit<Function, each Argument>(
        _ function: Function, options: TaskOptions = .default, _ arguments: repeat each Argument
    ) throws -> Future<Void> {
        throw MultitaskingError(.invalidArgument, "the arguments are not those of the function")
    }

    /// A call with options after the arguments.
    @available(*, unavailable, message: "pass options: directly after the function, before its arguments")
    @_disfavoredOverload
    public func submit<Function, each Argument>(
        _ function: Function, _ arguments: repeat each Argument, options: TaskOptions
    ) throws -> Future<Void> {
        throw MultitaskingError(.invalidArgument, "the options come before the arguments")
    }

    /// A call with options before the function.
    @available(*, unavailable, message: "pass options: directly after the function, before its arguments")
    @_disfavoredOverload
    public func submit<Function, each Argument>(
        options: TaskOptions, _ function: Function, _ arguments: repeat each Argument
    ) throws -> Future<Void> {
        throw MultitaskingError(.invalidArgument, "the options come after the function")
    }
}

extension MultitaskingError {
    /// The error of a call whose result cannot come back.
    package static func resultIsNotCodable(_ type: Any.Type) -> Self {
        if type is any Codable.Type {
            return Self(
                .notCodable,
                "the compiler did not know the closure's result type, \(type), where it chose this call; write it "
                    + "({ … -> \(type) in … }), or keep the future in a variable before its value is read")
        }
        return Self(
            .notCodable,
            "the result type \(type) is not Codable & Sendable; return a type that is, or run the function on a thread "
                + "pool"
        )
    }
}
