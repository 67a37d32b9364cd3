import MultitaskingCore

/// The fixed part of a channel, in the channel table: 512 bytes, of which the busy words have a cache line each.
struct ChannelHeader: Record {
    enum Field: Int, RecordField {
        case state = 0
        case capacity = 8
        case byteCapacity = 16
        case watched = 24
        case redelivers = 32
        case returns = 40
        case searched = 48
        case rendezvous = 56
        case receivers = 64
        case senders = 80
        case joiners = 96
        case attendance = 112
        case tail = 128
        case tailSegment = 136
        case head = 256
        case headSegment = 264
        case finished = 384
        case dropped = 392
        case voidSum = 400
        case receiverNaps = 408
        case senderNaps = 416

        var size: Int {
            switch self {
            case .receivers, .senders, .joiners: WaitQueue.size
            default: 8
            }
        }
    }

    static let size = ArenaLayout.channelStride

    static let liveFlag: UInt64 = 1
    static let closedFlag: UInt64 = 2
    static let discardsFlag: UInt64 = 4
    static let endedFlag: UInt64 = 8

    let arena: Arena
    let index: Int

    @inline(__always) var offset: Int { ArenaLayout.channelTable + index * Self.size }

    // Words that are only read in most operations lie apart from those that each operation writes, and those that
    // senders write apart from those that receivers write.

    /// Bit 0: exists. Bit 1: closed. Bit 2: what comes back is discarded. Bit 3: the pool has ended.
    /// From bit 8: the serial, which no two channels of a pool share for a long time.
    @inline(__always) var state: SharedWord { word(.state) }
    /// How many elements fit; 0 for no bound.
    @inline(__always) var capacity: SharedWord { word(.capacity) }
    /// How many encoded bytes fit; 0 for no bound.
    var byteCapacity: SharedWord { word(.byteCapacity) }
    /// 1 if elements go back whose receiver dies.
    var redelivers: SharedWord { word(.redelivers) }
    /// 1 if elements are handed from sender to receiver, without room for any.
    var rendezvous: SharedWord { word(.rendezvous) }
    /// The processes that wait to receive, in such a channel.
    var attendance: Attendance { Attendance(word: word(.attendance)) }
    /// Raised after elements went back.
    @inline(__always) var returns: SharedWord { word(.returns) }
    /// Up to which of `returns` all that went back was received again.
    @inline(__always) var searched: SharedWord { word(.searched) }
    /// Asks for the pool's event to be signalled at the next change.
    @inline(__always) var watched: SharedWord { word(.watched) }
    /// Its number in `ChangedObjects`.
    var changeNumber: Int { ChangedObjects.number(ofChannel: index) }

    @inline(__always) var receivers: WaitQueue { WaitQueue(arena: arena, offset: offset(of: .receivers)) }
    @inline(__always) var senders: WaitQueue { WaitQueue(arena: arena, offset: offset(of: .senders)) }
    @inline(__always) var joiners: WaitQueue { WaitQueue(arena: arena, offset: offset(of: .joiners)) }
    /// Where receivers nap, and senders: see `Pace`.
    var receiverNaps: NapSpot { NapSpot(arena: arena, offset: offset(of: .receiverNaps)) }
    var senderNaps: NapSpot { NapSpot(arena: arena, offset: offset(of: .senderNaps)) }

    @inline(__always) var tail: SharedWord { word(.tail) }
    /// Fetches the tail to this core, which will move it soon, while it does something else.
    @inline(__always) func prefetchTail() { arena.prefetch(offset(of: .tail)) }
    @inline(__always) var tailSegment: SharedLink { SharedLink(word(.tailSegment)) }

    @inline(__always) var head: Shared<HeadWord> { shared(.head) }
    @inline(__always) var headSegment: SharedLink { SharedLink(word(.headSegment)) }

    /// How many elements were reported as done.
    var finished: SharedWord { word(.finished) }
    /// See `DroppedElementCount`.
    var dropped: SharedWord { word(.dropped) }
    /// How many cells the head has passed that never held an element, as far as somebody has added them up.
    private var voidSum: SharedWord { word(.voidSum) }

    /// How many cells the head has passed that never held an element.
    ///
    /// A process that moves the head past one calls this, so the sum lags by no more than there are processes, and the
    /// bits that the head has room for say by how much.
    var voids: UInt64 {
        while true {
            // ORDERING: the sum before the head, which is never behind it.
            let sum = voidSum.load()
            let missing = (head.load().voids &- sum) & HeadWord.voidMask
            if missing == 0 || voidSum.compareExchange(sum, sum &+ missing) { return sum &+ missing }
        }
    }

    /// Sets flags that say that the channel is closed, and wakes all that wait; false if it is gone.
    ///
    /// If it is let go or another one takes its place at this moment, that one is left alone.
    ///
    /// - Parameter serial: the channel's; nil for that of the one that is here now.
    @discardableResult
    func close(with flags: UInt64, serial: UInt64? = nil) -> Bool {
        let serial = serial ?? state.load() >> 8
        // Others set flags as well, but each only once.
        for _ in 0..<8 {
            let now = state.load()
            guard now & Self.liveFlag != 0, now >> 8 == serial else { return false }
            if state.compareExchange(now, now | flags) {
                wakeAll()
                return true
            }
        }
        return true
    }

    /// Writes the words of a channel that does not exist yet.
    func initialize(_ options: ChannelOptions) {
        for word in [tail, head.word, finished, dropped, voidSum, watched, returns, searched] { word.store(0) }
        capacity.store(UInt64(options.capacity ?? 0))
        rendezvous.store(options.capacity == 0 ? 1 : 0)
        attendance.clear()
        byteCapacity.store(UInt64(options.byteCapacity ?? 0))
        redelivers.store(options.redelivers ? 1 : 0)
    }

    /// Wakes all waiters for this channel.
    func wakeAll() {
        receivers.wakeAll()
        senders.wakeAll()
        joiners.wakeAll()
        notifyWatcher()
    }

    /// Tells the watcher of a change that was made before, by an ordered exchange or before a fence.
    @inline(__always)
    func notifyWatcher() {
        if watched.loadOrdered() != 0 { wakeWatcher() }
    }

    @inline(never)
    private func wakeWatcher() {
        watched.store(0)
        ChangedObjects(arena: arena).note(changeNumber)
        arena.event.signal()
    }
}
