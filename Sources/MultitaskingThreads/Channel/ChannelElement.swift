/// An element of a channel, with the type it was sent as.
///
/// Not generic: to make an object of a generic class, the runtime looks the class up each time.
final class ChannelElement: Sendable {
    /// The type it was sent as.
    let type: Any.Type
    private let value: any Sendable

    init<Value: Sendable>(_ value: Value) {
        type = Value.self
        self.value = value
    }

    /// The value, if this is the type it was sent as; nil if not. Exactly this type, so that an `Int` isn't an `Int?`
    /// and a subclass isn't its superclass, as in a process pool.
    func value<Value: Sendable>(as type: Value.Type) -> Value? {
        func same<Sent>(_ value: Sent) -> Value? {
            // SAFETY: it is the same type.
            unsafe Sent.self == Value.self ? unsafeBitCast(value, to: Value.self) : nil
        }
        return _openExistential(value, do: same)
    }
}
