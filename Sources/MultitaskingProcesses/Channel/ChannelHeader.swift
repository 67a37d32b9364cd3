import Glibc
import MultitaskingCore

/// The fixed part of a channel, in the channel table: 512 bytes, of which the busy words have a cache line each.
struct ChannelHeader {
    static let liveFlag: UInt64 = 1
    static let closedFlag: UInt64 = 2
    static let discardsFlag: UInt64 = 4
    static let endedFlag: UInt64 = 8

    let arena: Arena
    let index: Int

    private var base: Int { ArenaLayout.channelTable + index * ArenaLayout.channelStride }

    // Words that are only read in most operations lie apart from those that each operation writes, and those that senders
    // write apart from those that receivers write.

    /// Bit 0: exists. Bit 1: closed. Bit 2: what comes back is discarded. Bit 3: the pool has ended.
    /// From bit 8: the serial, which no two channels of a pool share for a long time.
    @inline(__always) var state: SharedWord { arena.word(base) }
    /// How many elements fit; 0 for no bound.
    @inline(__always) var capacity: SharedWord { arena.word(base + 8) }
    /// How many encoded bytes fit; 0 for no bound.
    var byteCapacity: SharedWord { arena.word(base + 16) }
    /// 1 if elements go back whose receiver dies.
    var redelivers: SharedWord { arena.word(base + 32) }
    /// Raised after elements went back.
    @inline(__always) var returns: SharedWord { arena.word(base + 40) }
    /// Up to which of `returns` all that went back was received again.
    @inline(__always) var searched: SharedWord { arena.word(base + 48) }
    /// Asks for the pool's event to be signalled at the next change.
    @inline(__always) var watched: SharedWord { arena.word(base + 24) }

    @inline(__always) var receivers: WaitQueue { WaitQueue(arena: arena, offset: base + 64) }
    @inline(__always) var senders: WaitQueue { WaitQueue(arena: arena, offset: base + 80) }
    @inline(__always) var joiners: WaitQueue { WaitQueue(arena: arena, offset: base + 96) }

    @inline(__always) var tail: SharedWord { arena.word(base + 128) }
    /// Fetches the tail to this core, which will move it soon, while it does something else.
    @inline(__always) func prefetchTail() { arena.prefetch(base + 128) }
    @inline(__always) var tailSegment: SharedWord { arena.word(base + 136) }

    @inline(__always) var head: SharedWord { arena.word(base + 256) }
    @inline(__always) var headSegment: SharedWord { arena.word(base + 264) }

    /// How many elements were reported as done.
    var finished: SharedWord { arena.word(base + 384) }
    /// See `DropCount`.
    var dropped: SharedWord { arena.word(base + 392) }
    /// Whether every element sent was reported as done, or will never be.
    var isJoined: Bool { finished.load() &+ DropCount(header: self).value >= tail.load() }

    /// Sets flags that say that the channel is closed, and wakes whoever waits.
    ///
    /// If it is let go or another one takes its place at this moment, that one is left alone.
    func close(with flags: UInt64) {
        let serial = state.load() >> 8
        // Others set flags as well, but each only once.
        for _ in 0..<8 {
            let now = state.load()
            guard now & Self.liveFlag != 0, now >> 8 == serial else { return }
            if state.compareExchange(now, now | flags) { return wakeAll() }
        }
    }

    /// Writes the words of a channel that does not exist yet.
    func initialize(_ options: ChannelOptions) {
        for word in [tail, head, finished, dropped, watched, returns, searched] { word.store(0) }
        capacity.store(UInt64(options.capacity ?? 0))
        byteCapacity.store(UInt64(options.byteCapacity ?? 0))
        redelivers.store(options.redelivers ? 1 : 0)
    }

    /// Wakes everybody who waits for this channel.
    func wakeAll() {
        receivers.wakeAll()
        senders.wakeAll()
        joiners.wakeAll()
        notifyWatcher()
    }

    /// Tells the watcher of a change that was made before, by an ordered exchange or before a fence.
    @inline(__always)
    func notifyWatcher() {
        guard watched.loadOrdered() != 0 else { return }
        watched.store(0)
        Event(arena: arena).signal()
    }
}

extension Arena {
    /// Calls `body` with every channel that exists.
    func forEachChannel(_ body: (ChannelHeader) -> Void) {
        let count = min(Int(clamping: header(ArenaLayout.Header.channelCount).load()), ArenaLayout.channelLimit)
        for index in 0..<count {
            let header = ChannelHeader(arena: self, index: index)
            if header.state.load() & ChannelHeader.liveFlag != 0 { body(header) }
        }
    }
}

/// Processes that sleep until something happens.
///
/// The count is a hint: a sleeper that dies leaves it too high, which costs a needless system call now and then.
///
/// Waking one sleeper takes a system call, and until it runs, more changes may come. So bit 0 of the futex says that one was
/// woken and is on its way: whoever makes a change meanwhile leaves it at that. The one on its way clears the bit before it
/// looks, and when it has taken its part and there is more, it wakes the next. If it dies first, the supervisor wakes all;
/// and everybody clears the bit before going to sleep, so that nobody relies on one who is not there.
struct WaitQueue {
    private static let onItsWay: UInt32 = 1

    let arena: Arena
    let offset: Int

    @inline(__always) private var futex: SharedFutex { arena.futex(offset) }
    @inline(__always) var sleepers: SharedWord { arena.word(offset + 8) }

    /// Wakes one sleeper, if there is any. The caller has made its change before, by an ordered exchange or before a fence.
    @inline(__always)
    func wakeOne() {
        if sleepers.loadOrdered() != 0 { wake() }
    }

    @inline(never)
    private func wake() {
        while true {
            let now = futex.load()
            if now & Self.onItsWay != 0 { return }
            if futex.compareExchange(now, (now &+ 2) | Self.onItsWay) { return futex.wake(1) }
        }
    }

    @inline(__always)
    func wakeAll() {
        fence()
        guard sleepers.loadRelaxed() != 0 else { return }
        futex.add(2)
        futex.wake()
    }

    /// Sleeps for at most `nanoseconds`, unless `isReady`, which others make true before they wake.
    func sleep(nanoseconds: Int64, unless isReady: () -> Bool) {
        sleepers.add(1)
        clear()
        let ticket = futex.load()
        fence()
        // A change made before this look is seen by it; a change made later sees the sleeper and raises the futex.
        if isReady() { sched_yield() } else { futex.sleep(while: ticket, nanoseconds: nanoseconds) }
        sleepers.subtract(1)
        clear()
        fence()
    }

    private func clear() { futex.formClear(Self.onItsWay) }
}
