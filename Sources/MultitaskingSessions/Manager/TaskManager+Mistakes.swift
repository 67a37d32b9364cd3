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

    /// Scopes after the sequences.
    @available(*, unavailable, message: "pass scopes: and options: directly after the function, before the sequences")
    @_disfavoredOverload
    @discardableResult
    public func map<Function, each Elements>(
        _ prefix: String, _ function: Function, _ sequences: repeat each Elements, scopes: Scopes,
        options: TaskOptions = .default
    ) throws -> TaskSession {
        throw MultitaskingError(.invalidArgument, "the scopes come before the sequences")
    }
}
