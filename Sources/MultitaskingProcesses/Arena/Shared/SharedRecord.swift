import MultitaskingCore

/// What the pool's processes know of one shared value: where it is, and which of them have handles of it.
struct SharedRecord: Record {
    enum Field: Int, RecordField {
        case word = 0
        case start = 8
        case byteCount = 16
        case block = 24
        case hasInner = 32
        case holders = 64
        case keepers = 192
        case lastPassage = 320

        var size: Int { self == .holders || self == .keepers ? ArenaLayout.memberLimit / 8 : 8 }
    }

    static let size = 384

    let arena: Arena
    let index: Int

    var offset: Int { ArenaLayout.sharedTable + index * Self.size }

    /// The truth about the value.
    var word: Shared<SharedRecordWord> { shared(.word) }
    /// Where the value begins in the arena's file.
    var start: SharedWord { word(.start) }
    var byteCount: SharedWord { word(.byteCount) }
    /// The block that it is in; none if it lies behind the arena.
    var block: Shared<BlockReference> { shared(.block) }

    /// Where `Passage` was last seen to say that something leads to the value: a hint, in a line of its own, as it is
    /// written for each payload.
    var lastPassage: SharedWord { word(.lastPassage) }

    /// Whether it may have other values inside; 0 if it has none.
    var hasInner: SharedWord { word(.hasInner) }

    // MARK: Members, one bit each

    private func bit(_ member: Int) -> UInt64 { 1 << UInt64(member % 64) }

    /// Says that a member has handles.
    func hold(by member: Int) { word(.holders, member / 64).formUnion(bit(member)) }
    /// Says that a member has no handle anymore.
    func letGo(by member: Int) { word(.holders, member / 64).formClear(bit(member)) }

    /// Whether any member has a handle.
    var isHeld: Bool {
        let last = (arena.layout.workers + ArenaLayout.forkedLimit) / 64
        return (0...last).contains { word(.holders, $0).load() != 0 }
    }

    /// Says that a worker keeps something of the value for later tasks, and is to be told when it is gone.
    func keep(by member: Int) { word(.keepers, member / 64).formUnion(bit(member)) }
    /// Says that a worker keeps nothing.
    func forget(by member: Int) { word(.keepers, member / 64).formClear(bit(member)) }

    /// Forgets the keepers of something of the value, and calls `body` with each of them.
    func takeKeepers(_ body: (Int) -> Void) {
        for word in 0...arena.layout.workers / 64 {
            var bits = self.word(.keepers, word).formClear(.max)
            while bits != 0 {
                body(word * 64 + bits.trailingZeroBitCount)
                bits &= bits - 1
            }
        }
    }

    /// The name of the value with a serial that is or was here.
    func reference(serial: UInt64) -> UInt64 { UInt64(index) | serial << Self.indexBits }

    static let indexBits: UInt64 = 14

    /// The place that a name leads to, and the serial it must have.
    static func find(_ reference: UInt64, in arena: Arena) -> (record: SharedRecord, serial: UInt64) {
        let index = Int(reference & (1 << indexBits - 1))
        return (SharedRecord(arena: arena, index: index), reference >> indexBits)
    }
}

/// How far one shared value is.
///
/// ```
///  free ──▶ making by m ──▶ live ──▶ doubted by m ──▶ freeing by m ──▶ free
///                             ▲            │ somebody has a handle after all, or m died
///                             └────────────┘
/// ```
struct SharedRecordWord: BitFields {
    enum State: UInt64 {
        case free = 0
        /// A member makes it; nobody else knows it.
        case making
        case live
        /// A member has found no user of it, and looks once more.
        case doubted
        /// Nobody uses it; a member gives its memory back.
        case freeing
    }

    /// Bits 0...2: the state. Bits 3...12: whose turn it is. Bits 16...63: how many values were here.
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ state: State, member: Int = 0, serial: UInt64) {
        rawValue = state.rawValue | UInt64(member) << 3 | serial << 16
    }

    var state: State { State(rawValue: rawValue & 7) ?? .free }
    var member: Int { Int(rawValue >> 3 & 0x3ff) }
    var serial: UInt64 { rawValue >> 16 }
}

/// A shared value's object in this process, for layers that only have to say which value it is.
protocol NamedSharedMemory: AnyObject {
    /// A `SharedRecord`'s name for the value.
    var name: UInt64 { get }
}
