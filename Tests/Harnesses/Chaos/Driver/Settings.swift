/// What the command line says.
struct Settings {
    var seconds = 60.0
    var seed = UInt64.random(in: 1...1_000_000)
    var firstRound: UInt64 = 0
    var rounds = UInt64.max

    static let usage = """
        usage: chaos [--minutes M] [--seconds S] [--seed N] [--round R]
          --minutes, --seconds  how long; 1 minute
          --seed                what all random choices follow from; a random one
          --round               only this round of the seed
        """

    /// Nil if it cannot be understood.
    init?(_ arguments: [String]) {
        var arguments = arguments[...]
        while let name = arguments.popFirst() {
            guard let value = arguments.popFirst() else { return nil }
            switch name {
            case "--minutes":
                guard let minutes = Double(value), minutes > 0 else { return nil }
                seconds = minutes * 60
            case "--seconds":
                guard let number = Double(value), number > 0 else { return nil }
                seconds = number
            case "--seed":
                guard let number = UInt64(value) else { return nil }
                seed = number
            case "--round":
                guard let number = UInt64(value) else { return nil }
                (firstRound, rounds) = (number, 1)
            default: return nil
            }
        }
    }
}
