// Taking chunks from those that are free.

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
        var warm: UInt64 = 0
        for chunk in range {
            let found = self.chunk(chunk).load()
            let word = chunk == range.lowerBound ? head : tail
            guard found.isFree, self.chunk(chunk).compareExchange(found, word) else {
                for claimed in range.lowerBound..<chunk {
                    self.chunk(claimed).store(ChunkWord(.cold))
                }
                if warm > 0 { header.warmChunks.subtract(warm) }
                return chunk
            }
            if found.state == .warm { warm += 1 }
        }
        if warm > 0 { header.warmChunks.subtract(warm) }
        return nil
    }
}
