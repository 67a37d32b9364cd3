/// How far a reader of a ring of entries is, which are numbered from 1.
struct RingProgress {
    /// How many entries it has read or passed.
    var read: UInt64 = 0
    /// How many it knows to have been left out.
    var skipped: UInt64 = 0
    /// The ones that it has passed, because they were not whole yet.
    var missing: [UInt64] = []

    /// Passes all entries that there are.
    ///
    /// - Parameters:
    ///   - count: how many entries there ever were.
    ///   - skipped: how many were left out because there was no room.
    ///   - limit: how many the ring holds.
    /// - Returns: the numbers of those that have come and are still there, and how many were overwritten or left out.
    mutating func advance(to count: UInt64, skipped: UInt64, limit: UInt64) -> (numbers: [UInt64], lost: Int) {
        let former = self
        (read, self.skipped) = (count, skipped)
        // What the memory says may be anybody's.
        guard count >= former.read else { return ([], 0) }
        let left = Self.credible(skipped &- former.skipped)
        guard count > former.read else { return ([], left) }
        let first = max(former.read + 1, count < limit ? 1 : count - limit + 1)
        return (Array(first...count), Self.credible(first - former.read - 1) + left)
    }

    /// A number of what was lost, small enough to be added up.
    private static func credible(_ number: UInt64) -> Int { Int(min(number, UInt64(UInt32.max))) }
}
