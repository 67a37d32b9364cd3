/// A value that can encode itself into a payload and decode itself from one.
///
/// ```swift
/// struct Greeting: PayloadConvertible {
///     let name: String
///     init(from decoder: inout some PayloadDecoder) throws { name = try decoder.decode(String.self) }
///     func encode(into encoder: inout some PayloadEncoder) throws { try encoder.encode(name) }
/// }
/// ```
///
/// The arguments of a ``PortableFunction`` are usually an ``ArgumentList``. A function type with other needs, such as
/// an argument that only a worker can create, defines its own type.
public protocol PayloadConvertible: Sendable {
    /// Decodes a value that ``encode(into:)`` encoded.
    /// - Throws: whatever the decoder throws.
    init(from decoder: inout some PayloadDecoder) throws

    /// Encodes the value.
    /// - Throws: whatever the encoder throws.
    func encode(into encoder: inout some PayloadEncoder) throws

    /// An object that the parent must keep alive until the task has ended, because the value refers to it; nil if there
    /// is none.
    var companion: (any Sendable)? { get }
}

extension PayloadConvertible {
    /// Returns nil: most values refer to no object.
    @inlinable
    public var companion: (any Sendable)? { nil }
}

/// The arguments of a call, in order.
///
/// ```swift
/// let call = Invocation(ValueFunction(function), ArgumentList(21, "text"))
/// ```
public struct ArgumentList<each Argument: Portable>: PayloadConvertible {
    /// The arguments as a tuple.
    public let values: (repeat each Argument)

    /// Creates a list of `values`.
    @inlinable
    public init(_ values: repeat each Argument) { self.values = (repeat each values) }

    /// Decodes the arguments, in order.
    /// - Throws: whatever the decoder throws.
    @inlinable
    public init(from decoder: inout some PayloadDecoder) throws {
        values = (repeat try decoder.decode((each Argument).self))
    }

    /// Encodes the arguments, in order.
    /// - Throws: whatever the encoder throws.
    @inlinable
    public func encode(into encoder: inout some PayloadEncoder) throws {
        for argument in repeat each values { try encoder.encode(argument) }
    }

    /// The senders among the arguments, which count until the task ends.
    @inlinable
    public var companion: (any Sendable)? {
        // Where the types are known, the compiler knows the answer.
        var isSender = false
        for type in repeat (each Argument).self {
            if type == ChannelSender.self { isSender = true }
        }
        return isSender ? heldSenders : nil
    }

    @usableFromInline
    var heldSenders: HeldSenders? {
        var senders: [ChannelSender] = []
        for argument in repeat each values {
            if let sender = argument as? ChannelSender, sender.isCounted { senders.append(sender) }
        }
        return senders.isEmpty ? nil : HeldSenders(senders)
    }
}
