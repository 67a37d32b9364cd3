public import MultitaskingCore

/// A function and its arguments.
@usableFromInline
struct FunctionCall<each Argument: Sendable, Value: Sendable>: TaskCall {
    @usableFromInline let function: @Sendable () -> @Sendable (repeat each Argument) throws -> Value
    @usableFromInline let arguments: (repeat each Argument)

    @inlinable
    init(
        _ function: @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Value,
        _ arguments: repeat each Argument
    ) {
        self.function = function
        self.arguments = (repeat each arguments)
    }

    @inlinable
    func callAsFunction(in environment: any TaskEnvironment) throws -> Value {
        try function()(repeat each arguments)
    }
}
