internal import MultitaskingCore
internal import MultitaskingSystem

/// What was sent to a channel and received from it while a timeline is written.
///
/// Beside the channel's state, under its lock, which a call holds in any case: so noting a message takes no other one,
/// and a message is never received before it was sent.
struct ChannelNotes {
    /// A call that has sent or received elements.
    struct Note {
        /// The calling thread; the taker of the note knows where that is.
        var thread: UInt
        var isSend: Bool
        /// Which elements, of all that were ever sent, counted from the first.
        var elements: Range<UInt64>
        var start: Int64
        var end: Int64
    }

    /// The beginning of a call that does not wait: it takes so little time that its end says as much.
    static let atOnce: Int64 = -1
    /// How many notes wait at most to be taken: a timeline costs no more than what it can show.
    private static let limit = 16_384

    private var notes: [Note] = []
    /// What takes the place of the notes that are taken.
    private var spare: [Note] = []
    private var lost = 0

    @inline(never)
    mutating func add(isSend: Bool, _ elements: Range<UInt64>, since start: Int64) {
        guard notes.count < Self.limit else { return lost += 1 }
        let now = eventNanoseconds()
        notes.append(
            Note(
                thread: CurrentThread.id, isSend: isSend, elements: elements, start: start == Self.atOnce ? now : start,
                end: now))
    }

    /// Hands out what was noted, and how many were left out.
    mutating func take() -> (notes: [Note], lost: Int) {
        defer { (notes, spare, lost) = (spare, [], 0) }
        return (notes, lost)
    }

    /// Gives an array back that was handed out, whose memory serves the next notes.
    mutating func reuse(_ array: consuming [Note]) {
        array.removeAll(keepingCapacity: true)
        spare = array
    }
}
