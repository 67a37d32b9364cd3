// Counting bytes. There is no counter that a death could leave wrong: each cell says how many bytes were sent up to
// and including its element, and what waits is the difference between the tail and the head. So in a channel that
// counts bytes a cell is claimed only when the one before it is published, or void: a void cell says nothing, and is
// skipped.

extension ChannelQueue {
    /// How many bytes wait that were never received.
    var byteCount: UInt64 {
        var bytes: UInt64 = 0
        for _ in 0..<1000 {
            let head = header.head.load()
            // The head first: it only moves forward, so the difference is never negative.
            let before = headBytes
            bytes = tailBytes &- before
            if header.head.load() == head { break }
        }
        return bytes
    }

    func isFull(bytes sent: UInt64) -> Bool { sent &- headBytes >= byteCapacity }

    /// How many bytes were sent before a cell; nil if the cell is gone, or the one before it not published.
    func bytes(before index: Int, in segment: Segment, number: UInt64) -> UInt64? {
        guard let bytes = bytesSent(before: index, in: segment, number) else { return nil }
        // ORDERING: after the bytes. If they are those of another segment in the same place, so is the tag.
        return segment.tag.load() == tag(number).rawValue ? bytes : nil
    }

    private func bytesSent(before index: Int, in segment: Segment, _ number: UInt64) -> UInt64? {
        for before in (0..<index).reversed() {
            let cell = segment.cell(before)
            switch state(of: cell.word.load(), in: segment, tag(number)) {
            case nil, .free, .writing: return nil
            // Its sender may be writing a number there to this moment.
            case .void: continue
            case .full, .reading, .consumed, .taken, .settling: return cell.endBytes.load()
            }
        }
        return segment.startBytes.load()
    }

    private var headBytes: UInt64 { bytes(at: header.head.word, in: header.headSegment) }
    private var tailBytes: UInt64 { bytes(at: header.tail, in: header.tailSegment) }

    /// How many bytes were sent before one of the channel's ends.
    private func bytes(at end: SharedWord, in segmentLink: SharedLink) -> UInt64 {
        var patience = LoopBudget()
        while isLive, !patience.isSpent() {
            let word = end.load()
            // What a head has besides its position, a tail does not have.
            let position = HeadWord(rawValue: word).position
            let (number, index) = Self.location(position)
            let link = segmentLink.load(near: number)
            guard let segment = Segment(arena: arena, link: link) else { continue }
            // At the border of two segments it may lead to either.
            let isBehind = index == 0 && link.number &+ 1 == number
            guard isBehind || link.number == number else { continue }
            let bytes = bytes(before: isBehind ? Segment.cells : index, in: segment, number: link.number)
            if let bytes, end.load() == word, segmentLink.load(near: number) == link { return bytes }
        }
        return 0
    }
}
