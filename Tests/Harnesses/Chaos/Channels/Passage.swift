/// What is written down of one element on its way.
struct Passage {
    enum Kind: UInt32 {
        /// It is about to be sent.
        case offered
        /// The channel has accepted it.
        case sent
        /// The channel has not accepted it.
        case refused
        case received
        /// It was reported as worked off.
        case reported
    }

    /// Who sent an element, and its number there.
    struct Name: Hashable {
        var producer: UInt32
        var number: UInt32
    }

    var kind: Kind
    var lane: UInt32
    /// Who sends, or receives.
    var stream: UInt32
    var name: Name

    static func note(_ kind: Kind, _ lane: Lane, _ stream: UInt32, _ element: Element) {
        Logbook.passages.note(
            kind.rawValue, UInt64(lane.number), UInt64(stream), UInt64(element.producer) << 32 | UInt64(element.number))
    }

    init?(_ record: Logbook.Record) {
        guard let kind = Kind(rawValue: record.kind) else { return nil }
        self.kind = kind
        lane = UInt32(truncatingIfNeeded: record.first)
        stream = UInt32(truncatingIfNeeded: record.second)
        name = Name(
            producer: UInt32(truncatingIfNeeded: record.third >> 32), number: UInt32(truncatingIfNeeded: record.third))
    }
}
