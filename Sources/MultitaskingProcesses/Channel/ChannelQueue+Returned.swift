import Synchronization

// Elements that go back. They stay where they are: the supervisor changes their cells from `taken` to `full`, which are
// then behind the head, and raises `returns`. Receivers find them by looking through the segments, once after each
// raise; when all that was found has been claimed by somebody, `searched` says so, and nobody looks anymore.

extension ChannelQueue {
    /// Whether there may be elements that went back.
    @inline(__always)
    var hasReturned: Bool { redelivers && header.returns.load() != header.searched.load() }

    /// How many elements wait that went back, and their bytes.
    var returned: (count: Int, bytes: UInt64) {
        guard hasReturned else { return (0, 0) }
        var bytes: UInt64 = 0
        let claims = findReturned()
        for claim in claims {
            let (segment, index) = cell(claim).location
            guard byteCapacity != 0, let start = self.bytes(before: index, in: segment, number: claim.number) else {
                continue
            }
            bytes &+= cell(claim).endBytes.load() &- start
        }
        return (claims.count, bytes)
    }

    /// Claims the first element that went back; see ``receive(journal:fingerprint:as:)``.
    func receiveReturned(journal: JournalEntry, fingerprint: UInt64?, as state: CellWord.State) -> Receipt {
        guard hasReturned else { return .empty }
        return hints.returned.withLock { list in
            while true {
                let returns = header.returns.load()
                if list.returns != returns {
                    // Sorted so that the first is taken from the end.
                    list.claims = findReturned().reversed()
                    list.returns = returns
                }
                while let claim = list.claims.last {
                    let cell = cell(claim)
                    let full = CellWord(.full, tag: tag(claim.number))
                    if cell.word.load() == full {
                        let found = cell.fingerprint.loadRelaxed()
                        if let fingerprint, found != fingerprint {
                            if cell.word.load() == full { return .otherType(found) }
                            continue
                        }
                        announce(cell, of: claim.number, in: journal)
                        let mine = CellWord(state, owner: membership.member, tag: tag(claim.number))
                        if cell.word.compareExchange(full, mine) {
                            list.claims.removeLast()
                            return .element(claim)
                        }
                    }
                    // Somebody else was faster.
                    list.claims.removeLast()
                }
                noteSearched(returns)
                if header.returns.load() == returns { return .empty }
            }
        }
    }

    /// The elements that went back, in the order in which they were sent.
    private func findReturned() -> [Claim] {
        let head = header.head.load().position
        var claims: [Claim] = []
        arena.forEachSegment { segment in
            guard let number = number(of: segment) else { return }
            let first = number &* UInt64(Segment.cells)
            guard number <= head / UInt64(Segment.cells), first < head else { return }
            for index in 0..<min(Segment.cells, Int(clamping: head - first)) {
                let cell = segment.cell(index)
                guard cell.word.load() == CellWord(.full, tag: tag(number)) else { continue }
                claims.append(Claim(offset: cell.offset, number: number))
            }
        }
        return claims.sorted { ($0.number, $0.offset) < ($1.number, $1.offset) }
    }

    /// The number of a segment if it belongs to this channel, and was not taken out.
    func number(of segment: Segment) -> UInt64? {
        let word = segment.tag.load()
        guard word & Segment.retiredFlag == 0, segment.channel.load() == UInt64(header.index) else { return nil }
        return number(of: SegmentTag(rawValue: word))
    }

    private func noteSearched(_ returns: UInt64) {
        while true {
            let searched = header.searched.load()
            guard searched < returns else { return }
            if header.searched.compareExchange(searched, returns) { return }
        }
    }

    /// Makes every process look again for elements that went back.
    @inline(never)
    func announceReturned() {
        header.returns.add(1)
        header.receivers.wakeAll()
        fence()
        header.notifyWatcher()
    }

    // MARK: Elements that are kept

    /// Ends a claim as `taken`: the element will not go back anymore. False if the channel is gone and it with it.
    ///
    /// - Parameter isDone: whether it counts as reported; otherwise it was never decoded, or its task has ended.
    @discardableResult
    func settle(_ claim: Claim, journal: JournalEntry, isDone: Bool) -> Bool {
        let cell = cell(claim)
        let taken = CellWord(.taken, owner: membership.member, tag: tag(claim.number))
        announce(cell, of: claim.number, in: journal)
        if isDone {
            // From here on recovery completes this.
            let settling = CellWord(.settling, owner: membership.member, tag: tag(claim.number))
            guard cell.word.compareExchange(taken, settling) else { return false }
            membership.release(cell.payload)
            DroppedElementCount(header: header).add(for: journal)
        } else {
            guard cell.word.load() == taken else { return false }
            membership.release(cell.payload)
        }
        finish(claim)
        return true
    }

    /// Gives an element back that its receiver, which has died, had not reported; or drops it, if the channel discards.
    func giveBack(_ claim: Claim, journal: JournalEntry) {
        let cell = cell(claim)
        let taken = CellWord(.taken, owner: membership.member, tag: tag(claim.number))
        let full = CellWord(.full, tag: tag(claim.number))
        if !discards, cell.word.compareExchange(taken, full) {
            fence()
            // A process that discards says so before it looks for elements.
            guard discards, cell.word.compareExchange(full, taken) else { return }
        }
        settle(claim, journal: journal, isDone: true)
    }

    /// Whether what comes back is of no use anymore.
    private var discards: Bool { !isLive || header.state.load() & ChannelHeader.discardsFlag != 0 }
}

extension ChannelQueue: ElementSource {
    var identity: (index: Int, serial: UInt64) { (header.index, serial) }

    func letGo(of claim: Claim, journal: JournalEntry) { settle(claim, journal: journal, isDone: false) }
}

/// Where elements are that went back, as this process has found them; hints, checked before they are believed.
struct ReturnedElements {
    /// The value of `returns` at the last search.
    var returns: UInt64 = 0
    /// The last one is the first to be received.
    var claims: [ChannelQueue.Claim] = []
}
