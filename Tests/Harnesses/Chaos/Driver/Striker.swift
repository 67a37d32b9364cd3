import MultitaskingCore
import Glibc
import MultitaskingTestSupport

/// Strikes at the processes of a client's pools, from outside and at random times, as long as the client lives.
struct Striker {
    private let client: pid_t
    private let tag: String
    private var random: SplitMix64
    /// The average time between two blows, in microseconds.
    private let pause: Double
    /// When each of the pools' processes was first seen.
    private var births: [pid_t: ContinuousClock.Instant] = [:]
    /// Processes that were stopped: when they go on, and whether they die then.
    private var stopped: [(strike: Strike, due: ContinuousClock.Instant)] = []

    init(client: pid_t, tag: String, seed: UInt64, round: UInt64) {
        self.client = client
        self.tag = tag
        random = SplitMix64(seed, round, 2)
        pause = random.pick([(1, 2_000), (2, 8_000), (2, 25_000), (1, 100_000)])
    }

    mutating func run() {
        while Proc.isAlive(client) {
            let gap = -pause * Double.random(in: 0.0001...1, using: &random).logarithm
            usleep(UInt32(min(gap, 200_000)))
            release(until: .now)
            strike()
        }
        release(until: nil)
    }

    private mutating func strike() {
        let now = ContinuousClock.now
        let children = Proc.children(of: client)
        let families = children.map { (child: $0, workers: Proc.children(of: $0)) }
        let alive = Set(children + families.flatMap(\.workers))
        births = births.filter { alive.contains($0.key) }
        for pid in alive where births[pid] == nil { births[pid] = now }
        guard let (child, workers) = families.randomElement(using: &random) else { return }
        let isOfSupervisor = random.once(in: 12) || Proc.name(child) == "mt-copy"
        guard let victim = isOfSupervisor ? child : workers.randomElement(using: &random) else { return }
        // Newborns are mostly spared: a pool whose workers all die at once gives up, and one whose supervisor does,
        // never begins.
        let isGrown =
            isOfSupervisor && !workers.isEmpty
            ? workers.contains { hasLived($0, .milliseconds(6), now) }
            : hasLived(victim, isOfSupervisor ? .milliseconds(200) : .milliseconds(6), now)
        guard isGrown || random.once(in: 40) else { return }
        let signal = random.pick([
            (10, SIGKILL), (3, SIGSEGV), (2, SIGABRT), (2, SIGTERM), (1, SIGBUS), (4, SIGSTOP),
        ])
        Strike(signal, on: victim, isOfSupervisor: isOfSupervisor).deal(tag: tag)
        guard signal == SIGSTOP else { return }
        let next = random.once(in: 3) ? SIGKILL : SIGCONT
        let due = now + .microseconds(random.number(0...(random.once(in: 5) ? 150_000 : 10_000)))
        stopped.append((Strike(next, on: victim, isOfSupervisor: isOfSupervisor), due))
    }

    /// Whether a process is older than this, without the time for which it had no core: on a busy machine, that may be
    /// most of its life.
    private func hasLived(_ pid: pid_t, _ time: Duration, _ now: ContinuousClock.Instant) -> Bool {
        guard let birth = births[pid], now - birth > time else { return false }
        return now - birth - Proc.delay(of: pid) > time
    }

    /// Lets those go on, or ends them, who were stopped for long enough; all of them if there is no limit.
    private mutating func release(until now: ContinuousClock.Instant?) {
        stopped.removeAll { entry in
            if let now, entry.due > now { return false }
            entry.strike.deal(tag: tag)
            return true
        }
    }
}

extension Double {
    fileprivate var logarithm: Double { log(self) }
}
