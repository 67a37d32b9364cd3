/// The result of a task: a value or an error.
///
/// ```swift
/// for (name, result) in try session.results() {
///     if result.isSuccessful { print(name, try result.get(as: [Int].self)) } else { print(name, result.error!) }
/// }
/// ```
public struct TaskResult: Sendable {
    /// The value that the task's function returned; nil if there is an error. `()` if the function returns nothing.
    public let value: (any Sendable)?

    /// The reason why there is no value; nil if there is one.
    ///
    /// This is the error that the function threw, or a `MultitaskingError` that describes what happened to the task. If
    /// the function itself threw a `MultitaskingError`, its `origin` is `.task`, and ``isCancelled`` and ``isTimedOut``
    /// are false, because they only reflect what the pool did.
    public let error: (any Error)?

    /// Creates a result from a task's outcome.
    public init<Value>(_ outcome: TaskOutcome<Value>) {
        do {
            value = try outcome.get()
            error = nil
        } catch {
            value = nil
            self.error = error
        }
    }

    /// Makes the result of a task that has none.
    init(failure error: any Error) {
        value = nil
        self.error = error
    }

    /// Whether the task's function returned.
    public var isSuccessful: Bool { error == nil }

    /// Whether the pool cancelled the task, before it started or by force while it ran.
    ///
    /// If a function throws `CancellationError` or an error of another pool, the task has failed instead.
    public var isCancelled: Bool { codeOfPool == .cancelled }

    /// Whether the wait ended before the task did, or a time limit in the task's options ended it.
    public var isTimedOut: Bool {
        switch codeOfPool {
        case .timedOut, .taskTimedOut, .queueTimedOut: true
        default: false
        }
    }

    /// What the pool says, unless the error is the task's own.
    private var codeOfPool: MultitaskingError.Code? {
        guard let error = error as? MultitaskingError, error.origin == .pool else { return nil }
        return error.code
    }

    /// Returns the value, as the type that the function returns: `let primes: [Int] = try result.get()`.
    ///
    /// - Throws: ``error`` if there is one; `wrongType`, with the names of both types, if the value is of another type.
    ///   Values aren't converted: an `Int` is neither a `Double` nor an `Int?`.
    public func get<Value>(as type: Value.Type = Value.self) throws -> Value {
        if let error { throw error }
        guard let value else { throw MultitaskingError.wrongType(wanted: type, found: Void.self) }
        // A cast may convert, for example the elements of an array; only what kept its own type was of the wanted one.
        guard let wanted = value as? Value, Swift.type(of: wanted as Any) == Swift.type(of: value as Any) else {
            throw MultitaskingError.wrongType(wanted: type, found: Swift.type(of: value as Any))
        }
        return wanted
    }
}

extension TaskResult: CustomStringConvertible {
    /// `succeeded: 42`, or `failed:` and the error.
    public var description: String {
        if let error { return "failed: \(brief(error, limit: 200))" }
        guard let value, !(value is Void) else { return "succeeded" }
        return "succeeded: \(brief(value))"
    }
}

extension MultitaskingError {
    static func wrongType(wanted: Any.Type, found: Any.Type) -> Self {
        Self(
            .wrongType,
            """
            the task's function returns \(qualifiedName(of: found)), not \(qualifiedName(of: wanted)): \
            ask for \(qualifiedName(of: found))
            """)
    }
}
