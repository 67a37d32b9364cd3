import MultitaskingCore
import Synchronization

/// Allocates blocks for one process of the pool.
///
/// A block belongs to the member that cut its chunk; only the owner allocates it, anybody frees it. The header word of
/// a block is the truth. What this object remembers of free blocks are hints, checked against the header before they
/// are used, so it can be rebuilt from nothing: a new worker takes over its predecessor's chunks.
///
/// A chunk without a block in use goes back to the arena when memory is short: of its owner's own accord when that
/// needs memory, and at the request of another member (`Arena/askForEmptyChunks(by:_:)`) otherwise.
final class Heap: Sendable {
    let arena: Arena
    let member: Int
    /// Wakes the supervisor, which may have to give chunks back; nil if others are not to be asked.
    private let ringSupervisor: (@Sendable () -> Bool)?
    private let state: Mutex<State>

    private struct State {
        /// Empty until the first allocation: many members never allocate, and the table of chunks is long.
        var classes: [ClassState] = []
        var searchFrom = 0
    }

    private struct ClassState {
        /// Offsets of blocks that were free when they were put here.
        var free: [Int] = []
        var chunks: [Int] = []
        /// The next block of `chunks.last` that was never used.
        var nextFresh = 0
        /// Where the search for blocks that others freed goes on.
        var cursor = (chunk: 0, block: 0)
        /// How many of the blocks that others freed were found.
        var found: UInt64 = 0
        /// Whether blocks freed before this object was made may not have been counted.
        var mustSearch = false
    }

    init(arena: Arena, member: Int, ringSupervisor: (@Sendable () -> Bool)? = { true }) {
        self.arena = arena
        self.member = member
        self.ringSupervisor = ringSupervisor
        state = Mutex(State())
    }

    /// What is known without having allocated anything yet: the chunks that were cut by this member or a predecessor.
    private func initialClasses() -> [ClassState] {
        var classes = [ClassState](repeating: ClassState(), count: SizeClass.count)
        for chunk in arena.touchedChunks {
            let word = arena.chunk(chunk).load()
            guard word.state == .blocks, word.owner == member, word.sizeClass < SizeClass.count else { continue }
            classes[word.sizeClass].chunks.append(chunk)
            classes[word.sizeClass].nextFresh = ArenaLayout.chunkSize / SizeClass.size(word.sizeClass)
            classes[word.sizeClass].mustSearch = true
        }
        return classes
    }

    /// Allocates at least `byteCount` bytes, noting the block in the journal first.
    ///
    /// - Parameter mayWait: whether to wait, for a few seconds at most, for what others can give back. Otherwise they
    ///   are asked for it, and a later call may find it.
    /// - Throws: `arenaLimitReached`.
    /// - Complexity: O(1) amortized for blocks up to 512 KiB; O(chunks in the arena) for larger ones.
    func allocate(_ byteCount: Int, journal: JournalEntry, mayWait: Bool = true) throws -> BlockReference {
        guard let sizeClass = SizeClass.holding(byteCount) else {
            return try allocateRun(byteCount, journal: journal, mayWait: mayWait)
        }
        return try allocate(sizeClass: sizeClass, journal: journal, mayWait: mayWait)
    }

    /// Allocates a block of a class.
    func allocate(sizeClass: Int, journal: JournalEntry, mayWait: Bool = true) throws -> BlockReference {
        try withChunksOfOthers(mayWait) { try allocateOwn(sizeClass, journal) }
    }

    private func allocateOwn(_ sizeClass: Int, _ journal: JournalEntry) throws -> BlockReference {
        try state.withLock { state in
            if state.classes.isEmpty { state.classes = initialClasses() }
            while true {
                while let offset = state.classes[sizeClass].free.popLast() {
                    guard let block = take(offset, sizeClass: sizeClass, journal: journal) else { continue }
                    if sizeClass == SizeClass.segment { prefetchSegment(state.classes[sizeClass].free.last) }
                    return block
                }
                reclaimFreed(&state.classes[sizeClass], sizeClass: sizeClass)
                guard state.classes[sizeClass].free.isEmpty else { continue }
                do { try refillFromChunk(&state, sizeClass: sizeClass) } catch {
                    // A member that died may have freed a block and not counted it.
                    state.classes[sizeClass].mustSearch = true
                    reclaimFreed(&state.classes[sizeClass], sizeClass: sizeClass)
                    guard state.classes[sizeClass].free.isEmpty else { continue }
                    if giveBackEmptyChunks(&state) { continue }
                    if let block = takeLarger(&state, than: sizeClass, journal) { return block }
                    if let block = takeSpent(state.classes[sizeClass], sizeClass, journal) { return block }
                    throw error
                }
            }
        }
    }

    /// Gives a block back; does nothing if that was done before.
    func free(_ reference: BlockReference) {
        guard !reference.isNone, let freed = arena.free(reference, by: member), freed.owner == member else { return }
        state.withLock { state in
            // Another thread may have given the chunk back meanwhile: then its blocks are somebody else's.
            let word = ChunkWord(.blocks, owner: member, sizeClass: freed.sizeClass)
            guard !state.classes.isEmpty, arena.chunk(arena.chunkIndex(of: reference.offset)).load() == word else {
                return
            }
            state.classes[freed.sizeClass].free.append(reference.offset)
        }
    }

    /// Marks a free block as used, or returns nil if the hint was wrong.
    ///
    /// - Parameter mayBeSpent: whether to take also a block whose generations begin anew with this allocation.
    private func take(
        _ offset: Int, sizeClass: Int, journal: JournalEntry, mayBeSpent: Bool = false
    ) -> BlockReference? {
        let within = offset - arena.layout.chunks
        let word = arena.blockHeader(
            chunk: within / ArenaLayout.chunkSize,
            block: within % ArenaLayout.chunkSize / SizeClass.size(sizeClass))
        let header = word.load()
        guard header.state == .free else { return nil }
        guard !header.isSpent || mayBeSpent else { return nil }
        let generation = header.generation &+ 1
        let reference = BlockReference(offset: offset, generation: generation)
        journal.block = reference
        word.store(BlockHeader(.used, generation: generation))
        return reference
    }

    /// Fetches the memory of the segment that is allocated next: whoever received its elements last has its lines, and
    /// one after the other they come slowly.
    private func prefetchSegment(_ offset: Int?) {
        guard let offset else { return }
        for line in stride(from: 0, to: SizeClass.size(SizeClass.segment), by: 64) { arena.prefetch(offset + line) }
    }

    /// Takes a block of a larger class, whose chunks have room where there is no chunk left to cut.
    private func takeLarger(_ state: inout State, than sizeClass: Int, _ journal: JournalEntry) -> BlockReference? {
        // A segment's memory never serves for anything else, nor the other way round.
        guard sizeClass < SizeClass.segment else { return nil }
        for larger in sizeClass + 1..<SizeClass.segment {
            if state.classes[larger].free.isEmpty {
                state.classes[larger].mustSearch = true
                reclaimFreed(&state.classes[larger], sizeClass: larger)
            }
            while let offset = state.classes[larger].free.popLast() {
                if let block = take(offset, sizeClass: larger, journal: journal) { return block }
            }
        }
        return nil
    }

    /// Takes a block whose generations were all used: only when there is nothing else, as an old reference may lead to
    /// it.
    private func takeSpent(_ state: ClassState, _ sizeClass: Int, _ journal: JournalEntry) -> BlockReference? {
        let size = SizeClass.size(sizeClass)
        for chunk in state.chunks {
            for block in 0..<ArenaLayout.chunkSize / size {
                let offset = arena.chunkOffset(chunk) + block * size
                if let block = take(offset, sizeClass: sizeClass, journal: journal, mayBeSpent: true) { return block }
            }
        }
        return nil
    }

    /// Looks for blocks that others have freed, at most as many as they reported, if there are enough of them among
    /// those in use to be worth it: few among many are found at great cost.
    private func reclaimFreed(_ state: inout ClassState, sizeClass: Int) {
        guard !state.chunks.isEmpty else { return }
        let freed = arena.member(member).freedBlocks(sizeClass).load()
        let size = SizeClass.size(sizeClass)
        let perChunk = ArenaLayout.chunkSize / size
        let everUsed = (state.chunks.count - 1) * perChunk + state.nextFresh
        guard state.mustSearch || freed &- state.found > UInt64(everUsed / Self.searchedPerFound) else { return }
        var looked = 0
        let total = state.chunks.count * perChunk
        while looked < total, state.free.count < 256 {
            let chunk = state.chunks[state.cursor.chunk]
            let limit = state.cursor.chunk == state.chunks.count - 1 ? state.nextFresh : perChunk
            if state.cursor.block < limit {
                let header = arena.blockHeader(chunk: chunk, block: state.cursor.block).loadRelaxed()
                if header.state == .free, !header.isSpent {
                    state.free.append(arena.chunkOffset(chunk) + state.cursor.block * size)
                    if !state.mustSearch {
                        state.found &+= 1
                        if state.found == freed { looked = total }
                    }
                }
            }
            looked += 1
            state.cursor.block += 1
            if state.cursor.block >= limit {
                looked += perChunk - state.cursor.block
                state.cursor = ((state.cursor.chunk + 1) % state.chunks.count, 0)
            }
        }
        if state.free.isEmpty {
            state.found = freed
            state.mustSearch = false
        }
    }

    /// How many blocks are looked at, on average, for one that is found. One in so many may lie idle for it while there
    /// is more memory to be had.
    private static let searchedPerFound = 64

    /// Takes blocks that were never used, from a new chunk if need be.
    private func refillFromChunk(_ state: inout State, sizeClass: Int) throws {
        let size = SizeClass.size(sizeClass)
        let perChunk = ArenaLayout.chunkSize / size
        if state.classes[sizeClass].chunks.isEmpty || state.classes[sizeClass].nextFresh >= perChunk {
            guard let chunk = arena.cutChunk(into: sizeClass, by: member, from: &state.searchFrom) else {
                throw limitReached(size)
            }
            state.classes[sizeClass].chunks.append(chunk)
            state.classes[sizeClass].nextFresh = 0
        }
        guard let chunk = state.classes[sizeClass].chunks.last else { return }
        let first = state.classes[sizeClass].nextFresh
        let last = min(first + 32, perChunk)
        state.classes[sizeClass].nextFresh = last
        for block in (first..<last).reversed() {
            state.classes[sizeClass].free.append(arena.chunkOffset(chunk) + block * size)
        }
    }

    private func allocateRun(_ byteCount: Int, journal: JournalEntry, mayWait: Bool) throws -> BlockReference {
        let length = byteCount / ArenaLayout.chunkSize + (byteCount % ArenaLayout.chunkSize == 0 ? 0 : 1)
        return try withChunksOfOthers(mayWait) { try allocateRun(length, byteCount, journal) }
    }

    private func allocateRun(_ length: Int, _ byteCount: Int, _ journal: JournalEntry) throws -> BlockReference {
        try state.withLock { state in
            let claim = { (start: inout Int) in
                self.arena.claimChunks(
                    length, from: &start, head: ChunkWord(.run, owner: self.member, value: length)
                ) { ChunkWord(.tail, owner: self.member, value: $0) }
            }
            var head = claim(&state.searchFrom)
            if head == nil, giveBackEmptyChunks(&state) { head = claim(&state.searchFrom) }
            guard let head else { throw limitReached(byteCount) }
            let word = arena.blockHeader(chunk: head, block: 0)
            let generation = word.load().generation &+ 1
            let reference = BlockReference(offset: arena.chunkOffset(head), generation: generation)
            journal.block = reference
            word.store(BlockHeader(.used, generation: generation))
            return reference
        }
    }

    // MARK: Memory that is short

    /// Gives back the chunks in which no block is in use.
    ///
    /// - Complexity: O(blocks in this member's chunks) at most.
    /// - Returns: whether there were any.
    @discardableResult
    func giveBackEmptyChunks() -> Bool {
        state.withLock { giveBackEmptyChunks(&$0) }
    }

    /// Does so if another member has asked for them.
    @discardableResult
    func giveBackEmptyChunksIfAsked() -> Bool {
        let record = arena.member(member)
        guard record.isAskedForChunks else { return false }
        record.attention.formClear(MemberRecord.Attention.chunks)
        return giveBackEmptyChunks()
    }

    private func giveBackEmptyChunks(_ state: inout State) -> Bool {
        if state.classes.isEmpty { state.classes = initialClasses() }
        var isAny = false
        for sizeClass in 0..<SizeClass.segment where giveBackEmptyChunks(&state.classes[sizeClass], sizeClass) {
            isAny = true
        }
        return isAny
    }

    private func giveBackEmptyChunks(_ state: inout ClassState, _ sizeClass: Int) -> Bool {
        let empty = Set(state.chunks.filter { arena.giveBackChunk($0, of: member, sizeClass: sizeClass) })
        guard !empty.isEmpty else { return false }
        if let last = state.chunks.last, empty.contains(last) {
            state.nextFresh = ArenaLayout.chunkSize / SizeClass.size(sizeClass)
        }
        state.chunks.removeAll { empty.contains($0) }
        state.free.removeAll { empty.contains(arena.chunkIndex(of: $0)) }
        state.cursor = (0, 0)
        return true
    }

    /// Repeats an allocation that was refused, as long as other members give back chunks that they do not use: a third
    /// one may take these first.
    private func withChunksOfOthers(
        _ mayWait: Bool, _ allocate: () throws -> BlockReference
    ) throws -> BlockReference {
        guard let ringSupervisor else { return try allocate() }
        guard mayWait else {
            do { return try allocate() } catch {
                arena.requestEmptyChunks(by: member, ringSupervisor)
                throw error
            }
        }
        for _ in 0..<Self.mostRequests {
            do { return try allocate() } catch {
                let isBack = arena.askForEmptyChunks(by: member, ringSupervisor, answer: giveBackEmptyChunksIfAsked)
                guard isBack else { throw error }
            }
        }
        return try allocate()
    }

    /// How often to ask others for chunks, at most; each time waits for half a second at most.
    private static let mostRequests = 16

    private func limitReached(_ byteCount: Int) -> MultitaskingError {
        MultitaskingError(
            .arenaLimitReached,
            """
            \(byteCount) bytes do not fit into the pool's shared memory of \(arena.layout.chunkCount) MiB; receive or \
            drop results and messages that are finished, send less at a time, or make the pool with a larger arenaLimit
            """)
    }
}
