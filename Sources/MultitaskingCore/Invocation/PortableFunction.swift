/// A function that a worker can call knowing only its type and its address.
///
/// ```swift
/// let function = ValueFunction<Int, Int> { { $0 * 2 } }
/// let doubled = try function.call(ArgumentList(21), in: environment)
/// ```
///
/// A conforming type is a struct with exactly one stored property: a Swift function value. Its generic parameters are
/// the argument and result types, so from the type's name a worker knows how to decode the arguments, call the
/// function, and encode the result. `Functions.swift` contains the conforming types.
public protocol PortableFunction: ArgumentCoding, OutputCoding, Sendable {
    /// Calls the function and, if it is `async`, blocks until it returns.
    func call(_ arguments: Arguments, in environment: any TaskEnvironment) throws -> Output
}

/// A call: a function together with its arguments, to run in this process or in a worker.
///
/// ```swift
/// let call = Invocation(ValueFunction<Int, Int> { { $0 * 2 } }, ArgumentList(21))
/// let future = try pool.submit(call, options: .default)
/// ```
public struct Invocation<Function: PortableFunction>: Sendable {
    /// The function.
    public let function: Function
    /// Its arguments.
    public let arguments: Function.Arguments

    /// Creates a call of `function`.
    @inlinable
    public init(_ function: Function, _ arguments: Function.Arguments) {
        self.function = function
        self.arguments = arguments
    }

    /// Calls the function in this process.
    public func callAsFunction(in environment: any TaskEnvironment) throws -> Function.Output {
        try function.call(arguments, in: environment)
    }
}

/// The requirements on arguments and results that cross a process boundary.
public typealias Portable = Codable & Sendable
