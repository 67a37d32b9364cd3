import MultitaskingCore

/// One task in the arena: a ledger entry of 64 bytes, one cache line, and 168 more with room for small arguments, a
/// small result, and options that few tasks have.
@usableFromInline
struct TaskSlot: Sendable {
    enum Kind: UInt64 {
        /// A function from the function table, called by the worker that claims the slot.
        case portable = 0
        /// A function that captures, called by a copy of the client that waits for the slot to be claimed.
        case copy
    }

    enum ResultKind: UInt64 {
        case none = 0
        /// The payload is the encoded value.
        case value
        /// The payload is an `ErrorEnvelope`: what the task's function threw.
        case thrown
        /// The payload is an `ErrorEnvelope`: what the pool says went wrong.
        case failure
        /// The arena was too full even for an error.
        case outOfMemory
        /// The member died; its end is in the inline bytes, see `CrashRecord`.
        case crashed
    }

    static let inlineCapacity = 56

    let arena: Arena
    let index: Int

    @inline(__always)
    private var base: Int { ArenaLayout.slotTable + index * ArenaLayout.slotStride }

    private var body: Int { arena.layout.slotBodies + index * ArenaLayout.slotBodyStride }

    @inline(__always) var wordCell: SharedWord { arena.word(base) }
    @inline(__always) var completion: Completion { Completion(futex: arena.futex(base + 8)) }

    /// The element that a chunk is at, plus 1; 0 for other tasks. Plain knowledge: nothing is decided by it here.
    private var progressCell: SharedFutex { arena.futex(base + 12) }

    /// Bits 0...31: function. Bits 32...39: kind. Bits 40...49: the member that holds the copy. Bit 50: there are
    /// orders.
    ///
    /// ORDERING: stores release, so that who sees what belongs to a later task sees that the slot's word has changed as
    /// well.
    private var callCell: SharedWord { arena.word(base + 16) }
    var resultKindCell: SharedWord { arena.word(base + 56) }

    /// While the slot is free: the next free one, plus 1; see `FreeSlots`.
    var nextFree: UInt64 {
        get { callCell.loadRelaxed() }
        nonmutating set { callCell.store(newValue) }
    }

    var arguments: PayloadPlace {
        PayloadPlace(arena: arena, descriptor: base + 24, inline: body, inlineCapacity: Self.inlineCapacity)
    }
    var result: PayloadPlace {
        PayloadPlace(arena: arena, descriptor: base + 40, inline: body + 56, inlineCapacity: Self.inlineCapacity)
    }
    /// The inline bytes of the result, for a `CrashRecord`.
    var crashRecord: CrashRecord { CrashRecord(arena: arena, offset: body + 56) }

    /// Fetches what any task needs of it to this core, and its arguments, if they are small.
    @inline(__always)
    func prefetch() {
        arena.prefetch(base)
        arena.prefetch(body)
    }

    @inline(__always) var word: SlotWord { SlotWord(rawValue: wordCell.load()) }

    var function: Int { Int(callCell.loadRelaxed() & 0xffff_ffff) }

    /// The kind of the task; only for who knows that the slot serves no other one meanwhile.
    var kind: Kind { Kind(rawValue: callCell.load() >> 32 & 0xff) ?? .portable }

    /// The kind of the task that was claimed with `claim`; nil if it has ended.
    ///
    /// The task of a copy ends with the copy, whoever has claimed it, and the slot may serve another one at once.
    @inline(__always)
    func kind(of claim: SlotWord) -> Kind? {
        let kind = kind
        return word == claim ? kind : nil
    }

    var copyMember: Int { Int(callCell.loadRelaxed() >> 40 & 0x3ff) }

    /// Has the copy that waits for its task look at the slot; does nothing for other tasks.
    func wakeCopy() {
        if kind == .copy { Member(arena: arena, index: copyMember).ring() }
    }

    /// The options of the task that workers and the supervisor act on.
    @inline(__always)
    var orders: TaskOrders { orders(arePresent: callCell.loadRelaxed() & Self.ordersFlag != 0) }

    @inline(__always)
    private func orders(arePresent: Bool) -> TaskOrders {
        TaskOrders(arena: arena, offset: body + 112, arePresent: arePresent)
    }

    private static let ordersFlag: UInt64 = 1 << 50

    /// Prepares a free slot; only the client does this.
    func prepare(kind: Kind, function: Int, copyMember: Int = 0, options: TaskOptions) {
        let hasOrders = TaskOrders.arePresent(in: options)
        orders(arePresent: hasOrders).prepare(options)
        callCell.store(
            UInt64(function) | kind.rawValue << 32 | UInt64(copyMember) << 40 | (hasOrders ? Self.ordersFlag : 0))
        resultKindCell.storeRelaxed(ResultKind.none.rawValue)
        arguments.clear()
        result.clear()
        completion.reset()
        progressCell.store(0)
    }

    func note(progress element: Int) { progressCell.store(UInt32(truncatingIfNeeded: element + 1)) }

    /// The element that a chunk is or was at, counted from 0; nil for other tasks.
    var progress: Int? {
        let value = Int(clamping: progressCell.load())
        return value == 0 ? nil : value - 1
    }

    /// Ends a claimed task if it is still where `expected` says, and tells whoever waits.
    ///
    /// Only for who holds the task: it writes the kind of the result before it knows whether it may.
    @discardableResult
    func finish(from expected: SlotWord, as kind: ResultKind) -> Bool {
        resultKindCell.store(kind.rawValue)
        return end(from: expected, as: .done)
    }

    /// Ends a task without a result if it is still where `expected` says, and tells whoever waits.
    @discardableResult
    func end(from expected: SlotWord, as status: SlotWord.Status) -> Bool {
        let ended = expected.with(status, member: expected.member)
        guard wordCell.compareExchangeOrdered(expected.rawValue, ended.rawValue) else { return false }
        completion.signal(arena)
        return true
    }

    var resultKind: ResultKind { ResultKind(rawValue: resultKindCell.load()) ?? .none }

    /// Whether the task has ended, in whatever way.
    @inline(__always)
    var hasEnded: Bool { word.hasEnded }

    /// Ends a task that has waited too long for a worker; false if it has not.
    func expireIfDue() -> Bool {
        let word = word
        return word.status == .queued && orders.isExpired && end(from: word, as: .expired)
    }
}
