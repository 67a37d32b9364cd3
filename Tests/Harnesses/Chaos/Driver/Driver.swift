import Glibc

/// Prints a line at once, also into a pipe.
func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
}

/// Runs rounds until the time is up, and says what came of it.
struct Driver {
    private let settings: Settings
    private var totals = Totals()

    init(_ settings: Settings) { self.settings = settings }

    /// The exit code: 0 if every invariant held.
    mutating func run() -> Int32 {
        say("chaos: seed \(settings.seed), \(Int(settings.seconds)) seconds; each round is a program of its own")
        let start = ContinuousClock.now
        let end = start + .seconds(settings.seconds)
        var said = start
        var number = settings.firstRound
        while number - settings.firstRound < settings.rounds, ContinuousClock.now < end {
            if var round = Round(number: number, seed: settings.seed) {
                round.run(&totals)
            } else {
                totals.breach(.driver, "cannot make a directory for a round: errno \(errno)")
                break
            }
            number += 1
            if ContinuousClock.now - said > .seconds(15) {
                said = .now
                say(
                    "  after \((said - start).components.seconds) s: \(totals["rounds"]) rounds, \(totals["pools"]) "
                        + "pools, "
                        + "\(totals["submitted"].grouped) tasks, \(totals["sent"].grouped) elements, "
                        + "\(totals["strikes"].grouped) strikes, \(totals.breachCount) breaches")
            }
        }
        say("\(totals["strikes"].grouped) strikes from outside at workers, copies and supervisors")
        for line in totals.lines() { say(line) }
        if totals.breachCount > 0 { say("again: make chaos SEED=\(settings.seed)") }
        return totals.breachCount == 0 ? 0 : 1
    }
}
