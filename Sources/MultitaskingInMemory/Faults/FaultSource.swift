internal import MultitaskingCore
internal import MultitaskingSystem

/// Decides at every place where something can go wrong whether it does, and remembers what did.
///
/// The places of a run are numbered in the order in which it comes to them, so that a list of numbers and actions makes
/// the same faults again.
struct FaultSource: Sendable {
    /// A place in the run.
    enum Place {
        case beforeStart(task: Int, attempt: Int)
        case switchPoint(task: Int, attempt: Int, number: Int, isSend: Bool)
        case afterResult(task: Int, attempt: Int)
        case spawn
    }

    /// What has struck: the place's number and the action.
    struct Strike: Sendable, Hashable {
        var place: Int
        var action: FaultAction
    }

    private(set) var strikes: [Strike] = []
    private let plan: FaultPlan
    /// What is to strike, and nothing else; nil to follow the plan.
    private let script: [Int: FaultAction]?
    private var random: SplitMix64
    private var place = -1
    private var spawns = 0
    /// How many faults the plan's chances have made; what it names is not limited.
    private var randomStrikes = 0
    /// Which of the plan's faults have struck: each does once.
    private var struck: Set<Int> = []

    init(plan: FaultPlan, script: [Strike]?, seed: UInt64) {
        self.plan = plan
        self.script = script.map { Dictionary($0.map { ($0.place, $0.action) }) { first, _ in first } }
        random = SplitMix64(seed: seed ^ 0xFA17)
    }

    /// What goes wrong here; nil if nothing does.
    mutating func action(at point: Place) -> FaultAction? {
        place += 1
        if case .spawn = point { spawns += 1 }
        let action =
            if let script { script[place] } else { planned(at: point) ?? byChance(at: point) }
        guard let action else { return nil }
        strikes.append(Strike(place: place, action: action))
        return action
    }

    private mutating func planned(at point: Place) -> FaultAction? {
        for (index, fault) in plan.faults.enumerated() where matches(fault, point) {
            if case .spawn = fault.target { return fault.action }
            if struck.insert(index).inserted { return fault.action }
        }
        return nil
    }

    private func matches(_ fault: PlannedFault, _ point: Place) -> Bool {
        switch (fault.target, point) {
        case (.task(let wanted, let wantedAttempt, .beforeStart), .beforeStart(let task, let attempt)),
            (.task(let wanted, let wantedAttempt, .afterResult), .afterResult(let task, let attempt)):
            return wanted == task && wantedAttempt == attempt
        case (
            .task(let wanted, let wantedAttempt, .atSwitchPoint(let wantedNumber)),
            .switchPoint(let task, let attempt, let number, let isSend)
        ):
            guard wanted == task, wantedAttempt == attempt, wantedNumber == number else { return false }
            if case .fullQueue = fault.action { return isSend }
            return true
        case (.spawn(let count), .spawn): return spawns <= count
        default: return false
        }
    }

    private mutating func byChance(at point: Place) -> FaultAction? {
        guard !plan.chances.areNone, randomStrikes < plan.chances.limit, let action = drawn(at: point) else {
            return nil
        }
        randomStrikes += 1
        return action
    }

    private mutating func drawn(at point: Place) -> FaultAction? {
        let chances = plan.chances
        switch point {
        case .beforeStart: return strikes(chances.crashBeforeStart) ? .crash(end()) : nil
        case .afterResult: return strikes(chances.crashAfterResult) ? .crash(end()) : nil
        case .spawn: return strikes(chances.failedSpawn) ? .failedSpawn : nil
        case .switchPoint(_, _, _, let isSend):
            if strikes(chances.crashAtSwitchPoint) { return .crash(end()) }
            if strikes(chances.stuck) { return .stuck }
            if strikes(chances.delay) { return .delay(duration()) }
            if isSend, strikes(chances.fullQueue) { return .fullQueue(duration()) }
            return nil
        }
    }

    private mutating func strikes(_ chance: Double) -> Bool { chance > 0 && random.chance(chance) }

    /// SIGKILL, SIGSEGV or an exit.
    private mutating func end() -> WorkerEnd { [.signal(9), .signal(11), .exit(0), .exit(1)][random.below(4)] }

    /// Whole microseconds, so that it takes few characters to write down.
    private mutating func duration() -> Nanoseconds {
        let longest = max(1, min(plan.chances.longestDelay.nanoseconds, 3_600_000_000_000) / 1_000)
        return Nanoseconds(1 + random.below(Int(longest))) * 1_000
    }

    /// How much longer each switch point takes a worker.
    func slowness(of worker: Int) -> Nanoseconds { max(0, plan.slowWorkers[worker]?.nanoseconds ?? 0) }
}
