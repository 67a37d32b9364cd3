internal import MultitaskingCore

/// Which party continues at each switch point: at random from a seed, or according to a list.
///
/// A decision is between the default, which needs no switch if the party at hand can go on, and the others in their
/// order. Only what deviates from the default is worth writing down.
struct Decisions: Sendable {
    /// A decision that deviated: its number in the run, and which of the others was taken, counted from 1.
    struct Deviation: Sendable, Hashable {
        var number: Int
        var choice: Int
    }

    /// One decision of a run, so that the others can be tried.
    struct Made: Sendable {
        var choice: Int
        var count: Int
        /// Whether every choice but the default takes the turn from a party that could go on.
        var isPreemption: Bool
    }

    /// Where decisions come from.
    enum Source: Sendable {
        case random(SplitMix64, stay: Double)
        case script([Int: Int])
        /// The first decisions; after them the default. All are remembered.
        case prefix([Int])
    }

    private var source: Source
    private var number = -1
    private(set) var deviations: [Deviation] = []
    private(set) var made: [Made] = []

    init(_ source: Source) { self.source = source }

    /// Random decisions.
    ///
    /// How readily a run switches differs from seed to seed: some errors need many switches, others few at the right
    /// place.
    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let stay = [0, 0.5, 0.75, 0.9][random.below(4)]
        source = .random(random, stay: stay)
    }

    /// Picks one of `count` choices, of which 0 is the default.
    ///
    /// - Parameter isPreemption: whether the default is the party at hand, which did something of use just before.
    mutating func choose(among count: Int, isPreemption: Bool) -> Int {
        guard count > 1 else { return 0 }
        number += 1
        let choice: Int
        switch source {
        case .random(var random, let stay):
            choice = isPreemption && random.chance(stay) ? 0 : random.below(count)
            source = .random(random, stay: stay)
        case .script(let choices):
            choice = min(choices[number] ?? 0, count - 1)
        case .prefix(let choices):
            choice = number < choices.count ? min(choices[number], count - 1) : 0
            made.append(Made(choice: choice, count: count, isPreemption: isPreemption))
        }
        if choice > 0 { deviations.append(Deviation(number: number, choice: choice)) }
        return choice
    }
}
