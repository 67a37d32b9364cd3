import MultitaskingCore

/// A `TimeHistogram` in the arena, with one writer at a time.
///
/// ORDERING: relaxed. Each word is right by itself; a reader may miss the last time, or see it in one word alone, and
/// so does a reader of what a writer has left that died in between.
struct TimeRecord: Record {
    enum Field: Int, RecordField {
        case total = 0
        case longest = 8
        case counts = 16

        var size: Int {
            switch self {
            case .counts: TimeHistogram.classCount * 8
            case .total, .longest: 8
            }
        }
    }

    static let size = 16 + TimeHistogram.classCount * 8

    let arena: Arena
    let offset: Int

    /// Adds a time that stands for several; for its writer alone.
    func add(_ nanoseconds: Int64, count: UInt64) {
        let time = UInt64(clamping: nanoseconds)
        word(.counts, TimeHistogram.index(of: time)).increase(by: count)
        word(.total).increase(by: time &* count)
        if time > word(.longest).loadRelaxed() { word(.longest).storeRelaxed(time) }
    }

    /// What is there at the moment.
    var histogram: TimeHistogram {
        TimeHistogram(
            counts: (0..<TimeHistogram.classCount).map { word(.counts, $0).loadRelaxed() },
            total: word(.total).loadRelaxed(), longest: word(.longest).loadRelaxed())
    }
}

extension SharedWord {
    /// Adds to a word that nobody else writes to.
    @inline(__always)
    func increase(by value: UInt64 = 1) { storeRelaxed(loadRelaxed() &+ value) }
}
