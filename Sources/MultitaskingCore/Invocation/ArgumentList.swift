/// A value that knows how to write itself into a payload and to read itself back.
///
/// ```swift
/// struct Greeting: PayloadConvertible {
///     let name: String
///     init(from decoder: inout some PayloadDecoder) throws { name = try decoder.decode(String.self) }
///     func encode(into encoder: inout some PayloadEncoder) throws { try encoder.encode(name) }
/// }
/// ```
///
/// What a ``PortableFunction`` takes is usually an ``ArgumentList``. A shape of function with other needs, such as an
/// argument that only a worker can make, brings a type of its own.
public protocol PayloadConvertible: Sendable {
    /// Reads what ``encode(into:)`` wrote.
    /// - Throws: what the decoder throws.
    init(from decoder: inout some PayloadDecoder) throws

    /// Writes the value.
    /// - Throws: what the encoder throws.
    func encode(into encoder: inout some PayloadEncoder) throws

    /// What must stay alive in the parent until the task has ended, because the value refers to it; nil if there is
    /// nothing of the kind.
    var companion: (any Sendable)? { get }
}

extension PayloadConvertible {
    /// Most values refer to nothing.
    @inlinable
    public var companion: (any Sendable)? { nil }
}

/// The arguments of a call, first to last.
///
/// ```swift
/// let call = Invocation(ValueFunction(function), ArgumentList(21, "text"))
/// ```
public struct ArgumentList<each Argument: Portable>: PayloadConvertible {
    /// The arguments as a tuple.
    public let values: (repeat each Argument)

    /// Makes a list of `values`.
    @inlinable
    public init(_ values: repeat each Argument) { self.values = (repeat each values) }

    /// Reads the arguments, first to last.
    /// - Throws: what the decoder throws.
    @inlinable
    public init(from decoder: inout some PayloadDecoder) throws {
        values = (repeat try decoder.decode((each Argument).self))
    }

    /// Writes the arguments, first to last.
    /// - Throws: what the encoder throws.
    @inlinable
    public func encode(into encoder: inout some PayloadEncoder) throws {
        for argument in repeat each values { try encoder.encode(argument) }
    }

    /// The senders among the arguments, which count until the task has ended.
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
        func add(_ argument: some Sendable) {
            if let sender = argument as? ChannelSender, sender.isCounted { senders.append(sender) }
        }
        repeat add(each values)
        return senders.isEmpty ? nil : HeldSenders(senders)
    }
}
