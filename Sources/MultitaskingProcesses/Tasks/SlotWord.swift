/// The word of truth of one task: how far it is, who runs it, and which queueing of the slot this is.
struct SlotWord: Equatable, Sendable {
    enum Status: UInt64 {
        /// Not in use, or being filled by the client.
        case free = 0
        case queued
        /// Taken by `member`; how far it got is in the member's phase.
        case claimed
        case done
        /// Cancelled before it was claimed.
        case cancelled
    }

    /// Bits 0...3: status. Bits 4...13: member. Bit 14: which ring. Bits 15...63: the position in that ring.
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ status: Status, member: Int = 0, ticket: Ticket) {
        rawValue = status.rawValue | UInt64(member) << 4 | ticket.rawValue << 14
    }

    var status: Status { Status(rawValue: rawValue & 0xf) ?? .free }
    var member: Int { Int(rawValue >> 4 & 0x3ff) }
    var ticket: Ticket { Ticket(rawValue: rawValue >> 14) }

    func with(_ status: Status, member: Int) -> SlotWord { SlotWord(status, member: member, ticket: ticket) }
}

/// A place in a job ring. It is never used twice, so a word that carries it cannot be mistaken for a later one.
struct Ticket: Equatable, Sendable {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(position: UInt64, isRetry: Bool) { rawValue = position << 1 | (isRetry ? 1 : 0) }

    var position: UInt64 { rawValue >> 1 }
    var isRetry: Bool { rawValue & 1 == 1 }
}
