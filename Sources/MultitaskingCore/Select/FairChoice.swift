internal import Synchronization

/// Picks one of several, each as often as another.
enum FairChoice {
    // ORDERING: relaxed; it carries no data.
    private static let count = Atomic<UInt64>(0)

    /// A number from 0 to `count - 1`; 0 if there is nothing to choose from.
    ///
    /// A counter alone would not do: a program that selects twice in each turn of its loop would see every second
    /// value. So it is mixed (SplitMix64: Steele, Lea, Flood 2014).
    static func pick(among count: Int) -> Int {
        var mixed = Self.count.add(1, ordering: .relaxed).newValue &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed % UInt64(max(1, count)))
    }
}
