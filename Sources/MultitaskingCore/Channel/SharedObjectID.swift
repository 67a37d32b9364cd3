/// The identity of a channel or signal in every worker of its pool.
///
/// ```swift
/// let id = channel.reference                        // sent to a task
/// let same = try environment.channel(id)             // in the task
/// ```
///
/// Sending a reference costs eight bytes; ``TaskEnvironment`` turns it back into the object.
public struct SharedObjectID: Hashable, Sendable, Codable {
    /// The pool's own number for the object.
    public let rawValue: UInt64

    /// Creates a reference from the pool's number.
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}
