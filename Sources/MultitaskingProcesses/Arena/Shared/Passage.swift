import MultitaskingCore

/// The shared values that payloads on their way refer to.
///
/// An entry says: as long as this block is in use, somebody may still find that value through it. That is not taken
/// back by the process that frees the block, which may be anybody, or nobody if it dies: an entry whose block is free
/// means nothing.
struct Passage {
    private let arena: Arena

    init(_ arena: Arena) { self.arena = arena }

    fileprivate enum Kind: UInt64 {
        case none = 0
        /// A member is about to write the entry.
        case claimed
        /// The holder is a block.
        case block
        /// The holder is a shared value that has others inside.
        case value
    }

    struct Entry: Record {
        enum Field: Int, RecordField {
            case state = 0
            case value = 8
            case holder = 16
            case next = 24
        }

        static let size = 32

        let arena: Arena
        let index: Int

        var offset: Int { arena.layout.passageTable + index * Self.size }

        /// Bits 0...1: the kind. Bits 2...11: the member. From bit 12: how often the entry was claimed.
        var state: SharedWord { word(.state) }
        /// A `SharedRecord`'s name for the value.
        var value: SharedWord { word(.value) }
        /// A `BlockReference`, or the name of a value.
        var holder: SharedWord { word(.holder) }
        /// The place of the block's entry before this one; 0 if this is its first, or the holder is a value.
        var next: SharedWord { word(.next) }

        fileprivate static func state(_ kind: Kind, _ member: Int = 0, after former: UInt64) -> UInt64 {
            kind.rawValue | UInt64(member) << 2 | (former >> 12 &+ (kind == .claimed ? 1 : 0)) << 12
        }
    }

    private func entry(_ index: Int) -> Entry { Entry(arena: arena, index: index) }

    /// Where an entry is, so that 0 is nowhere.
    private typealias Place = UInt64

    private func index(of place: Place) -> Int? {
        place > 0 && place <= UInt64(table.count) ? Int(place) - 1 : nil
    }

    private var table: GrowingTable {
        GrowingTable(used: arena.header.passageCount, limit: arena.layout.passageCapacity)
    }

    /// How much room a payload leaves for this at the end of its block.
    static let noteByteCount = 8

    /// The place of the last entry of a block, in the block's last word; nil if there is no such block.
    private func note(in block: BlockReference) -> SharedWord? {
        arena.locate(block).map { arena.word(block.offset + $0.capacity - Self.noteByteCount) }
    }

    /// Says that a block, which is not published yet and ends with room for a note, leads to values.
    ///
    /// - Throws: `arenaLimitReached`.
    func add(_ values: some Sequence<UInt64>, in block: BlockReference, by member: Int) throws {
        guard let note = note(in: block) else { return }
        var last: Place = 0
        for value in values {
            last = try add(value, .block, block.rawValue, after: last, by: member)
            SharedRecord.find(value, in: arena).record.lastPassage.store(last)
        }
        note.store(last)
    }

    /// Says that a shared value has others inside.
    func add(_ values: some Sequence<UInt64>, inside value: UInt64, by member: Int) throws {
        let hasInner = SharedRecord.find(value, in: arena).record.hasInner
        hasInner.store(0)
        for inner in values {
            hasInner.store(1)
            _ = try add(inner, .value, value, after: 0, by: member)
        }
    }

    private func add(
        _ value: UInt64, _ kind: Kind, _ holder: UInt64, after last: Place, by member: Int
    ) throws -> Place {
        let (entry, claimed) = try claim(by: member)
        entry.value.store(value)
        entry.holder.store(holder)
        entry.next.store(last)
        entry.state.store(Entry.state(kind, after: claimed))
        return Place(entry.index) + 1
    }

    private func claim(by member: Int) throws -> (Entry, UInt64) {
        // Most entries that were ever used mean nothing anymore.
        if let claim = table.claim({ claim($0, by: member) }) { return claim }
        throw MultitaskingError(
            .arenaLimitReached,
            "\(arena.layout.passageCapacity) handles of shared values are in transit; receive or release some first")
    }

    private func claim(_ index: Int, by member: Int) -> (Entry, UInt64)? {
        let entry = entry(index)
        let state = entry.state.load()
        guard !mayMatter(Kind(rawValue: state & 3), entry.holder.load()) else { return nil }
        let claimed = Entry.state(.claimed, member, after: state)
        return entry.state.compareExchange(state, claimed) ? (entry, claimed) : nil
    }

    /// Whether an entry is being written, or its holder is there.
    private func mayMatter(_ kind: Kind?, _ holder: UInt64) -> Bool {
        switch kind {
        case .none?, nil: return false
        case .claimed?: return true
        case .block?: return arena.isLive(BlockReference(rawValue: holder))
        case .value?:
            let (record, serial) = SharedRecord.find(holder, in: arena)
            let word = record.word.load()
            return word.serial == serial && word.state != .free
        }
    }

    // MARK: Finding

    /// What an entry says.
    private struct Link {
        let kind: Kind
        let value: UInt64
        let holder: UInt64
        let next: Place
    }

    /// What an entry says; nil if that is nothing, or it is being written: its writer has a handle of the value.
    @inline(__always)
    private func link(at index: Int) -> Link? {
        let entry = entry(index)
        while true {
            let state = entry.state.load()
            guard let kind = Kind(rawValue: state & 3), kind == .block || kind == .value else { return nil }
            let link = Link(
                kind: kind, value: entry.value.load(), holder: entry.holder.load(), next: entry.next.load())
            // ORDERING: all loads acquire, so these are of one entry if its state has not changed.
            if entry.state.load() == state { return link }
        }
    }

    /// Whether a value can be found through anything that is on its way.
    ///
    /// - Complexity: O(1) while the payload that was last seen to lead to it is on its way. Otherwise, O(the most that
    ///   were ever on their way at once).
    func leads(to value: UInt64) -> Bool {
        let last = SharedRecord.find(value, in: arena).record.lastPassage
        if let index = index(of: last.load()), leads(index, to: value) { return true }
        // Of tasks in a queue, the last one stays longest.
        guard let index = (0..<table.count).last(where: { leads($0, to: value) }) else { return false }
        last.store(Place(index) + 1)
        return true
    }

    private func leads(_ index: Int, to value: UInt64) -> Bool {
        guard let link = link(at: index), link.value == value else { return false }
        return mayMatter(link.kind, link.holder)
    }

    /// The values that can be found through anything that is on its way.
    func values() -> Set<UInt64> {
        var values: Set<UInt64> = []
        for link in (0..<table.count).lazy.compactMap(link) where mayMatter(link.kind, link.holder) {
            values.insert(link.value)
        }
        return values
    }

    /// The values that a block leads to; to be asked before it is freed.
    ///
    /// - Complexity: O(values in the block).
    func values(in block: BlockReference) -> Set<UInt64> {
        var values: Set<UInt64> = []
        guard var place = note(in: block)?.load() else { return values }
        // No more than there can be, whatever a task has written over the chain.
        for _ in 0..<ArenaLayout.sharedLimit {
            guard let index = index(of: place), let link = link(at: index) else { break }
            guard link.kind == .block, link.holder == block.rawValue else { break }
            values.insert(link.value)
            place = link.next
        }
        return values
    }

    /// The values that a shared value has inside; to be asked before it is freed.
    ///
    /// - Complexity: O(the most that were ever on their way at once), unless it has none.
    func values(inside value: UInt64) -> [UInt64] {
        guard SharedRecord.find(value, in: arena).record.hasInner.load() != 0 else { return [] }
        return (0..<table.count).compactMap { index in
            guard let link = link(at: index), link.kind == .value, link.holder == value else { return nil }
            return link.value
        }
    }

    // MARK: After a death

    /// Takes back what a dead member was just writing.
    func recover(_ member: Int) {
        for index in 0..<table.count {
            let entry = entry(index)
            let state = entry.state.load()
            guard state & 3 == Kind.claimed.rawValue, Int(state >> 2 & 0x3ff) == member else { continue }
            _ = entry.state.compareExchange(state, Entry.state(.none, after: state))
        }
    }
}
