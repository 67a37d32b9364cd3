/// Where containers of one payload end that were skipped before, so that each byte is skipped a few times at most.
///
/// Values that are nested and read in another order than they were written are skipped once at each level. Nothing is
/// kept until as many bytes were skipped as the payload has: most payloads never get there.
struct SkippedValues {
    /// Smaller containers are skipped as fast as they are looked up.
    static let smallest = 64
    /// How far from the beginning of one container that is kept to that of the next inside of it, at least.
    static let distance = 32

    private let byteCount: Int
    private var skipped = 0
    private var ends: [Int: Int] = [:]
    /// Why containers have no end.
    private var failures: [Int: ReadFailure] = [:]

    init(byteCount: Int) { self.byteCount = byteCount }

    /// Whether it is worth it to keep ends.
    var isKeeping: Bool { skipped > byteCount }

    /// Counts bytes that were skipped.
    mutating func count(_ bytes: Int) { skipped &+= bytes }

    /// Where the container at `start` ends, if that is known.
    ///
    /// - Throws: what was found in it when it was skipped, if it is damaged.
    func end(ofContainerAt start: Int) throws(ReadFailure) -> Int? {
        if !failures.isEmpty, let failure = failures[start] { throw failure }
        return ends.isEmpty ? nil : ends[start]
    }

    mutating func keep(_ start: Int, end: Int) { ends[start] = end }

    mutating func keep(_ start: Int, failure: ReadFailure) { failures[start] = failure }
}
