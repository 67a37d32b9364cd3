// Counting bytes. There is no counter that a death could leave wrong: each place says how many bytes were sent up to and
// including its element, and what waits is the difference between the tail and the head. So in a channel that counts
// bytes a place is claimed only when the one before it is published.

extension ChannelQueue {
    /// How many bytes wait that were never received.
    var byteCount: UInt64 {
        let head = headBytes
        // The head first: it only moves forward, so the difference is never negative.
        return tailBytes &- head
    }

    func isFull(bytes sent: UInt64) -> Bool { sent &- headBytes >= byteCapacity }

    /// How many bytes were sent before a place; nil if the place is gone, or the one before it not published.
    func bytes(before index: Int, in segment: Segment, number: UInt64) -> UInt64? {
        if index > 0 {
            let state = segment.cell(index - 1).word.state
            if state == .free || state == .writing { return nil }
        }
        let bytes = index == 0 ? segment.startBytes.load() : segment.cell(index - 1).endBytes.load()
        // ORDERING: after the bytes. If they are those of another segment in the same place, so is the tag.
        return segment.tag.load() == tag(number).rawValue ? bytes : nil
    }

    private var headBytes: UInt64 { bytes(at: header.head, in: header.headSegment) }
    private var tailBytes: UInt64 { bytes(at: header.tail, in: header.tailSegment) }

    /// How many bytes were sent before one of the channel's ends.
    private func bytes(at end: SharedWord, in segmentLink: SharedWord) -> UInt64 {
        var patience = Patience()
        while isLive, !patience.isSpent() {
            let position = end.load()
            let link = SegmentLink(rawValue: segmentLink.load())
            guard let segment = Segment(arena: arena, link: link) else { continue }
            let (number, index) = Self.place(position)
            // At the border of two segments it may lead to either.
            let isBehind = index == 0 && link.number + 1 == number
            guard isBehind || link.number == number else { continue }
            let bytes = bytes(before: isBehind ? Segment.cells : index, in: segment, number: link.number)
            if let bytes, end.load() == position, segmentLink.load() == link.rawValue { return bytes }
        }
        return 0
    }

    /// Says that a place holds no bytes, because its sender has died or come too late.
    func countNothing(at cell: Cell) {
        guard byteCapacity != 0 else { return }
        let (segment, index) = cell.place
        cell.endBytes.store(bytes(before: index, in: segment, number: cell.word.tag.segment) ?? 0)
    }
}
