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
public protocol PortableFunction: TaskFunction {
    /// Encodes the arguments, in order.
    static func encode(_ arguments: Arguments, into encoder: inout some PayloadEncoder) throws

    /// Decodes arguments that ``encode(_:into:)`` encoded.
    static func decodeArguments(from decoder: inout some PayloadDecoder) throws -> Arguments

    /// Encodes the result.
    static func encode(output: Output, into encoder: inout some PayloadEncoder) throws

    /// Decodes a result that ``encode(output:into:)`` encoded.
    static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output

    /// Returns an object that the parent must keep alive until the task has ended, because the arguments refer to it,
    /// such as the channels and signals of a context. Nil if there is none.
    static func companion(of arguments: Arguments) -> (any Sendable)?
}

// How arguments and results are coded, once for all shapes.

extension PortableFunction {
    /// Returns nil: most arguments refer to no object.
    @inlinable
    public static func companion(of arguments: Arguments) -> (any Sendable)? { nil }
}

extension PortableFunction where Arguments: PayloadConvertible {
    /// Encodes the arguments.
    @inlinable
    public static func encode(_ arguments: Arguments, into encoder: inout some PayloadEncoder) throws {
        try arguments.encode(into: &encoder)
    }

    /// Decodes the arguments.
    @inlinable
    public static func decodeArguments(from decoder: inout some PayloadDecoder) throws -> Arguments {
        try Arguments(from: &decoder)
    }

    /// Returns the object that the arguments keep alive.
    @inlinable
    public static func companion(of arguments: Arguments) -> (any Sendable)? { arguments.companion }
}

extension PortableFunction where Output: Portable {
    /// Encodes the result.
    @inlinable
    public static func encode(output: Output, into encoder: inout some PayloadEncoder) throws {
        try encoder.encode(output)
    }

    /// Decodes the result.
    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output {
        try decoder.decode(Output.self)
    }
}

extension PortableFunction where Output == Void {
    /// Encodes nothing.
    @inlinable
    public static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}

    /// Decodes nothing.
    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}
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
