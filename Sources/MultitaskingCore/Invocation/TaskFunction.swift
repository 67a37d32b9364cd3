/// A function that a task runs: what it takes, what it returns, and how to call it.
///
/// ``PortableFunction`` adds how its arguments are sent to a worker, and how its result is sent back.
///
/// ```swift
/// func outcome<Function: TaskFunction>(
///     of function: Function, _ arguments: Function.Arguments, in environment: any TaskEnvironment
/// ) -> Result<Function.Output, any Error> {
///     Result { try function.call(arguments, in: environment) }
/// }
/// ```
public protocol TaskFunction: Sendable {
    /// The function's arguments: an ``ArgumentList`` or another ``PayloadConvertible``.
    associatedtype Arguments: Sendable
    /// The function's result.
    associatedtype Output: Sendable

    /// Calls the function and, if it is `async`, blocks until it returns.
    func call(_ arguments: Arguments, in environment: any TaskEnvironment) throws -> Output
}
