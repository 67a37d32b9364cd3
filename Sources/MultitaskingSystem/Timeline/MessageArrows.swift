internal import MultitaskingCore

/// Finds the calls that have sent what others receive.
///
/// What was sent is remembered for as long as there is room, so that an element that comes back finds its sender again.
struct MessageArrows {
    private var sends: [SharedObjectID: [TimelineMessage]] = [:]
    private var count = 0

    /// How many calls are remembered.
    private static let limit = 65_536

    mutating func add(_ send: TimelineMessage) {
        if count >= Self.limit { forget() }
        count += 1
        var sent = sends[send.channel, default: []]
        sends[send.channel] = nil
        let first = send.elements.lowerBound
        let isLast = sent.last.map { $0.elements.lowerBound < first } ?? true
        sent.insert(send, at: isLast ? sent.count : Self.place(of: first, in: sent))
        sends[send.channel] = sent
    }

    /// The calls that have sent what a call has received, in the order of the elements.
    func sends(of receive: TimelineMessage) -> ArraySlice<TimelineMessage> {
        guard let sent = sends[receive.channel] else { return [] }
        // The last one that begins before it may reach into it.
        var first = Self.place(of: receive.elements.lowerBound, in: sent)
        if first > 0, sent[first - 1].elements.overlaps(receive.elements) { first -= 1 }
        let end = Self.place(of: receive.elements.upperBound, in: sent)
        return first < end ? sent[first..<end] : []
    }

    /// Where the first one is that begins there or behind.
    private static func place(of position: UInt64, in sent: [TimelineMessage]) -> Int {
        var range = 0..<sent.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if sent[middle].elements.lowerBound < position {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }

    /// Keeps the later half of each channel's.
    private mutating func forget() {
        for (channel, sent) in sends {
            let kept = sent.count / 2
            sends[channel] = kept == 0 ? nil : Array(sent.suffix(kept))
        }
        count = sends.values.reduce(0) { $0 + $1.count }
    }
}
