import CMultitaskingLinux

// Void cells. A sender that has claimed a cell fills it within a microsecond, unless it is preempted, stopped or
// dead. What others have sent meanwhile is behind it, and they have returned. So a process that would have to wait for
// it makes the cell void instead: the sender's publishing exchange fails, and it claims another cell at the end, behind
// all that was sent before.
//
// Its segment stays until the sender has noticed, or its death was settled, because it may be filling the cell to this
// moment. Only then the cell's bit is set among those that are done with.

extension ChannelQueue {
    /// Whether what was sent by calls that have returned may be behind a cell whose sender has not filled it yet.
    ///
    /// Such a call has claimed a later cell and moved the tail past that one. In a closed channel nothing may come
    /// later: a process that finds it empty leaves for good.
    @inline(__always)
    func mayHideElements(_ position: UInt64, _ span: Int) -> Bool {
        header.tail.load() > position &+ UInt64(span) || isClosed
    }

    /// Makes a cell void whose sender, as `word` says, has not filled it, unless it does so in a moment. A process that
    /// calls this looks at the cell again.
    @inline(never)
    func makeVoid(_ cell: Cell, _ word: CellWord) {
        for _ in 0..<Self.looks {
            mt_pause()
            if cell.word.load() != word { return }
        }
        let void = CellWord(.void, owner: word.owner, span: word.span, tag: word.tag)
        guard cell.word.compareExchange(word, void), isBounded else { return }
        // A cell that holds nothing takes up no room.
        fence()
        header.senders.wakeOne()
        header.notifyWatcher()
    }

    /// How often to look before a cell is made void: 2 to 5 µs, in which a sender that runs has filled it long since,
    /// and half of what a sender needs that has to be scheduled first.
    private static let looks = 100

    /// Leaves a void cell that was claimed by this member, which does nothing with it from here on; or as many as its
    /// word speaks for.
    @inline(never)
    func leaveVoid(_ cell: Cell, number: UInt64, count: Int = 1) {
        let (segment, index) = cell.location
        // The block goes into another cell. What is sent here later need not say that it has none, and is freed.
        cell.payload.clear()
        setConsumed(mask: mask(index, count), in: segment, number: number)
    }

    /// Moves the head past a void cell, and counts that.
    @inline(never)
    func passVoid(_ head: HeadWord, _ cell: Cell, _ word: CellWord) {
        // One by one, as the head has few bits for their number.
        if word.span > 1 { split(word, of: cell, after: 1) }
        moveTail(past: head.position, count: 1)
        // ORDERING: as in `moveHead(past:)`.
        if !header.head.compareExchangeOrdered(head, head.advancedPastVoid) { fence() }
        _ = header.voids
        // A process that waits for the last element to be reported may have waited for this one.
        header.joiners.wakeAll()
        header.notifyWatcher()
    }

    /// Moves the head past the void cells that it is at.
    func passVoids() {
        var patience = LoopBudget()
        while !patience.isSpent() {
            let head = header.head.load()
            let (number, index) = Self.location(head.position)
            guard let segment = segmentForReceiving(number) else { return }
            let cell = segment.cell(index)
            let word = cell.word.load()
            guard state(of: word, in: segment, tag(number)) == .void else { return }
            passVoid(head, cell, word)
        }
    }

    /// Whether a receiver would find something behind the void cells that the head is at.
    ///
    /// A process that asks passes them, because whoever made them void may have died before it did so.
    @inline(never)
    var hasElementBehindVoids: Bool {
        passVoids()
        // More of them have come meanwhile, or there are very many: the caller looks again.
        return hasElementAtHead ?? true
    }

    // MARK: Joining

    /// Whether every element sent was reported as done, or will never be.
    var isJoined: Bool {
        var patience = LoopBudget()
        while isLive, !patience.isSpent() {
            // ORDERING: the tail last. Nothing is accounted for before the tail has passed it, so they are equal at
            // that moment if they seem so.
            let accounted = header.finished.load() &+ DroppedElementCount(header: header).value &+ header.voids
            let head = header.head.load().position
            let tail = header.tail.load()
            if accounted >= tail { return true }
            // Otherwise somebody has an element and has not reported it.
            guard accounted >= head, passFirstIfVoid() else { return false }
        }
        return false
    }

    /// Moves the head on if nothing will ever be received at its cell; false if it has an element or was never
    /// claimed.
    private func passFirstIfVoid() -> Bool {
        let head = header.head.load()
        let (number, index) = Self.location(head.position)
        guard let segment = segmentForReceiving(number) else { return head != header.head.load() }
        let cell = segment.cell(index)
        let word = cell.word.load()
        // If it is gone, the head has moved.
        guard let state = state(of: word, in: segment, tag(number)) else { return true }
        switch state {
        case .free, .full: return false
        case .writing: makeVoid(cell, word)
        case .void: passVoid(head, cell, word)
        case .reading, .settling, .consumed, .taken: moveHead(past: head, count: span(of: word, at: index))
        }
        return true
    }
}
