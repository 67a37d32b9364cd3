import Synchronization

// How many elements there are between head and tail. Their distance isn't the answer where it matters: there may be
// void places among them, and some that their senders have not filled. Once a place is full or void, it stays so until
// the head passes it. So each process looks at each cell once, when it is first asked; that the distance is not what it
// seems is rare, and it is asked only where the distance says that a channel is full, or for its status.

/// What this process knows of the cells between a channel's ends.
struct Survey {
    /// Up to where each cell is known to have been filled, or to be void.
    var position: UInt64 = 0
    /// The segment in which that was.
    var link = SegmentLink(noneAfter: SegmentTag(rawValue: 0))
    /// Which of these are void, in order; those that the head has passed are forgotten.
    var voids: [UInt64] = []
}

extension ChannelQueue {
    /// How many elements wait that were never received.
    var count: Int {
        // What senders hold out is theirs.
        if isRendezvous { return 0 }
        var count: UInt64 = 0
        // Where the ends stay while it counts, that is how many there were. Elsewhere they seldom move in so short a
        // time, and what is right now is wrong a moment later in any case.
        for _ in 0..<1000 {
            let (head, tail) = (header.head.load(), header.tail.load())
            count = elements(before: tail, whereUnfilled: mayHideElements)
            if header.head.load() == head, header.tail.load() == tail { break }
        }
        return Int(clamping: count)
    }

    /// Whether there is room behind a cell at which the tail was, made if need be: a cell that is claimed and not
    /// filled may take up no room, since nothing that is not in the channel keeps anybody out.
    @inline(never)
    func makeRoom(before tail: UInt64) -> Bool {
        elements(before: tail, whereUnfilled: { _, _ in true }) < capacity
    }

    /// How many elements there are between the head and `tail`, where the tail is or was.
    ///
    /// - Parameter mustBeVoid: whether a cell at a position, which speaks for so many, is made void if its sender has
    ///   not filled it. Those that are not count as nothing.
    func elements(
        before tail: UInt64, whereUnfilled mustBeVoid: (UInt64, Int) -> Bool = { _, _ in false }
    ) -> UInt64 {
        hints.survey.withLock { survey in
            var patience = LoopBudget()
            var unfilled: [UInt64] = []
            while !survey.isComplete(before: tail, of: self, whereUnfilled: mustBeVoid, &unfilled) {
                if patience.isSpent() { break }
            }
            let head = header.head.load().position
            guard tail > head else { return 0 }
            survey.voids.removeFirst(survey.voids.prefix { $0 < head }.count)
            let empty = survey.voids.prefix { $0 < tail }.count + unfilled.filter { $0 >= head }.count
            return tail - head &- min(tail - head, UInt64(empty))
        }
    }
}

extension Survey {
    /// Looks at all cells up to `tail`; false if it must be begun again, because the head has passed some meanwhile.
    fileprivate mutating func isComplete(
        before tail: UInt64, of queue: ChannelQueue, whereUnfilled mustBeVoid: (UInt64, Int) -> Bool,
        _ unfilled: inout [UInt64]
    ) -> Bool {
        unfilled = []
        let head = queue.header.head.load().position
        if position < head {
            position = head
            voids = []
        }
        var next = position
        var link = link
        while next < tail {
            let (number, index) = ChannelQueue.location(next)
            guard let segment = queue.segment(number, from: &link) else { return false }
            let cell = segment.cell(index)
            let word = cell.word.load()
            guard let state = queue.state(of: word, in: segment, queue.tag(number)) else { return false }
            let isUnfilled = state == .writing || state == .free
            let span = state == .free ? 1 : queue.span(of: word, at: index)
            if state == .writing, mustBeVoid(next, span) {
                queue.makeVoid(cell, word)
                continue
            }
            let places = next..<next + UInt64(span)
            // What is behind one that is not filled is looked at again the next time.
            if !isUnfilled, next == position {
                position = places.upperBound
                self.link = link
                if state == .void { voids += places }
            } else if isUnfilled || state == .void {
                unfilled += places
            }
            next = places.upperBound
        }
        return true
    }
}

extension ChannelQueue {
    /// The segment with this number, looked for from the one that `link` leads to, or from the head's; nil if it is not
    /// there anymore.
    fileprivate func segment(_ number: UInt64, from link: inout SegmentLink) -> Segment? {
        if let segment = Segment(arena: arena, link: link), link.number <= number,
            segment.tag.load() == tag(link.number).rawValue
        {
            if link.number == number { return segment }
        } else {
            link = header.headSegment.load(near: number)
        }
        while link.number < number, let segment = Segment(arena: arena, link: link) {
            let next = segment.next.load(near: number)
            // ORDERING: after the link: if that is another segment's, so is the tag.
            guard segment.tag.load() == tag(link.number).rawValue, !next.isNone, next.number == link.number &+ 1 else {
                link = header.headSegment.load(near: number)
                return nil
            }
            link = next
        }
        return link.number == number ? Segment(arena: arena, link: link) : nil
    }
}
