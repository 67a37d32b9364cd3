/// How many elements of a stream form one task, by how long they take.
///
/// Passing a task costs a few microseconds, so elements of a microsecond are passed by the hundred, and elements of a
/// millisecond one by one. The size aims at a time, as joblib's automatic batching does (`joblib/parallel.py`,
/// `AutoBatchingMixin`), and at most doubles or halves from one task to the next, so that one odd element says little.
struct StreamChunkSize {
    /// How long the calls of a task should take: a hundred times what passing it costs.
    private static let callTime = 500_000.0
    /// How long encoding a task's elements may take, in nanoseconds. At several bytes a nanosecond that keeps a task
    /// well below a mebibyte, so that a stream of large elements does not fill the pool's memory.
    private static let submissionTime = 100_000.0
    /// So that the first results are there soon, and a crash has little to repeat.
    private static let largest = 4096

    private let limit: Int
    private(set) var current = 1

    /// - Parameter limit: the most elements that a task may have.
    init(limit: Int) { self.limit = max(1, min(limit, Self.largest)) }

    /// Takes note of a task that has ended.
    ///
    /// - Parameters:
    ///   - count: how many elements it had; a task smaller than the present size says too little to grow.
    ///   - calls: how long their calls took.
    ///   - submission: how long submitting them took, in which they were encoded.
    mutating func note(count: Int, calls: Duration, submission: Duration) {
        guard count > 0 else { return }
        let wanted = min(
            Self.callTime / max(1, Self.nanoseconds(calls)),
            // Passing a task costs something even without elements.
            Self.submissionTime / max(1, Self.nanoseconds(submission) - 5_000)
        )
        let next = Int(max(1, min(wanted * Double(count), Double(limit))))
        if next < current {
            current = max(next, current / 2)
        } else if count >= current {
            current = min(next, current * 2)
        }
    }

    private static func nanoseconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) * 1e9 + Double(attoseconds) / 1e9
    }
}
