/// Counts the elements of a channel that nobody will report as done, because they were discarded or died with a
/// receiver.
///
/// Each is counted exactly once, at whatever instruction its counter dies and however often recovery begins again: the
/// count carries the name of the journal entry that raised it last, and a process that raises it next first tells that
/// entry so.
struct DroppedElementCount {
    /// Bits 0...13: the entry that raised it last; 0 for the client, whose death ends the pool. From bit 14: the count.
    private static let entryBits: UInt64 = 14

    let header: ChannelHeader

    var value: UInt64 { header.dropped.load() >> Self.entryBits }

    /// Counts the element that `entry` names, or as many as begin with it, unless that was done before.
    func add(for entry: JournalEntry, _ added: Int = 1) {
        var patience = LoopBudget()
        while !patience.isSpent() {
            // ORDERING: the count first, then the entry. If the count does not name the entry anymore, the member that
            // changed it has told the entry before.
            let now = header.dropped.load()
            let count = now >> Self.entryBits
            let intent = entry.segment
            if intent == JournalEntry.counted { return }
            if intent == self.intent(count), now & JournalEntry.identityMask == entry.identity { break }
            tell(JournalEntry(arena: header.arena, identity: now & JournalEntry.identityMask), count)
            let sum = count &+ UInt64(added)
            entry.segment = self.intent(sum)
            if header.dropped.compareExchange(now, sum << Self.entryBits | entry.identity) { break }
        }
        entry.segment = JournalEntry.counted
    }

    private func tell(_ entry: JournalEntry, _ count: UInt64) {
        _ = entry.segmentWord?.compareExchange(intent(count), JournalEntry.counted)
    }

    private func intent(_ count: UInt64) -> UInt64 { JournalEntry.counting | count << 17 | UInt64(header.index) }
}
