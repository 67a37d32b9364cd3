public import MultitaskingCore

/// A closure and its arguments.
@usableFromInline
struct ClosureCall<each Argument: Sendable, Value: Sendable>: TaskCall {
    @usableFromInline let body: @Sendable (repeat each Argument) throws -> Value
    @usableFromInline let arguments: (repeat each Argument)

    @inlinable
    init(_ body: @escaping @Sendable (repeat each Argument) throws -> Value, _ arguments: repeat each Argument) {
        self.body = body
        self.arguments = (repeat each arguments)
    }

    @inlinable
    func callAsFunction(in environment: any TaskEnvironment) throws -> Value { try body(repeat each arguments) }
}
