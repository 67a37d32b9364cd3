/// Something that a member has written down for a timeline: a message, or a worker that is there or gone.
///
/// Entries lie in a ring that is each member's own, see ``EventRing``.
///
/// ORDERING: relaxed, and none is needed: an entry is whole if its check is that of its words and its number. An entry
/// that a writer has left when it died, or that two have written to at the same time, because one of them slept while
/// the others went round, has another.
struct EventRecord: Record {
    enum Field: Int, RecordField {
        case check = 0
        case what = 8
        case subject = 16
        case detail = 24
        case start = 32
        case end = 40
    }

    static let size = 48

    let arena: Arena
    let offset: Int

    enum Kind: UInt64 {
        case sent = 1
        case received
        case born
        case died
    }

    /// What has happened; times in nanoseconds of CLOCK_MONOTONIC.
    struct Event: Equatable {
        var kind: Kind
        /// How many neighbouring elements of a channel.
        var count = 0
        var process: Int32
        /// The thread; 0 for the one that runs the worker's tasks.
        var thread: Int32 = 0
        /// The channel's reference; 0 for a worker.
        var subject: UInt64 = 0
        /// The place of the first element in its channel, counted from the first that was ever sent; how a worker has
        /// ended.
        var detail: UInt64 = 0
        var start: UInt64
        var end: UInt64
    }

    /// Writes an event.
    ///
    /// - Parameter number: which it is of all of the ring, from 1.
    func write(_ event: Event, number: UInt64) {
        word(.what).storeRelaxed(event.what)
        word(.subject).storeRelaxed(event.subject)
        word(.detail).storeRelaxed(event.detail)
        word(.start).storeRelaxed(event.start)
        word(.end).storeRelaxed(event.end)
        word(.check).storeRelaxed(event.check(number))
    }

    /// The event with this number; nil if it is not here whole.
    func event(number: UInt64) -> Event? {
        let event = Event(
            what: word(.what).loadRelaxed(), subject: word(.subject).loadRelaxed(),
            detail: word(.detail).loadRelaxed(), start: word(.start).loadRelaxed(), end: word(.end).loadRelaxed())
        return word(.check).loadRelaxed() == event?.check(number) ? event : nil
    }
}

extension EventRecord.Event {
    /// How many bits process and thread numbers have: the system's highest is 2²².
    private static let idBits: UInt64 = 22
    private static let idMask: UInt64 = 1 << idBits - 1
    private static let mostElements = 0xffff

    /// Bits 0...3: kind. Bits 4...19: count. Bits 20...41: process. Bits 42...63: thread.
    fileprivate var what: UInt64 {
        kind.rawValue | UInt64(min(max(0, count), Self.mostElements)) << 4
            | (UInt64(UInt32(bitPattern: process)) & Self.idMask) << 20
            | (UInt64(UInt32(bitPattern: thread)) & Self.idMask) << 42
    }

    fileprivate init?(what: UInt64, subject: UInt64, detail: UInt64, start: UInt64, end: UInt64) {
        guard let kind = EventRecord.Kind(rawValue: what & 0xf) else { return nil }
        self.init(
            kind: kind, count: Int(what >> 4 & 0xffff), process: Int32(what >> 20 & Self.idMask),
            thread: Int32(what >> 42), subject: subject, detail: detail, start: start, end: end)
    }

    /// A number that other words, or the same ones in another entry, do not have, but for one chance in 2⁶⁴.
    fileprivate func check(_ number: UInt64) -> UInt64 {
        func mix(_ sum: UInt64, _ word: UInt64) -> UInt64 {
            let product = (sum ^ word) &* 0x9e37_79b9_7f4a_7c15
            return product ^ product >> 32
        }
        return mix(mix(mix(mix(mix(number, what), subject), detail), start), end)
    }
}

/// What a member has written down for a timeline, last. Several threads may write to it at once, and the supervisor.
///
/// A process that finds it full leaves its messages out, so that a timeline costs no more than what it can show.
/// Workers that come and go are written down in any case, over what was not read in time.
struct EventRing: Record {
    enum Field: Int, RecordField {
        case count = 0
        case taken = 8
        case skipped = 16
        // The counts are on a line of their own.
        case events = 64

        var size: Int {
            switch self {
            case .count, .taken, .skipped: 8
            case .events: EventRing.limit * EventRecord.size
            }
        }
    }

    /// How many events it holds.
    static let limit = 1024
    static let size = 64 + limit * EventRecord.size

    let arena: Arena
    let member: Int

    var offset: Int { arena.layout.eventTable + member * Self.size }

    /// How many events there ever were.
    var count: SharedWord { word(.count) }
    /// How many of them were read or passed by the reader.
    var taken: SharedWord { word(.taken) }
    /// How many were left out because there was no room.
    var skipped: SharedWord { word(.skipped) }

    /// Whether there is room for one more; what is left out is counted.
    ///
    /// ORDERING: relaxed. Several may find the last place at once, and then what was not read is overwritten.
    var hasRoom: Bool {
        if count.loadRelaxed() &- taken.loadRelaxed() < UInt64(Self.limit) { return true }
        skipped.add(1)
        return false
    }

    private func record(_ number: UInt64) -> EventRecord {
        let place = Int((number &- 1) % UInt64(Self.limit))
        return EventRecord(arena: arena, offset: offset(of: .events) + place * EventRecord.size)
    }

    /// Writes an event down.
    func add(_ event: EventRecord.Event) {
        let number = count.add(1)
        record(number).write(event, number: number)
    }

    /// A reader that begins with what comes from now on.
    var progress: RingProgress {
        let count = count.load()
        taken.store(count)
        return RingProgress(read: count, skipped: skipped.load())
    }

    /// The events behind those that were read, and how many were left out, overwritten, or left in pieces.
    ///
    /// - Parameter progress: how far the reader is; how far afterwards.
    func take(behind progress: inout RingProgress) -> (events: [EventRecord.Event], lost: Int) {
        let count = count.load()
        let late = exchange(&progress.missing, with: [])
        let (numbers, lost) = progress.advance(to: count, skipped: skipped.load(), limit: UInt64(Self.limit))
        // What was not whole the last time is by now, or its writer is dead.
        var events = late.compactMap { record($0).event(number: $0) }
        let dead = late.count - events.count
        for number in numbers {
            if let event = record(number).event(number: number) {
                events.append(event)
            } else {
                progress.missing.append(number)
            }
        }
        taken.store(count)
        return (events, lost + dead)
    }
}

extension Arena {
    /// What a member has written down for a timeline. Copies of the client write to its.
    func events(of member: Int) -> EventRing {
        EventRing(arena: self, member: member <= layout.workers ? member : ArenaLayout.client)
    }
}
