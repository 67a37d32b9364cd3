internal import MultitaskingCore
internal import MultitaskingSystem

/// Runs one test in many courses of events, always on the same threads.
struct Explorer {
    /// How many runs a simpler course of events is looked for.
    private static let shrinkLimit = 500

    typealias Body = (InMemoryPool) throws -> Void

    private struct Run {
        var record: SimulationRecord
        var error: (any Error)?

        var replay: Replay { Replay(deviations: record.deviations, strikes: record.strikes) }
    }

    private let options: InMemoryOptions
    private let threads = ThreadCache()

    init(_ options: InMemoryOptions) { self.options = options }

    func explore(
        seeds: Range<UInt64>, isShrinking: Bool, _ body: Body
    ) throws -> Exploration {
        defer { threads.close() }
        guard !seeds.isEmpty else {
            throw MultitaskingError(.invalidArgument, "seeds is empty, so nothing would be tried; give at least one")
        }
        var exploration = Exploration(schedules: 0, steps: 0, isComplete: false)
        for seed in seeds {
            let found = try run(.seed(seed), body)
            if let error = found.error {
                let simplest = isShrinking ? try shrink(found, error, body) : found
                throw failure(simplest, error, seed: seed, passed: exploration.schedules)
            }
            exploration.schedules += 1
            exploration.steps += found.record.steps
        }
        return exploration
    }

    func exploreAll(preemptions: Int, limit: Int, _ body: Body) throws -> Exploration {
        defer { threads.close() }
        guard preemptions >= 0 else {
            throw MultitaskingError(.invalidArgument, "preemptions is \(preemptions); give at least 0")
        }
        guard limit >= 1 else {
            throw MultitaskingError(.invalidArgument, "limit is \(limit), so nothing would be tried; give at least 1")
        }
        var exploration = Exploration(schedules: 0, steps: 0, isComplete: false)
        var prefix: [Int] = []
        while exploration.schedules < limit {
            let found = try run(Schedule(kind: .prefix(prefix)), body)
            if let error = found.error { throw failure(found, error, seed: nil, passed: exploration.schedules) }
            exploration.schedules += 1
            exploration.steps += found.record.steps
            guard let next = Self.next(after: found.record.made, preemptions: preemptions) else {
                exploration.isComplete = true
                break
            }
            prefix = next
        }
        return exploration
    }

    /// The decisions of the next course of events, depth first; nil if there is none.
    static func next(after made: [Decisions.Made], preemptions: Int) -> [Int]? {
        var made = made
        var used = made.count { $0.isPreemption && $0.choice > 0 }
        while let last = made.popLast() {
            if last.isPreemption, last.choice > 0 { used -= 1 }
            let isAllowed = !last.isPreemption || used < preemptions
            if isAllowed, last.choice + 1 < last.count { return made.map(\.choice) + [last.choice + 1] }
        }
        return nil
    }

    func replay(_ schedule: Schedule, _ body: Body) throws {
        defer { threads.close() }
        let found = try run(schedule, body)
        if let error = found.error { throw failure(found, error, seed: nil, passed: 0) }
    }

    private func failure(_ found: Run, _ error: any Error, seed: UInt64?, passed: Int) -> ScheduleFailure {
        ScheduleFailure(
            error: found.error ?? error, seed: seed, replay: found.replay.string,
            trace: found.record.trace.lines(workers: found.record.workers), passed: passed)
    }

    private func run(_ schedule: Schedule, _ body: Body) throws -> Run {
        let pool = try InMemoryPool(schedule, options, parent: .current, threads: threads, setup: SimulatedSetup())
        do {
            try body(pool)
            pool.shutdown(.drain)
            return Run(record: pool.simulation.record(), error: pool.failure)
        } catch {
            // What it takes to end the pool isn't part of the course of events.
            let record = pool.simulation.record()
            pool.shutdown(.kill)
            return Run(record: record, error: pool.failure ?? error)
        }
    }

    // MARK: Shrinking

    /// Leaves out deviations and faults as long as the test fails in the same way: first many at once, then single
    /// ones.
    private func shrink(_ found: Run, _ error: any Error, _ body: Body) throws -> Run {
        var best = found
        var runs = 0
        let kind = Self.kind(of: error)
        var size = max(1, best.replay.deviations.count / 2)
        while true {
            var start = 0
            var isSimpler = false
            while start < Self.length(of: best.replay), runs < Self.shrinkLimit {
                runs += 1
                let schedule = Schedule(kind: .replay(Self.without(start..<start + size, best.replay)))
                let candidate = try run(schedule, body)
                if let error = candidate.error, Self.kind(of: error) == kind,
                    Self.length(of: candidate.replay) < Self.length(of: best.replay)
                {
                    best = candidate
                    isSimpler = true
                } else {
                    start += size
                }
            }
            guard runs < Self.shrinkLimit, size > 1 || isSimpler else { return best }
            size = max(1, size / 2)
        }
    }

    private static func length(of replay: Replay) -> Int { replay.deviations.count + replay.strikes.count }

    private static func without(_ range: Range<Int>, _ replay: Replay) -> Replay {
        let count = replay.deviations.count
        return Replay(
            deviations: replay.deviations.enumerated().filter { !range.contains($0.offset) }.map(\.element),
            strikes: replay.strikes.enumerated().filter { !range.contains($0.offset + count) }.map(\.element))
    }

    /// What must be the same for two failures to be the same.
    private static func kind(of error: any Error) -> String {
        let code = (error as? MultitaskingError)?.code.name ?? ""
        return String(reflecting: type(of: error)) + code
    }
}
