import MultitaskingCore
import Synchronization

/// Tells the client that its pool has ended by an interrupt.
///
/// The handler of the signal rings the supervisor, which doesn't know of the calls that wait in the client for results
/// of others. Nothing is watched until there are any: a watcher is a thread.
final class InterruptNotice: Sendable {
    /// Whether the next interrupt ends the pool.
    let isExpected = Atomic<Bool>(false)
    /// An empty channel, which is closed at the end of an interrupted pool, as all are.
    fileprivate let channel = Mutex<ProcessChannel?>(nil)
}

extension PoolCore {
    /// Calls `body` when an interrupt has ended the pool; does nothing unless one would, or if another was given first.
    func whenInterrupted(_ body: @escaping @Sendable () -> Void) {
        guard interruptNotice.isExpected.load(ordering: .relaxed) else { return }
        let deadline = arena.header.interruptDeadline
        let channel: ProcessChannel? = interruptNotice.channel.withLock { channel in
            guard channel == nil else { return nil }
            channel = try? makeChannel(ChannelOptions())
            return channel
        }
        // Outside of the lock, as it may call back at once.
        if let channel, (try? channel.whenReady(for: .receive) { if deadline.load() != 0 { body() } }) == nil {
            // Without a thread that watches it, the next call tries again.
            endInterruptNotice()
        }
        // The channels may have been closed before there was this one.
        if isInterrupted { body() }
    }

    /// Releases the channel, which keeps the pool's memory.
    func endInterruptNotice() {
        let channel = interruptNotice.channel.withLock { $0.take() }
        withExtendedLifetime(channel) {}
    }
}
