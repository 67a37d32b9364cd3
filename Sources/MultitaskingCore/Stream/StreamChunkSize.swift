/// How many elements of a stream form one task, by how long they take.
///
/// Passing a task costs a few microseconds, and it may take a busy machine milliseconds until the reader has its turn
/// to pass the next ones, so elements of a microsecond are passed by the thousand, and those of a few milliseconds one
/// by one. The size aims at a time, as joblib's automatic batching does (`joblib/parallel.py`, `AutoBatchingMixin`),
/// and at most doubles or halves from one task to the next, so that one odd element says little.
struct StreamChunkSize {
    /// What a task has cost, in the backend's time.
    struct Cost {
        /// How many elements it had; a task smaller than the present size says too little to grow.
        var count: Int
        /// How long their calls took.
        var calls: Duration
        /// How long it took to take them from the inputs.
        var gathering: Duration
        /// How long submitting them took, in which they were encoded, or reading their results, whichever is more.
        var passing: Duration
    }

    /// How long the calls of a task should take, and gathering its elements may take, in nanoseconds.
    private static let callTime = 4_000_000.0
    /// How long encoding a task's elements or decoding their results may take, in nanoseconds. At several bytes a
    /// nanosecond that keeps a task around a mebibyte, so that a stream of large elements does not fill the pool's
    /// memory.
    private static let passingTime = 200_000.0
    /// So that the first results are there soon, and a crash has little to repeat.
    private static let largest = 4096

    private let limit: Int
    private(set) var current = 1

    /// - Parameter limit: the most elements that a task may have.
    init(limit: Int) { self.limit = max(1, min(limit, Self.largest)) }

    /// Takes note of a task that has ended.
    mutating func note(_ cost: Cost) {
        guard cost.count > 0 else { return }
        let wanted = min(
            Self.callTime / max(1, Self.nanoseconds(max(cost.calls, cost.gathering))),
            // Passing a task costs something even without elements.
            Self.passingTime / max(1, Self.nanoseconds(cost.passing) - 5_000)
        )
        let next = Int(max(1, min(wanted * Double(cost.count), Double(limit))))
        if next < current {
            current = max(next, current / 2)
        } else if cost.count >= current {
            current = min(next, current * 2)
        }
    }

    private static func nanoseconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) * 1e9 + Double(attoseconds) / 1e9
    }
}
