/// Times in classes whose width grows with the time: eight to an octave, so that a time is known within 7 %.
///
/// This is the idea of HdrHistogram (Gil Tene, hdrhistogram.org) with three bits of precision.
package struct TimeHistogram: Sendable, Hashable {
    /// How many classes there are.
    package static let classCount = 304
    /// The narrowest classes, at the beginning, are 128 ns wide.
    private static let unitShift = 7
    /// Each octave has 2³ classes.
    private static let precision = 3

    /// How many times are in each class.
    package private(set) var counts: [UInt64]
    /// The sum of all times, in nanoseconds.
    package private(set) var total: UInt64
    /// The longest, in nanoseconds.
    package private(set) var longest: UInt64

    /// An empty one.
    package init() { self.init(counts: Array(repeating: 0, count: Self.classCount), total: 0, longest: 0) }

    /// One whose numbers were kept elsewhere; there must be ``classCount`` counts.
    package init(counts: [UInt64], total: UInt64, longest: UInt64) {
        self.counts = counts
        self.total = total
        self.longest = longest
    }

    /// The class of a time in nanoseconds. What is longer than 39 hours is in the last one.
    @inline(__always)
    package static func index(of nanoseconds: UInt64) -> Int {
        let units = nanoseconds >> UInt64(unitShift)
        guard units >= 1 << UInt64(precision) else { return Int(units) }
        let octave = 63 &- units.leadingZeroBitCount
        let within = Int(units >> UInt64(octave &- precision)) & (1 << precision &- 1)
        return min(classCount &- 1, (octave &- precision &+ 1) << precision | within)
    }

    /// The middle of a class, in nanoseconds.
    private static func middle(of index: Int) -> UInt64 {
        let octave = max(1, UInt64(index >> precision))
        let within = UInt64(index & (1 << precision - 1)) + (index >> precision == 0 ? 0 : 1 << UInt64(precision))
        let width = UInt64(1) << (UInt64(unitShift) + octave - 1)
        return within * width + width / 2
    }

    /// Adds a time that stands for several.
    package mutating func add(_ nanoseconds: UInt64, count: UInt64 = 1) {
        counts[Self.index(of: nanoseconds)] &+= count
        total &+= nanoseconds &* count
        longest = max(longest, nanoseconds)
    }

    /// Adds all times of another one.
    package mutating func add(_ other: TimeHistogram) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
        total &+= other.total
        longest = max(longest, other.longest)
    }

    /// How many times there are.
    package var count: UInt64 { counts.reduce(0, &+) }

    /// The time that this part of all times, from 0 to 1, does not exceed, in nanoseconds.
    package func percentile(_ part: Double) -> UInt64 {
        let rank = max(1, (Double(count) * part).rounded(.up))
        var sum = 0.0
        for index in counts.indices {
            sum += Double(counts[index])
            if sum >= rank { return min(Self.middle(of: index), longest) }
        }
        return longest
    }

    /// What statistics say of it.
    package var times: PoolStatistics.Times {
        func duration(_ nanoseconds: UInt64) -> Duration { .nanoseconds(Int64(clamping: nanoseconds)) }
        return PoolStatistics.Times(
            count: Int(clamping: count), total: duration(total), p50: duration(percentile(0.5)),
            p90: duration(percentile(0.9)), p99: duration(percentile(0.99)), longest: duration(longest))
    }
}
