import Synchronization

/// What a pool's shared memory holds at one moment.
///
/// ```swift
/// print(pool.memoryUsage.blocks)
/// ```
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
    /// Shared values, and arrays that tasks have made without copying.
    public var sharedValues: Int
}

extension PoolCore {
    var memoryUsage: MemoryUsage {
        sweepAbandoned()
        let blocks = arena.blocksInUse()
        var tasks = 0
        freeSlots.forEachUsed { if $0.word.load().status != .free { tasks += 1 } }
        let (channels, signals) = objects.withLock { ($0.channels.usedCount, $0.signals.usedCount) }
        return MemoryUsage(
            blocks: blocks.payloads, channelSegments: blocks.segments, tasks: tasks, channels: channels,
            signals: signals, sharedValues: membership.shares.table.liveCount)
    }
}
