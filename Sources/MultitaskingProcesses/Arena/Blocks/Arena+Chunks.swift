import Glibc

// Taking chunks from those that are free, cutting them into small blocks, and giving them back when these are free.

extension Arena {
    /// Claims neighbouring free chunks, first to last. The first is one whose header has generations left, if there is
    /// such a one.
    func claimChunks(
        _ length: Int, from start: inout Int, head: ChunkWord, tail: (_ head: Int) -> ChunkWord
    ) -> Int? {
        var hasSpent = false
        let first = claimChunks(length, from: &start, head: head, tail: tail) { first in
            let isSpent = blockHeader(chunk: first, block: 0).loadRelaxed().isSpent
            if isSpent { hasSpent = true }
            return !isSpent
        }
        guard first == nil, hasSpent else { return first }
        return claimChunks(length, from: &start, head: head, tail: tail) { _ in true }
    }

    /// Claims neighbouring free chunks, first to last, and gives back what it has if it meets one that is taken.
    ///
    /// - Parameter mayBegin: whether a chunk may be the first.
    private func claimChunks(
        _ length: Int, from start: inout Int, head: ChunkWord, tail: (_ head: Int) -> ChunkWord,
        mayBegin: (Int) -> Bool
    ) -> Int? {
        let count = layout.chunkCount
        guard length <= count else { return nil }
        var first = start <= count - length ? start : 0
        var wrapped = first == 0
        while true {
            if first > count - length {
                if wrapped { return nil }
                wrapped = true
                first = 0
            }
            if let obstacle = tryClaim(first..<first + length, head: head, tail: tail(first), mayBegin: mayBegin) {
                first = obstacle + 1
                continue
            }
            // The next search begins here again: what is freed is reused while it is warm.
            start = length == 1 ? first : 0
            header.usedChunks.add(UInt64(length))
            return first
        }
    }

    /// Claims a range of chunks; the index of a chunk that is taken, or may not be the first, if it cannot.
    private func tryClaim(
        _ range: Range<Int>, head: ChunkWord, tail: ChunkWord, mayBegin: (Int) -> Bool
    ) -> Int? {
        // Look first: most failures need no write.
        for chunk in range where !self.chunk(chunk).load().isFree { return chunk }
        guard mayBegin(range.lowerBound) else { return range.lowerBound }
        touchChunks(below: range.upperBound)
        var former: [ChunkWord] = []
        for chunk in range {
            let found = self.chunk(chunk).load()
            let word = chunk == range.lowerBound ? head : tail
            guard found.isFree, self.chunk(chunk).compareExchange(found, word) else {
                // As they were: a warm one counts as such, and has pages that may have to be given back.
                for (claimed, word) in zip(range, former) { self.chunk(claimed).store(word) }
                return chunk
            }
            former.append(found)
        }
        let warm = former.count { $0.state == .warm }
        if warm > 0 { header.warmChunks.subtract(UInt64(warm)) }
        return nil
    }

    /// Gives the pages of free chunks back to the system, and from now on those of each chunk that becomes free: nobody
    /// will need them anymore.
    func discardFreeChunks(by member: Int) {
        header.warmLimit.store(0)
        for chunk in touchedChunks {
            let word = self.chunk(chunk).load()
            // As a large block until it is given back: if the member dies here, `releaseRuns(of:)` does that.
            let run = ChunkWord(.run, owner: member, value: 1)
            guard word.state == .warm, self.chunk(chunk).compareExchange(word, run) else { continue }
            header.usedChunks.add(1)
            header.warmChunks.subtract(1)
            releaseRun(chunk, length: 1, by: member)
        }
    }

    // MARK: Chunks of small blocks

    func chunkIndex(of offset: Int) -> Int { (offset - layout.chunks) / ArenaLayout.chunkSize }

    /// Claims a chunk and cuts it into blocks of a class; nil if none is free.
    func cutChunk(into sizeClass: Int, by member: Int, from start: inout Int) -> Int? {
        // A large block until it is cut: if the member dies here, `releaseRuns(of:)` gives it back.
        let claimed = ChunkWord(.run, owner: member, value: 1)
        guard let chunk = claimChunks(1, from: &start, head: claimed, tail: { _ in claimed }) else { return nil }
        // No reference to a block that was here before, of whatever size, may lead to one that is cut now. The first
        // header counts on for all: a large block has it, and a chunk that is given back leaves its last generation in
        // it.
        let last = blockHeader(chunk: chunk, block: 0).load().generation
        let next = BlockHeader(.free, generation: min(last &+ 1, BlockReference.generationMask))
        for block in 0..<(last == 0 ? 1 : blocks(sizeClass)) { blockHeader(chunk: chunk, block: block).store(next) }
        self.chunk(chunk).store(ChunkWord(.blocks, owner: member, sizeClass: sizeClass))
        return chunk
    }

    /// Gives back a chunk of small blocks if none of them is in use. Only its owner may, since nobody else knows that
    /// none is being allocated.
    ///
    /// - Returns: whether it did.
    func giveBackChunk(_ chunk: Int, of member: Int, sizeClass: Int) -> Bool {
        guard let last = lastGeneration(inEmpty: chunk, sizeClass), last < BlockReference.generationMask else {
            return false
        }
        blockHeader(chunk: chunk, block: 0).store(BlockHeader(.free, generation: last))
        // As a large block whose giving back `releaseRuns(of:)` completes if the member dies now.
        let run = ChunkWord(.run, owner: member, value: 1)
        guard self.chunk(chunk).compareExchange(ChunkWord(.blocks, owner: member, sizeClass: sizeClass), run) else {
            return false
        }
        releaseRun(chunk, length: 1, by: member)
        return true
    }

    /// Asks the members that have chunks of small blocks without a block in use to give them back, and waits for that
    /// for a moment: a worker answers between two tasks, the client while it waits, and the supervisor for those that
    /// have left.
    ///
    /// - Parameters:
    ///   - ringSupervisor: wakes the supervisor; false if there is nobody to wait for.
    ///   - answer: gives back what others ask the member itself for, as those that it asks may be waiting here, too;
    ///     whether it had any.
    /// - Returns: whether one was given back, though somebody else may have it by now.
    func askForEmptyChunks(
        by member: Int, _ ringSupervisor: () -> Bool, answer: () -> Bool = { false }
    ) -> Bool {
        var asked: [(index: Int, word: ChunkWord)] = []
        for look in 0..<Self.mostLooks {
            if answer() { return true }
            let isBack = asked.contains {
                let word = chunk($0.index).load()
                return word != $0.word && !isOnItsWay($0.index, word)
            }
            if isBack { return true }
            // Whose blocks are in use for moments only may have one that is empty at the next look, so it is not enough
            // to search once.
            if asked.isEmpty || look.isMultiple(of: Self.looksBetweenSearches) {
                let empty = emptyChunks(ofOthersThan: member)
                if !empty.isEmpty {
                    askOwners(of: empty.map(\.word))
                    guard ringSupervisor() else { return false }
                    asked = empty
                } else if asked.isEmpty, look >= Self.looksBetweenSearches {
                    return false
                }
            }
            usleep(Self.pauseBetweenLooks)
        }
        return false
    }

    /// Asks the members that have chunks of small blocks without a block in use to give them back, and doesn't wait.
    func requestEmptyChunks(by member: Int, _ ringSupervisor: () -> Bool) {
        let empty = emptyChunks(ofOthersThan: member)
        if empty.isEmpty { return }
        askOwners(of: empty.map(\.word))
        _ = ringSupervisor()
    }

    private func askOwners(of chunks: [ChunkWord]) {
        for index in Set(chunks.map(\.owner)) {
            let owner = member(index)
            owner.attention.formUnion(MemberRecord.Attention.chunks)
            owner.wake()
        }
    }

    /// The chunks of others in which nothing is in use, and those on their way from one member to another.
    private func emptyChunks(ofOthersThan member: Int) -> [(index: Int, word: ChunkWord)] {
        touchedChunks.compactMap { index in
            let word = chunk(index).load()
            guard word.owner != member, isEmpty(index, word) || isOnItsWay(index, word) else { return nil }
            return (index, word)
        }
    }

    private func isEmpty(_ index: Int, _ word: ChunkWord) -> Bool {
        word.state == .blocks && word.sizeClass < SizeClass.segment
            && lastGeneration(inEmpty: index, word.sizeClass) != nil
    }

    /// Whether somebody is giving the chunk back, or taking it, at this moment; see ``giveBackChunk(_:of:sizeClass:)``.
    private func isOnItsWay(_ index: Int, _ word: ChunkWord) -> Bool {
        word.state == .run && word.value == 1 && blockHeader(chunk: index, block: 0).load().state != .used
    }

    /// Together half a second, which is long for a member that is awake, on a busy machine too.
    private static let mostLooks = 1000
    private static let pauseBetweenLooks: useconds_t = 500
    /// Together 20 ms, which is also how long to search where there is no empty chunk.
    private static let looksBetweenSearches = 40

    /// The last generation that a chunk's blocks have had, or nil if one of them is in use.
    private func lastGeneration(inEmpty chunk: Int, _ sizeClass: Int) -> UInt64? {
        var last: UInt64 = 0
        for block in 0..<blocks(sizeClass) {
            let header = blockHeader(chunk: chunk, block: block).load()
            guard header.state == .free else { return nil }
            last = max(last, header.generation)
        }
        return last
    }

    private func blocks(_ sizeClass: Int) -> Int { ArenaLayout.chunkSize / SizeClass.size(sizeClass) }
}
