import MultitaskingCore

// Any process may have written what is in the arena. Code that follows it checks every number that could lead outside,
// uses wrapping arithmetic and bounds every loop.

/// How often a loop over shared memory may begin again before the memory must be damaged.
///
/// Each time round, somebody else has made progress, so in a healthy arena it takes a few.
struct LoopBudget {
    private static let limit = 1 << 14

    private var left = limit
    private var isRenewed = false

    /// Whether the loop has begun again too often.
    @inline(__always)
    mutating func isSpent() -> Bool {
        left -= 1
        return left < 0
    }

    /// Throws `memoryDamaged` if the loop has begun again too often.
    @inline(__always)
    mutating func spend() throws {
        if isSpent() { throw MultitaskingError.memoryDamaged("a queue in it cannot be followed") }
    }

    /// Begins again, for a loop whose caller mends what may be wrong. Throws `memoryDamaged` the second time.
    mutating func renew() throws {
        guard !isRenewed else { return try spend() }
        left = Self.limit
        isRenewed = true
    }
}

extension MultitaskingError {
    static func memoryDamaged(_ what: String) -> Self {
        Self(
            .memoryDamaged,
            "the pool's shared memory is damaged: \(what); a task has written over it: look for bad pointers, and make "
                + "a "
                + "new pool")
    }
}
