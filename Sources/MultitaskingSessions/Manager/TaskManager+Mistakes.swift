// Calls that cannot work, so that the compiler says in a sentence what to write instead of listing every overload.

extension TaskManager {
    /// Sequences in another order or number, or whose elements cannot be sent.
    @available(
        *, unavailable,
        message: """
            pass the function, then a sequence for each of its parameters, in their order; elements and result must be \
            Codable & Sendable
            """
    )
    @_disfavoredOverload
    @discardableResult
    public func map<Function, each Elements>(
        _ prefix: String, _ function: Function, scopes: Scopes = .null, options: TaskOptions = .default,
        _ sequences: repeat each Elements
    ) throws -> TaskSession {
        throw MultitaskingError(.invalidArgument, "the sequences are not those of the function's parameters")
    }

    /// A call with scopes after the sequences.
    @available(*, unavailable, message: "pass scopes: and options: directly after the function, before the sequences")
    @_disfavoredOverload
    @discardableResult
    public func map<Function, each Elements>(
        _ prefix: String, _ function: Function, _ sequences: repeat each Elements, scopes: Scopes,
        options: TaskOptions = .default
    ) throws -> TaskSession {
        throw MultitaskingError(.invalidArgument, "the scopes come before the sequences")
    }

    /// A call with scopes and options before the function.
    @available(*, unavailable, message: "pass scopes: and options: directly after the function, before the sequences")
    @_disfavoredOverload
    @discardableResult
    public func map<Function, each Elements>(
        _ prefix: String, scopes: Scopes, options: TaskOptions = .default, _ function: Function,
        _ sequences: repeat each Elements
    ) throws -> TaskSession {
        throw MultitaskingError(.invalidArgument, "the scopes come after the function")
    }

    /// A call with options before the function.
    @available(*, unavailable, message: "pass options: directly after the function, before the sequences")
    @_disfavoredOverload
    @discardableResult
    public func map<Function, each Elements>(
        _ prefix: String, options: TaskOptions, _ function: Function, _ sequences: repeat each Elements
    ) throws -> TaskSession {
        throw MultitaskingError(.invalidArgument, "the options come after the function")
    }

    /// Python's `submit` of a manager.
    @available(
        *, unavailable,
        message: """
            write executor.submit(function, arguments…) for a Future, or session().submit("name", function, arguments…)
            """
    )
    @_disfavoredOverload
    @discardableResult
    public func submit<Function, each Argument>(
        _ function: Function, _ arguments: repeat each Argument
    ) throws -> Future<Void> {
        throw MultitaskingError(.invalidArgument, "a manager runs nothing itself")
    }

    /// Python's `submit` of a manager, with a closure. The other one may take the closure for an argument, so this one
    /// is preferred.
    @available(
        *, unavailable,
        message: "write executor.submit(arguments…) { … } for a Future, or session().submit(\"name\", arguments…) { … }"
    )
    @discardableResult
    public func submit<each Argument, Output>(
        _ arguments: repeat each Argument, body: (repeat each Argument) throws -> Output
    ) throws -> Future<Void> {
        throw MultitaskingError(.invalidArgument, "a manager runs nothing itself")
    }
}
