/// How the arguments of a function travel to a worker.
///
/// A ``PortableFunction`` whose arguments are an ``ArgumentList``, or another ``PayloadConvertible``, has it already.
///
/// ```swift
/// try Function.encode(arguments, into: &encoder)                  // in the parent
/// let arguments = try Function.decodeArguments(from: &decoder)    // in the worker
/// ```
public protocol ArgumentCoding {
    /// The function's arguments: an ``ArgumentList`` or another ``PayloadConvertible``.
    associatedtype Arguments: Sendable

    /// Encodes the arguments, in order.
    static func encode(_ arguments: Arguments, into encoder: inout some PayloadEncoder) throws

    /// Decodes arguments that ``encode(_:into:)`` encoded.
    static func decodeArguments(from decoder: inout some PayloadDecoder) throws -> Arguments

    /// Returns an object that the parent must keep alive until the task has ended, because the arguments refer to it,
    /// such as the channels and signals of a context. Nil if there is none.
    static func companion(of arguments: Arguments) -> (any Sendable)?
}

/// How the result of a function travels back from a worker.
///
/// A ``PortableFunction`` that returns nothing, or a ``Portable`` value, has it already.
///
/// ```swift
/// try Function.encode(output: output, into: &encoder)       // in the worker
/// let output = try Function.decodeOutput(from: &decoder)    // in the parent
/// ```
public protocol OutputCoding {
    /// The function's result.
    associatedtype Output: Sendable

    /// Encodes the result.
    static func encode(output: Output, into encoder: inout some PayloadEncoder) throws

    /// Decodes a result that ``encode(output:into:)`` encoded.
    static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Output
}

extension ArgumentCoding {
    /// Returns nil: most arguments refer to no object.
    @inlinable
    public static func companion(of arguments: Arguments) -> (any Sendable)? { nil }
}

extension ArgumentCoding where Arguments: PayloadConvertible {
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

extension OutputCoding where Output: Portable {
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

extension OutputCoding where Output == Void {
    /// Encodes nothing.
    @inlinable
    public static func encode(output: Void, into encoder: inout some PayloadEncoder) throws {}

    /// Decodes nothing.
    @inlinable
    public static func decodeOutput(from decoder: inout some PayloadDecoder) throws {}
}
