/// A function of one particular shape that can be called by a worker that knows nothing but its type and its address.
///
/// ```swift
/// let function = ValueFunction<Int, Int> { { $0 * 2 } }
/// let doubled = try function.call(ArgumentList(21), in: environment)
/// ```
///
/// A conforming type is a struct with exactly one stored property: a Swift function value. Its generic parameters
/// carry the argument and result types, so that the name of the type is all a worker needs to decode the arguments,
/// call the function and encode the result. The shapes that exist are in `Functions.swift`.
public protocol PortableFunction: Sendable {
    /// The function's arguments: an ``ArgumentList``, or another ``PayloadConvertible``.
    associatedtype Arguments: Sendable
    /// What the function returns.
    associatedtype Output: Sendable

    /// Calls the function and, if it is `async`, blocks until it has returned.
    func call(_ arguments: Arguments, in environment: any TaskEnvironment) throws -> Output

    /// Writes the arguments, first to last.
    static func encode(_ arguments: Arguments, into encoder: inout some PayloadEncoder) throws

    /// Reads what ``encode(_:into:)`` wrote.
    static func decodeArguments(from decoder: inout some PayloadDecoder) throws -> Arguments

    /// Writes the result.
    static func encode(output: Output, into encoder: inout some PayloadEncoder) throws

    /// Reads what ``encode(output:into:)`` wrote.
    static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output

    /// What must be kept alive in the parent until the task has ended, because the arguments refer to it: the channels
    /// and signals of a context. Nil if there is nothing of the kind.
    static func companion(of arguments: Arguments) -> (any Sendable)?
}

// How arguments and results are coded, once for all shapes.

extension PortableFunction {
    /// Most arguments are values that refer to nothing.
    @inlinable
    public static func companion(of arguments: Arguments) -> (any Sendable)? { nil }
}

extension PortableFunction where Arguments: PayloadConvertible {
    /// Writes the arguments.
    @inlinable
    public static func encode(_ arguments: Arguments, into encoder: inout some PayloadEncoder) throws {
        try arguments.encode(into: &encoder)
    }

    /// Reads the arguments.
    @inlinable
    public static func decodeArguments(from decoder: inout some PayloadDecoder) throws -> Arguments {
        try Arguments(from: &decoder)
    }

    /// What the arguments keep alive.
    @inlinable
    public static func companion(of arguments: Arguments) -> (any Sendable)? { arguments.companion }
}

extension PortableFunction where Output: Portable {
    /// Writes the result.
    @inlinable
    public static func encode(output: Output, into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(output)
    }

    /// Reads the result.
    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output {
        try decoder.decode(Output.self)
    }
}

extension PortableFunction where Output == Void {
    /// Writes nothing.
    @inlinable
    public static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}

    /// Reads nothing.
    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}
}

/// A function together with its arguments: one call, to be made here or in a worker.
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

    /// Makes a call of `function`.
    @inlinable
    public init(_ function: Function, _ arguments: Function.Arguments) {
        self.function = function
        self.arguments = arguments
    }

    /// Makes the call in this process.
    public func callAsFunction(in environment: any TaskEnvironment) throws -> Function.Output {
        try function.call(arguments, in: environment)
    }
}

/// The requirements on arguments and results that cross a process boundary.
public typealias Portable = Codable & Sendable
