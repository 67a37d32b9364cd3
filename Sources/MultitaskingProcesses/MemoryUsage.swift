/// What a pool's shared memory holds at one moment.
public struct MemoryUsage: Sendable, Hashable {
    /// Blocks with arguments, results and messages.
    public var blocks: Int
    /// Segments of channels.
    public var channelSegments: Int
    /// Tasks that are queued, running, or done with their result not yet dropped.
    public var tasks: Int
    /// Channels whose handle is held.
    public var channels: Int
    /// Cancel signals whose handle is held.
    public var signals: Int
}
