import Glibc
import MultitaskingCore
import MultitaskingProcesses

/// One round: a program that makes pools one after the other, while somebody outside strikes at their processes.
struct Client {
    private let round: UInt64
    private let isDoomed: Bool
    private var random: SplitMix64

    /// - Parameter isDoomed: whether the driver will kill this process.
    init(seed: UInt64, round: UInt64, isDoomed: Bool) {
        self.round = round
        self.isDoomed = isDoomed
        random = SplitMix64(seed, round, 1)
    }

    mutating func run() {
        // Forking is only possible without threads, so a whole round is one or the other.
        let isThreaded = random.once(in: 2)
        for log in [Logbook.begun, .strikes, .passages] {
            var position = 0
            _ = log.read(from: &position)
        }
        if isThreaded { warmUp() }
        for generation in 0..<random.number(1...4) {
            let plan = Plan(isThreaded: isThreaded, isDoomed: isDoomed, &random)
            let place = "round \(round), pool \(generation), \(plan)"
            Report.progress(place)
            let before = Holdings()
            do { try Generation(plan, number: generation, random: SplitMix64(seed: random.next())).run() } catch {
                Report.breach(.driver, "\(place): \(error)")
            }
            Report.progress("leaks of \(place)")
            before.check(place, countsThreads: !isThreaded)
            Report.add(1, to: "pools")
        }
    }

    /// Swift's own threads and descriptors are there before anything is counted.
    private func warmUp() {
        let left = Countdown(1)
        Task.detached {
            try? await Task.sleep(for: .milliseconds(1))
            left.down()
        }
        _ = eventually(within: Limits.hang) { left.isZero }
    }
}
