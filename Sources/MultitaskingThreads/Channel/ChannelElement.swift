/// An element of a channel, with the type it was sent as.
class ChannelElement: @unchecked Sendable {
    // SAFETY: the only subclass has nothing but one constant of a `Sendable` type.

    /// The name of the type it was sent as.
    var typeName: String { "nothing" }
}

/// An element of a known type. Receiving asks for exactly this class, so that an `Int` is no `Int?` and a subclass no
/// superclass, as in a process pool.
final class TypedElement<Value: Sendable>: ChannelElement, @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }

    override var typeName: String { String(reflecting: Value.self) }
}
