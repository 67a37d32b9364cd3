import MultitaskingCore

extension Arena {
    @inline(__always)
    func channel(_ index: Int) -> ChannelHeader { ChannelHeader(arena: self, index: index) }

    /// Calls `body` with every channel that exists.
    func forEachChannel(_ body: (ChannelHeader) -> Void) {
        let count = min(Int(clamping: header.channelCount.load()), ArenaLayout.channelLimit)
        for index in 0..<count {
            let header = self.channel(index)
            if header.state.load() & ChannelHeader.liveFlag != 0 { body(header) }
        }
    }

    /// Calls `body` with every segment that is in use, whatever channel it belongs to.
    ///
    /// - Complexity: O(segments that were ever in use at the same time).
    func forEachSegment(_ body: (Segment) -> Void) {
        for chunk in touchedChunks {
            let word = self.chunk(chunk).load()
            guard word.state == .blocks, word.sizeClass == SizeClass.segment else { continue }
            for block in 0..<ArenaLayout.chunkSize / SizeClass.size(SizeClass.segment)
            where blockHeader(chunk: chunk, block: block).load().state == .used {
                body(Segment(arena: self, offset: chunkOffset(chunk) + block * SizeClass.size(SizeClass.segment)))
            }
        }
    }

    /// Whether another pool than this has given a reference out.
    func isForeign(_ reference: SharedObjectID) -> Bool {
        !ObjectNumbers.isCounted(reference.serial, from: header.objectOrigin.load())
    }
}
