import Synchronization

/// The objects in a pool's shared memory at one moment.
///
/// ```swift
/// print(pool.memoryUsage.blocks)
/// ```
public struct MemoryUsage: Sendable, Hashable {
    /// Blocks with arguments, results, and messages.
    public var blocks: Int
    /// Segments of channels.
    public var channelSegments: Int
    /// Tasks that are queued, running, or done with a result that hasn't been released.
    public var tasks: Int
    /// Channels with at least one handle.
    public var channels: Int
    /// Cancel signals with at least one handle.
    public var signals: Int
    /// Shared values, and arrays that tasks created in place.
    public var sharedValues: Int
}

extension PoolCore {
    var memoryUsage: MemoryUsage {
        // Only the supervisor takes back what dead workers held, and perhaps nobody waits who looks after it.
        membership.checkSupervisor()
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
