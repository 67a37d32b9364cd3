/// The state of a channel at one moment.
///
/// ```swift
/// let status = channel.status
/// print("\(status.count) of \(status.capacity.map(String.init) ?? "any number") wait")
/// ```
public struct ChannelStatus: Sendable, Hashable {
    /// How many elements are queued.
    public var count: Int
    /// How many elements fit; nil if only memory limits them.
    public var capacity: Int?
    /// How many encoded bytes are queued; nil if the channel doesn't count them.
    public var byteCount: Int?
    /// How many encoded bytes fit; nil if there is no such limit.
    public var byteCapacity: Int?
    /// Whether the channel is closed.
    public var isClosed: Bool

    /// Creates a status.
    public init(count: Int, capacity: Int?, byteCount: Int? = nil, byteCapacity: Int? = nil, isClosed: Bool) {
        self.count = count
        self.capacity = capacity
        self.byteCount = byteCount
        self.byteCapacity = byteCapacity
        self.isClosed = isClosed
    }
}
