internal import Synchronization

/// Picks one of several, each as often as another.
enum FairChoice {
    // ORDERING: relaxed; it carries no data.
    private static let count = Atomic<UInt64>(0)

    /// A number from 0 to `count - 1`; 0 if there is nothing to choose from.
    ///
    /// A counter alone would not do: a program that selects twice in each turn of its loop would see every second
    /// value. So it is mixed.
    static func pick(among count: Int) -> Int {
        var source = SplitMix64(seed: Self.count.add(1, ordering: .relaxed).oldValue &* SplitMix64.step)
        return Int(source.next() % UInt64(max(1, count)))
    }
}
