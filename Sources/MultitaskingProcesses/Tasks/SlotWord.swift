/// The word of truth of one task: how far it is, which worker runs it, and which queueing of the slot this is.
struct SlotWord: BitFields {
    enum Status: UInt64 {
        /// Not in use, or being filled by the client.
        case free = 0
        case queued
        /// Taken by `member`; how far it got is in the member's phase.
        case claimed
        case done
        /// Cancelled, before it was claimed or by force.
        case cancelled
        /// Waited too long and was never claimed.
        case expired
        /// Claimed, and out of time: the supervisor is ending its member, which may not finish the task anymore.
        case terminatingForTimeout
        /// Claimed, and cancelled by force: as above.
        case terminatingForCancel
        /// Claimed, and its member holds too much memory: as above.
        case terminatingForMemory
    }

    /// Bits 0...3: status. Bits 4...13: member. Bits 14 and 15: which ring. Bits 16...63: the position in that ring.
    ///
    /// A queued task has no member, unless it is in no ring and for one worker alone; see `CallTable`.
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ status: Status, member: Int = 0, ticket: Ticket) {
        rawValue = status.rawValue | UInt64(member) << 4 | ticket.rawValue << 14
    }

    var status: Status { Status(rawValue: rawValue & 0xf) ?? .free }
    var member: Int { Int(rawValue >> 4 & 0x3ff) }
    var ticket: Ticket { Ticket(rawValue: rawValue >> 14) }

    func with(_ status: Status, member: Int) -> SlotWord { SlotWord(status, member: member, ticket: ticket) }

    /// Whether the task is in a member's hands.
    @inline(__always)
    var isClaimed: Bool {
        switch status {
        case .claimed, .terminatingForTimeout, .terminatingForCancel, .terminatingForMemory: true
        case .free, .queued, .done, .cancelled, .expired: false
        }
    }

    /// Whether the supervisor is ending the task's member.
    var isTerminating: Bool {
        switch status {
        case .terminatingForTimeout, .terminatingForCancel, .terminatingForMemory: true
        case .free, .queued, .claimed, .done, .cancelled, .expired: false
        }
    }

    /// Whether the task is between two attempts.
    var isAwaitingRetry: Bool { isDelayed || isHandedBack }

    /// Whether the supervisor keeps the task until its next attempt is due. Until then, the client may end it.
    var isDelayed: Bool { status == .claimed && member == ArenaLayout.supervisor }

    /// Whether a worker has handed the task back, and the supervisor has not taken it yet.
    ///
    /// Nobody else may end it meanwhile: the supervisor, which is about to take it, would clear the worker's place for
    /// what it hands back when that names another task.
    var isHandedBack: Bool { status == .claimed && member == ArenaLayout.handedBack }

    /// Whether the task has ended, in whatever way.
    @inline(__always)
    var hasEnded: Bool {
        switch status {
        case .done, .cancelled, .expired: true
        case .free, .queued, .claimed, .terminatingForTimeout, .terminatingForCancel, .terminatingForMemory: false
        }
    }
}

/// A position in a task ring. It is not used twice for many years, so a word that carries it cannot be mistaken for a
/// later one.
struct Ticket: Equatable, Sendable {
    let rawValue: UInt64

    /// As many bits of the position as a slot's word has room for.
    static let positionMask: UInt64 = (1 << 48) - 1

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(position: UInt64, ring: TaskRing.Kind) {
        rawValue = (position & Self.positionMask) << 2 | ring.rawValue
    }

    /// The position, cut to `positionMask`.
    var position: UInt64 { rawValue >> 2 }
    var ring: TaskRing.Kind { TaskRing.Kind(rawValue: rawValue & 3) ?? .normal }
}
