/// Which segment of which channel, in 46 bits.
///
/// Each channel that ever was has a place of its own where its segments begin to be counted, scattered over all that
/// there are. So a process that has slept for long finds that the tag is another one's; the probability that it isn't
/// is 1 in 2⁴⁶.
struct SegmentTag: Equatable, Sendable {
    /// Bits 0...45.
    let rawValue: UInt64

    static let mask: UInt64 = (1 << 46) - 1

    init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always)
    init(origin: UInt64, segment: UInt64) { rawValue = (origin &+ segment) & Self.mask }

    /// The segment's number in the channel that counts from `origin`; another channel's segments seem to be far away.
    func segment(from origin: UInt64) -> UInt64 { (rawValue &- origin) & Self.mask }

    /// Where a channel begins to count: a mixture of its place and serial (SplitMix64's finalizer).
    static func origin(channel index: Int, serial: UInt64) -> UInt64 {
        var word = (UInt64(index) | serial << 17) &+ 0x9e37_79b9_7f4a_7c15
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return (word ^ word >> 31) & mask
    }
}
