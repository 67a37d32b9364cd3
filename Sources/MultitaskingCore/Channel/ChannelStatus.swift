/// What a channel holds at one moment.
///
/// ```swift
/// let status = channel.status
/// print("\(status.count) of \(status.capacity.map(String.init) ?? "any number") wait")
/// ```
public struct ChannelStatus: Sendable, Hashable {
    /// How many elements wait to be received.
    public var count: Int
    /// How many elements fit; nil if only memory limits it.
    public var capacity: Int?
    /// How many encoded bytes wait; nil if the channel does not count them.
    public var byteCount: Int?
    /// How many encoded bytes fit; nil if there is no such bound.
    public var byteCapacity: Int?
    /// Whether the channel was closed.
    public var isClosed: Bool

    /// Makes a status.
    public init(count: Int, capacity: Int?, byteCount: Int? = nil, byteCapacity: Int? = nil, isClosed: Bool) {
        self.count = count
        self.capacity = capacity
        self.byteCount = byteCount
        self.byteCapacity = byteCapacity
        self.isClosed = isClosed
    }
}
