/// The identity of a channel or signal in every worker of its pool.
///
/// ```swift
/// let id = channel.reference                // sent to a task, in a type of your own
/// let same = try environment.channel(id)    // in its `init(from:)`, whose decoder has the `TaskEnvironment`
/// ```
///
/// Sending a reference costs eight bytes; ``TaskEnvironment`` turns it back into the object.
///
/// A reference doesn't keep its object alive: the object is freed with its last handle in the parent. An optimized
/// program releases a local variable after its last use, not at the end of its scope. If only tasks use an object, keep
/// its handle explicitly:
///
/// ```swift
/// let channel = try pool.makeChannel()
/// let future = try pool.submit(fill, channel.makeSender())
/// let count = try withExtendedLifetime(channel) { try future.value() }
/// ```
public struct SharedObjectID: Hashable, Sendable, Codable {
    /// The pool's own number for the object.
    public let rawValue: UInt64

    /// Creates a reference from the pool's number.
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

// Pools begin to count their objects at random numbers: a reference that goes to another pool by mistake leads to
// nothing there. Counting from one, each pool would find an object of its own under it.
extension SharedObjectID {
    /// The bits that count a pool's objects. Those above are the pool's.
    private static let countBits: UInt64 = 40

    /// A number for a new pool to count from.
    package static func makeOrigin() -> UInt64 { .random(in: 1..<1 << 23) << countBits }

    /// How many objects the pool had when it had made this one.
    package var ordinal: UInt64 { rawValue & (1 << Self.countBits - 1) }

    /// Whether a pool that counts from `origin` may have given it out.
    package func isCounted(from origin: UInt64) -> Bool { rawValue >> Self.countBits == origin >> Self.countBits }
}

extension MultitaskingError {
    /// The kinds of objects that a pool shares with its tasks.
    package enum ObjectKind: String, Sendable {
        case channel
        case cancelEvent = "cancel event"
    }

    /// The error for a reference that leads to nothing.
    ///
    /// - Parameter isForeign: whether the pool has never given it out.
    package static func missing(_ kind: ObjectKind, isForeign: Bool) -> Self {
        let text =
            isForeign
            ? "belongs to another pool, and only that pool's tasks can use it; give a task only what its own pool has "
                + "created"
            : "no longer exists: its last handle in the parent was released; keep a handle, with withExtendedLifetime "
                + "if only tasks use it, because an optimized program releases a variable after its last use"
        return Self(.noSuchObject, "the \(kind.rawValue) \(text)")
    }
}
