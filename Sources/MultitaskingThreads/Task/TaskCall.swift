public import MultitaskingCore

/// What a task does: a value with all that it needs, so that it can lie in the task.
@usableFromInline
protocol TaskCall<Value>: Sendable {
    associatedtype Value: Sendable

    /// Does it.
    func callAsFunction(in environment: any TaskEnvironment) throws -> Value
}

extension Invocation: TaskCall {
    @usableFromInline typealias Value = Function.Output
}
