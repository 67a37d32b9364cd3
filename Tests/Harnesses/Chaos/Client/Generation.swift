import Glibc
import MultitaskingCore
import MultitaskingProcesses

/// The life of one pool.
struct Generation {
    private let plan: Plan
    private let number: Int
    private let random: SplitMix64

    init(_ plan: Plan, number: Int, random: SplitMix64) {
        self.plan = plan
        self.number = number
        self.random = random
    }

    func run() throws {
        var random = random
        let pool = try ProcessPool(
            maxWorkers: plan.workers, startMethod: plan.method, arenaLimit: plan.arenaLimit,
            compression: plan.compression, limits: plan.limits, captures: .copiesOnly)
        let before = pool.memoryUsage
        // Another pool of the same process, which must not notice anything.
        let neighbor =
            random.once(in: 4)
            ? try ProcessPool(
                maxWorkers: 1, startMethod: plan.method, arenaLimit: 64 << 20, captures: .copiesOnly) : nil
        var neighbors = neighbor.map {
            TaskLoad($0, plan, firstID: firstID(3), random: SplitMix64(seed: random.next()))
        }
        neighbors?.wave()
        use(pool, &random)
        neighbors?.lastWave(.drain)
        let tasks = pool.statistics.tasks
        Report.expect(
            tasks.isBalanced && tasks.queued == 0 && tasks.running == 0, .statistics,
            "\(plan): at its end the pool counts \(tasks)")
        Report.progress("memory of pool \(number)")
        Report.expect(
            eventually(within: Limits.cleanUp) { pool.memoryUsage == before }, .memory,
            "\(plan): \(pool.memoryUsage) is left, before: \(before)")
        Report.expect(
            pool.workerProcessIDs.isEmpty, .leaks, "\(plan): workers \(pool.workerProcessIDs) are left after shutdown")
    }

    /// The numbers of a load's tasks begin here.
    private func firstID(_ load: Int) -> UInt32 { UInt32(number * 4 + load) << 22 }

    private func use(_ pool: ProcessPool, _ random: inout SplitMix64) {
        let end = ContinuousClock.now + plan.duration
        var tasks = TaskLoad(pool, plan, firstID: firstID(0), random: SplitMix64(seed: random.next()))
        let seeds = (random.next(), random.next())
        if plan.isThreaded {
            let mode = plan.shutdown
            onThreads([
                {
                    var tasks = TaskLoad(pool, plan, firstID: firstID(1), random: SplitMix64(seed: seeds.0))
                    while ContinuousClock.now < end, !tasks.isGivenUp { tasks.wave() }
                    tasks.judge()
                },
                { withChannels(pool, seeds.1) { $0.run(until: end) } },
            ]) {
                while ContinuousClock.now < end, !tasks.isGivenUp {
                    tasks.wave()
                    sample(pool)
                }
            }
            tasks.lastWave(mode)
        } else {
            withChannels(pool, seeds.1) { channels in
                while ContinuousClock.now < end, !tasks.isGivenUp {
                    tasks.wave()
                    sample(pool)
                    resize(pool, &random)
                    for _ in 0..<8 { channels.step() }
                }
                channels.run(until: end)
            }
            tasks.lastWave(plan.shutdown)
        }
    }

    /// Looks whether the counts of tasks balance, if nothing moves meanwhile: then they are the same before and after.
    private func sample(_ pool: ProcessPool) {
        let samples = (0..<3).map { _ in pool.statistics.tasks }
        guard samples.allSatisfy({ $0 == samples[0] }) else { return }
        Report.expect(
            samples[1].isBalanced, .statistics, "\(plan): while nothing moves the pool counts \(samples[1])")
    }

    /// Now and then has the pool more workers, or as few again as the tasks need that wait for each other.
    private func resize(_ pool: ProcessPool, _ random: inout SplitMix64) {
        guard random.once(in: 6) else { return }
        do { try pool.resize(to: plan.workers + random.number(0...3)) } catch let error as MultitaskingError {
            // A pool may have broken by itself; see `TaskLoad`.
            Report.expect(error.code != .invalidArgument, .causes, "\(plan): \(error)")
        } catch {
            Report.breach(.causes, "\(plan): \(error)")
        }
    }

    private func withChannels(_ pool: ProcessPool, _ seed: UInt64, _ body: (inout ChannelLoad) -> Void) {
        do {
            var channels = try ChannelLoad(pool, plan, firstID: firstID(2), random: SplitMix64(seed: seed))
            body(&channels)
        } catch { Report.breach(.elements, "no channel: \(error)") }
    }
}
