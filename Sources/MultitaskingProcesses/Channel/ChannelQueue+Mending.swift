import MultitaskingCore

extension ChannelQueue {
    /// Points the tail at its segment again, once for each caller, if it does not lead there.
    @inline(never)
    func mendTail(_ patience: inout LoopBudget) throws {
        try patience.renew()
        try mend(header.tailSegment, at: Self.location(header.tail.load()).number)
    }

    /// Points the head at its segment again, once for each caller, if it does not lead there.
    @inline(never)
    func mendHead(_ patience: inout LoopBudget) throws {
        try patience.renew()
        try mend(header.headSegment, at: headNumber)
    }

    /// Points an end at the segment of a position, or at the one before if that is the last.
    ///
    /// An end has the lower bits of the segment's number beside the place. So a process that has slept for days in the
    /// middle of moving it on, and wakes up when the same bits and the same place are there, moves it back to where
    /// some other segment is by now. The segments themselves have longer tags, and are found by them.
    ///
    /// - Throws: `memoryDamaged` if there is no such segment.
    /// - Complexity: O(segments that were ever in use at the same time).
    private func mend(_ end: SharedLink, at number: UInt64) throws {
        let found = end.load(near: number)
        var unit: UInt64?
        var unitBefore: UInt64?
        arena.forEachSegment { segment in
            let tag = segment.tag.load()
            if tag == self.tag(number).rawValue { unit = segment.unit }
            if number > 0, tag == self.tag(number - 1).rawValue { unitBefore = segment.unit }
        }
        let link =
            unit.map { SegmentLink(number: number, unit: $0) }
            ?? unitBefore.map { SegmentLink(number: number - 1, unit: $0) }
        guard let link else { throw MultitaskingError.memoryDamaged("a channel's segments are missing") }
        // ORDERING: if it has changed meanwhile, others have moved it on, and the caller looks again.
        _ = end.compareExchange(found, link)
    }
}
