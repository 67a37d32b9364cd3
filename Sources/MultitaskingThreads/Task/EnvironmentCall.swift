public import MultitaskingCore

/// A closure that is given the environment.
@usableFromInline
struct EnvironmentCall<Value: Sendable>: TaskCall {
    @usableFromInline let body: @Sendable (any TaskEnvironment) throws -> Value

    @inlinable
    init(_ body: @escaping @Sendable (any TaskEnvironment) throws -> Value) { self.body = body }

    @inlinable
    func callAsFunction(in environment: any TaskEnvironment) throws -> Value { try body(environment) }
}
