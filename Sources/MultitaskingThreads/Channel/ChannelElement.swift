/// An element of a channel, with the type it was sent as.
class ChannelElement: @unchecked Sendable {
    // SAFETY: the only subclass has nothing but one constant of a `Sendable` type.

    /// The type it was sent as.
    let type: Any.Type

    init(type: Any.Type) { self.type = type }

    /// The value, if this is the type it was sent as; nil if not.
    @inline(__always)
    func value<Value: Sendable>(as type: Value.Type) -> Value? {
        guard self.type == type else { return nil }
        // SAFETY: the only subclass passes its own parameter as the type.
        return unsafe unsafeDowncast(self, to: TypedElement<Value>.self).value
    }
}

/// An element of a known type. Receiving asks for exactly this class, so that an `Int` is no `Int?` and a subclass no
/// superclass, as in a process pool.
final class TypedElement<Value: Sendable>: ChannelElement, @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
        super.init(type: Value.self)
    }
}
