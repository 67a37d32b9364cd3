import MultitaskingCore

/// One task in the arena: a ledger entry of 64 bytes, one cache line, and two more with room for small arguments and a
/// small result.
@usableFromInline
struct TaskSlot: Record, Sendable {
    /// What every task's processes hand to each other.
    enum Field: Int, RecordField {
        case word = 0
        case completion = 8
        case progress = 12
        case call = 16
        case arguments = 24
        case result = 40
        case resultKind = 56

        var size: Int {
            switch self {
            case .completion, .progress: 4
            case .arguments, .result: PayloadField.size
            case .word, .call, .resultKind: 8
            }
        }
    }

    static let size = ArenaLayout.slotStride

    enum Kind: UInt64 {
        /// A function from the function table, called by the worker that claims the slot.
        case portable = 0
        /// A function that captures, called by a copy of the client that waits for the slot to be claimed.
        case forked
        /// A function from the function table, called by one worker alone as every worker calls it; its arguments are
        /// in the table of these calls.
        case call
    }

    enum ResultKind: UInt64, SharedValue {
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
        /// In a slot that no longer serves a task: its last one was cancelled.
        case cancelled

        init(word: UInt64) { self = Self(rawValue: word) ?? .none }
    }

    static let inlineCapacity = 56

    let arena: Arena
    let index: Int

    @inline(__always) var offset: Int { ArenaLayout.slotTable + index * Self.size }
    private var body: TaskSlotBody { TaskSlotBody(arena: arena, index: index) }

    /// The ledger: how far the task is, and in whose hands.
    @inline(__always) var word: Shared<SlotWord> { shared(.word) }
    @inline(__always) var completion: Completion { Completion(futex: futex(.completion)) }

    /// Bits 0...30: the element that a chunk is at, plus 1; 0 for other tasks. Bit 31: the task has reported something.
    /// Plain knowledge: nothing is decided by it here.
    private var progressWord: SharedFutex { futex(.progress) }
    private static let reportFlag: UInt32 = 1 << 31

    /// Bits 0...31: function. Bits 32...39: kind. Bits 40...49: the member that holds the copy, or the number of the
    /// call. Bit 50: there is a control record. Bit 51: when it was submitted is in the slot.
    ///
    /// ORDERING: stores release, so that a process that sees what belongs to a later task sees that the slot's word has
    /// changed as well.
    private var call: SharedWord { word(.call) }
    var resultKind: Shared<ResultKind> { shared(.resultKind) }

    /// While the slot is free: the next free one, plus 1; see `FreeSlots`.
    var nextFree: UInt64 {
        get { call.loadRelaxed() }
        nonmutating set { call.store(newValue) }
    }

    var arguments: PayloadField {
        PayloadField(
            arena: arena, offset: offset(of: .arguments), inline: body.offset(of: .arguments),
            inlineCapacity: Self.inlineCapacity)
    }
    var result: PayloadField {
        PayloadField(
            arena: arena, offset: offset(of: .result), inline: body.offset(of: .result),
            inlineCapacity: Self.inlineCapacity)
    }
    /// The inline bytes of the result, for a `CrashRecord`.
    var crashRecord: CrashRecord { CrashRecord(arena: arena, offset: body.offset(of: .result)) }

    /// Fetches what any task needs of it to this core, and its arguments, if they are small.
    @inline(__always)
    func prefetch() {
        arena.prefetch(offset)
        arena.prefetch(body.offset)
    }

    var function: Int { Int(call.loadRelaxed() & 0xffff_ffff) }

    /// The kind of the task; only for a process that knows that the slot serves no other one meanwhile.
    var kind: Kind { Kind(rawValue: call.load() >> 32 & 0xff) ?? .portable }

    /// The kind of the task that was claimed with `claim`; nil if it has ended.
    ///
    /// The task of a copy ends with the copy, whichever worker has claimed it, and the slot may serve another one at
    /// once.
    @inline(__always)
    func kind(of claim: SlotWord) -> Kind? {
        let kind = kind
        return word.load() == claim ? kind : nil
    }

    var forkedMember: Int { Int(call.loadRelaxed() >> 40 & 0x3ff) }

    /// The number of the call that every worker makes, of a task of that kind.
    var callNumber: Int { forkedMember }

    /// Whether a member has the task in hand.
    func isRun(by member: Int) -> Bool {
        let word = word.load()
        return word.isClaimed && (word.member == member || kind == .forked && forkedMember == member)
    }

    /// Makes the copy that waits for its task look at the slot; does nothing for other tasks.
    func wakeForkedTask() {
        if kind == .forked { arena.member(forkedMember).wake() }
    }

    /// What is asked of the task.
    @inline(__always) var requests: TaskRequests { body.requests }

    /// The options of the task that workers and the supervisor act on.
    @inline(__always)
    var control: TaskControl { control(isPresent: call.loadRelaxed() & Self.controlFlag != 0) }

    @inline(__always)
    private func control(isPresent: Bool) -> TaskControl {
        TaskControl(
            arena: arena, offset: arena.layout.taskControls + index * TaskControl.size, isPresent: isPresent)
    }

    private static let controlFlag: UInt64 = 1 << 50
    private static let stampFlag: UInt64 = 1 << 51

    /// Prepares a free slot; only the client does this.
    func prepare(kind: Kind, function: Int, forkedMember: Int = 0, options: TaskOptions, stamp: Stamp?) {
        let hasControl = TaskControl.isNeeded(for: options)
        requests.prepare()
        control(isPresent: hasControl).prepare(options)
        call.store(
            UInt64(function) | kind.rawValue << 32 | UInt64(forkedMember) << 40 | (hasControl ? Self.controlFlag : 0)
                | (stamp == nil ? 0 : Self.stampFlag))
        if let stamp { body.stamp.storeRelaxed(stamp.rawValue) }
        if hasControl, options.output == .prefixed { label.text = options.name ?? "" }
        resultKind.storeRelaxed(.none)
        arguments.clear()
        result.clear()
        completion.reset()
        progressWord.store(0)
    }

    /// Counts an attempt that begins now.
    func beginAttempt() {
        let control = control
        // Without retries there is only one. What is asked of the first one after it was claimed, but before it begins,
        // is asked of it.
        if control.isPresent, control.beginAttempt() { requests.withdrawEnd() }
    }

    /// Whether the copy that the task waits for may begin with it; false if it has waited too long, or waits again.
    ///
    /// From here on, it cannot have waited too long, even if it is queued again because its stand-in dies.
    func beginForked() -> Bool {
        let word = word.load()
        guard word.status == .claimed else { return false }
        guard !control.isExpired else {
            end(from: word, as: .expired)
            return false
        }
        return control.endWaiting { self.word.load().isClaimed }
    }

    // MARK: When it was submitted

    /// When a task was submitted, and for how many tasks that stands; to 256 ns.
    struct Stamp {
        let rawValue: UInt64

        /// - Parameters:
        ///   - nanoseconds: of CLOCK_MONOTONIC.
        ///   - count: up to ``mostTasks``.
        init(_ nanoseconds: Int64, count: Int) { rawValue = UInt64(nanoseconds) & ~0xff | UInt64(count) }

        fileprivate init(rawValue: UInt64) { self.rawValue = rawValue }

        var nanoseconds: UInt64 { rawValue & ~0xff }
        var count: UInt64 { rawValue & 0xff }

        static let mostTasks = 255
    }

    /// Whether it is known when the task was submitted.
    @inline(__always)
    var isStamped: Bool { call.loadRelaxed() & Self.stampFlag != 0 }

    /// When the task was submitted, if it is known and this is the first call: for its first attempt.
    func takeStamp() -> Stamp? {
        guard isStamped else { return nil }
        let stamp = Stamp(rawValue: body.stamp.loadRelaxed())
        body.stamp.storeRelaxed(0)
        return stamp.rawValue == 0 ? nil : stamp
    }

    /// A number of this task that no other one of the pool has for long: the slot's, and how many it has served.
    var serial: UInt64 { UInt64(index) << 40 | requests.servedTasks & (1 << 40 - 1) }

    /// A number that isn't one, or is too large, says nothing.
    func note(progress element: Int) {
        let value = UInt32(exactly: element).map { $0 &+ 1 } ?? 0
        progressWord.store(value & ~Self.reportFlag | progressWord.load() & Self.reportFlag)
    }

    /// The element that a chunk is or was at, counted from 0; nil for other tasks.
    var progress: Int? {
        let value = Int(clamping: progressWord.load() & ~Self.reportFlag)
        return value == 0 ? nil : value - 1
    }

    /// Says that there is a report, so that nobody else looks where there is none.
    func noteReport() {
        if !hasReport { progressWord.formUnion(Self.reportFlag) }
    }

    /// Whether the task has reported something, or one before it has, late.
    @inline(__always)
    var hasReport: Bool { progressWord.load() & Self.reportFlag != 0 }

    /// Ends a claimed task if it is still where `expected` says, and tells all that wait.
    ///
    /// Only for a process that holds the task: it writes the kind of the result before it knows whether it may.
    @discardableResult
    func finish(from expected: SlotWord, as kind: ResultKind) -> Bool {
        resultKind.store(kind)
        return end(from: expected, as: .done)
    }

    /// Ends a task without a result if it is still where `expected` says, and tells all that wait.
    @discardableResult
    func end(from expected: SlotWord, as status: SlotWord.Status) -> Bool {
        let ended = expected.with(status, member: expected.member)
        guard word.compareExchangeOrdered(expected, ended) else { return false }
        completion.signal(arena, slot: index)
        return true
    }

    /// Whether the task has ended, in whatever way.
    @inline(__always)
    var hasEnded: Bool { word.load().hasEnded }

    /// Ends a task that has waited too long for a worker; nil if it has not, or its word until then.
    func expireIfDue() -> SlotWord? {
        let word = word.load()
        return word.status == .queued && control.isExpired && end(from: word, as: .expired) ? word : nil
    }
}

/// The rest of a slot: a cache line that the client writes, with small arguments, and one for a small result.
struct TaskSlotBody: Record {
    enum Field: Int, RecordField {
        case arguments = 0
        case requests = 56
        case result = 64
        case stamp = 120

        var size: Int {
            switch self {
            case .arguments: TaskSlot.inlineCapacity
            case .result: max(TaskSlot.inlineCapacity, CrashRecord.size)
            case .requests, .stamp: 8
            }
        }
    }

    static let size = ArenaLayout.slotBodyStride

    let arena: Arena
    let index: Int

    @inline(__always) var offset: Int { arena.layout.slotBodies + index * Self.size }

    var requests: TaskRequests { TaskRequests(flags: word(.requests)) }

    /// See `TaskSlot.Stamp`.
    var stamp: SharedWord { word(.stamp) }
}

extension Arena {
    @inline(__always)
    func slot(_ index: Int) -> TaskSlot { TaskSlot(arena: self, index: index) }

    /// The slot of a number that was read from the arena; nil if there is none.
    @inline(__always)
    func slot(_ number: SlotNumber) -> TaskSlot? { number.index(of: layout.slotCapacity).map(slot) }
}

extension TaskSlot {
    /// What names it in the arena.
    @inline(__always) var number: SlotNumber { SlotNumber(index: index) }
}
