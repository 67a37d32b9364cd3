// Where blocks and their words are, and giving them back, which any process may do.

extension Arena {
    @inline(__always)
    func chunk(_ index: Int) -> Shared<ChunkWord> { Shared(word(layout.chunkTable + index * 8)) }

    /// The header of a block, which lies in a table and not in the block.
    @inline(__always)
    func blockHeader(chunk: Int, block: Int) -> Shared<BlockHeader> {
        Shared(word(layout.blockHeaders + (chunk * ArenaLayout.headersPerChunk + block) * 8))
    }

    /// All chunks that were ever taken are among these. The words of the others are zero, and looking at them costs a
    /// new process a page for each 512.
    var touchedChunks: Range<Int> {
        0..<min(Int(clamping: header.chunkEnd.load()), layout.chunkCount)
    }

    /// To be called before chunks below an end are taken.
    ///
    /// ORDERING: a process that looks for what another member had in a chunk has learnt from it, or from its death,
    /// that it had.
    func touchChunks(below end: Int) {
        let cell = header.chunkEnd
        while true {
            let now = cell.load()
            guard now < UInt64(end), !cell.compareExchange(now, UInt64(end)) else { return }
        }
    }

    func chunkOffset(_ chunk: Int) -> Int { layout.chunks + chunk * ArenaLayout.chunkSize }

    /// Where a block is that a reference names, or nil if there is no such block.
    ///
    /// References are read from memory that a broken worker may have written, so this believes nothing. The chunk's
    /// word is read once, and given to the caller: read again, it might say something else than what was checked.
    func locate(_ reference: BlockReference) -> (
        chunk: Int, word: ChunkWord, header: Shared<BlockHeader>, capacity: Int
    )? {
        let offset = reference.offset - layout.chunks
        guard !reference.isNone, offset >= 0 else { return nil }
        let chunk = offset / ArenaLayout.chunkSize
        guard chunk < layout.chunkCount else { return nil }
        let within = offset % ArenaLayout.chunkSize
        let word = self.chunk(chunk).load()
        switch word.state {
        case .blocks:
            guard word.sizeClass < SizeClass.count else { return nil }
            let size = SizeClass.size(word.sizeClass)
            guard within % size == 0 else { return nil }
            return (chunk, word, blockHeader(chunk: chunk, block: within / size), size)
        case .run:
            guard within == 0, word.value > 0, word.value <= layout.chunkCount - chunk else { return nil }
            return (chunk, word, blockHeader(chunk: chunk, block: 0), word.value * ArenaLayout.chunkSize)
        case .cold, .warm, .tail:
            return nil
        }
    }

    /// Whether the allocation a reference names is still in use.
    func isLive(_ reference: BlockReference) -> Bool {
        guard let place = locate(reference) else { return false }
        let header = place.header.load()
        return header.state == .used && header.generation == reference.generation
    }

    /// Whether a block is, or was, one of a channel's segments.
    func isSegment(_ reference: BlockReference) -> Bool {
        guard let place = locate(reference) else { return false }
        return place.word.state == .blocks && place.word.sizeClass == SizeClass.segment
    }

    /// Gives a block back; does nothing if that was done before.
    ///
    /// - Parameter member: the process that gives it back.
    /// - Returns: the class and owner if the block is a small one and this call freed it.
    @discardableResult
    func free(_ reference: BlockReference, by member: Int) -> (sizeClass: Int, owner: Int)? {
        guard let place = locate(reference) else { return nil }
        let used = BlockHeader(.used, generation: reference.generation)
        let chunk = place.word
        guard chunk.state == .blocks else {
            // From here on a death of `member` is completed by `releaseRuns(of:)`, which finds the header.
            let freeing = BlockHeader(.freeing, generation: reference.generation, owner: member)
            if place.header.compareExchange(used, freeing) {
                releaseRun(place.chunk, length: chunk.value, by: member)
            }
            return nil
        }
        let free = BlockHeader(.free, generation: reference.generation)
        guard place.header.compareExchange(used, free) else { return nil }
        if chunk.owner != member {
            self.member(chunk.owner).freedBlocks(chunk.sizeClass).add(1)
        }
        return (chunk.sizeClass, chunk.owner)
    }

    /// Frees the chunks of a run, its head last, so that the member that completes the work of the dead finds what is
    /// left.
    ///
    /// - Parameter member: the process that gives it back.
    func releaseRun(_ head: Int, length: Int, by member: Int) {
        guard length > 0, length <= layout.chunkCount - head else { return }
        let owner = self.chunk(head).load().owner
        // Fresh pages cost more than copying into them, so some free memory is kept; see Docs/architecture.md.
        let keep = header.warmChunks.hint < header.warmLimit.hint &- length &+ 1
        let free = ChunkWord(keep ? .warm : .cold)
        let tail = ChunkWord(.tail, owner: owner, value: head)
        for chunk in (head + 1..<head + length).reversed() where self.chunk(chunk).load() == tail {
            releaseChunk(chunk, from: tail, to: free)
        }
        // Until the header is marked used, the named member owns the run, even if it dies now.
        let mine = ChunkWord(.run, owner: member, value: length)
        self.chunk(head).store(mine)
        let block = blockHeader(chunk: head, block: 0)
        block.store(BlockHeader(.free, generation: block.load().generation))
        releaseChunk(head, from: mine, to: free)
    }

    private func releaseChunk(_ chunk: Int, from held: ChunkWord, to free: ChunkWord) {
        if free.state == .cold { discard(chunkOffset(chunk), count: ArenaLayout.chunkSize) }
        guard self.chunk(chunk).compareExchange(held, free) else { return }
        header.usedChunks.subtract(1)
        if free.state == .warm { header.warmChunks.add(1) }
    }

    /// Completes what a dead member had begun with blocks: taking chunks, or giving them back.
    ///
    /// - Complexity: O(chunks that were ever in use).
    func releaseRuns(of member: Int) {
        for chunk in touchedChunks {
            let word = self.chunk(chunk).load()
            switch word.state {
            case .run:
                let block = blockHeader(chunk: chunk, block: 0).load()
                if block.state == .freeing ? block.owner == member : block.state == .free && word.owner == member {
                    releaseRun(chunk, length: word.value, by: member)
                }
            case .tail where word.owner == member && !isCovered(chunk, by: word.value):
                releaseChunk(chunk, from: word, to: ChunkWord(.warm))
            case .blocks where word.owner != member && word.sizeClass < SizeClass.count:
                // The dead may have freed a block and not told its owner, which then looks once more.
                self.member(word.owner).freedBlocks(word.sizeClass).add(1)
            case .cold, .warm, .blocks, .tail:
                continue
            }
        }
        recountChunks()
    }

    /// Counts the chunks anew: a member that dies between a change and its count leaves the counts wrong.
    ///
    /// They decide what to compress and what to keep, and nothing else, so it does no harm that others may change them
    /// at the same time.
    func recountChunks() {
        var used: UInt64 = 0
        var warm: UInt64 = 0
        for chunk in touchedChunks {
            let state = self.chunk(chunk).load().state
            if state == .warm { warm += 1 } else if state != .cold { used += 1 }
        }
        header.usedChunks.store(used)
        header.warmChunks.store(warm)
    }

    /// Whether a large block that begins at `head` is in use and includes `chunk`.
    private func isCovered(_ chunk: Int, by head: Int) -> Bool {
        guard head < chunk else { return false }
        let word = self.chunk(head).load()
        return word.state == .run && head + word.value > chunk
            && blockHeader(chunk: head, block: 0).load().state != .free
    }

    /// How many blocks are in use, channel segments left out, and how many bytes of chunks are taken. For tests and
    /// statistics; O(chunks × blocks).
    func blocksInUse() -> (payloads: Int, segments: Int, chunks: Int) {
        var payloads = 0
        var segments = 0
        var chunks = 0
        for chunk in touchedChunks {
            let word = self.chunk(chunk).load()
            guard !word.isFree else { continue }
            chunks += 1
            if word.state == .run { payloads += 1 }
            guard word.state == .blocks, word.sizeClass < SizeClass.count else { continue }
            for block in 0..<ArenaLayout.chunkSize / SizeClass.size(word.sizeClass)
            where blockHeader(chunk: chunk, block: block).load().state == .used {
                if word.sizeClass == SizeClass.segment { segments += 1 } else { payloads += 1 }
            }
        }
        return (payloads, segments, chunks)
    }
}
