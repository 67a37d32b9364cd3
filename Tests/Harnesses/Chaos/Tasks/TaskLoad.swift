import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

/// One caller that submits tasks in waves, waits for them, and judges what became of each.
struct TaskLoad {
    let pool: ProcessPool
    let plan: Plan
    /// The number of its first task; no other load uses a number nearby.
    private var nextID: UInt32
    var random: SplitMix64
    var witness = Witness()
    private var tasks: [Submitted] = []
    private var dependents: [Dependent] = []
    private var counts: [String: Int] = [:]
    /// Whether the pool takes no more tasks because its workers cannot start.
    private(set) var isGivenUp = false
    /// Tasks whose futures were let go before their end.
    private var letGo: [Verdict] = []

    private struct Submitted {
        var verdict: Verdict
        var future: Future<Reply>
    }

    init(_ pool: ProcessPool, _ plan: Plan, firstID: UInt32, random: SplitMix64) {
        self.pool = pool
        self.plan = plan
        nextID = firstID
        self.random = random
    }

    // MARK: A wave

    /// Submits tasks, does this and that to them, and waits for all of them.
    mutating func wave() {
        do {
            let flag = try pool.makeCancelSignal()
            submit(random.number(1...plan.waveSize), Flag(flag))
            interfere()
            flag.set()
            settle()
            if random.once(in: 4), !isGivenUp { streamWave() }
        } catch let error as MultitaskingError where error.code == .initializerFailed {
            giveUp(error)
        } catch {
            Report.breach(.ledger, "no cancel signal: \(error)")
        }
    }

    /// A pool gives up if three workers in a row die before they are ready; whoever was killed cannot be told from
    /// that.
    private mutating func giveUp(_ error: MultitaskingError) {
        if !isGivenUp { Report.add(1, to: "pools given up") }
        isGivenUp = true
        witness.update()
        Report.expect(witness.workerStrikes >= 3, .causes, "\(error)")
    }

    /// Shuts the pool down in the middle of a wave.
    mutating func lastWave(_ mode: ShutdownMode) {
        submit(random.number(1...plan.waveSize), nil)
        interfere()
        Report.progress("shutting down: \(mode)")
        let start = ContinuousClock.now
        pool.shutdown(mode)
        let time = ContinuousClock.now - start
        Report.raise("slowest shutdown", to: time.milliseconds)
        Report.add(1, to: "shutdowns")
        Report.expect(time < Limits.shutdown, .shutdown, "shutdown(\(mode)) took \(time)")
        for index in tasks.indices {
            Report.expect(
                tasks[index].future.isDone, .ledger, "task \(tasks[index].verdict.order.id) is not done after shutdown")
            tasks[index].verdict.mayBeCancelled = tasks[index].verdict.mayBeCancelled || mode != .drain
            tasks[index].verdict.mayBeKilled = mode == .kill
        }
        settle()
        judge()
    }

    mutating func takeID() -> UInt32 {
        defer { nextID += 1 }
        return nextID
    }

    private mutating func submit(_ count: Int, _ flag: Flag?) {
        // Dropped when all are submitted: what tasks do not use any more goes.
        let length = plan.size(&random)
        let shared: SharedArray<UInt64>? = try? pool.share(Payload.words(UInt64(length), length))
        let value: Shared<[UInt64]>? = try? pool.share(Payload.words(UInt64(length), length))
        if shared != nil { tally("arrays shared") }
        if value != nil { tally("values shared") }
        for _ in 0..<count {
            var fate = plan.fate(&random)
            if fate == .waitsForFlag, flag == nil { fate = .returns }
            var order = Order(id: takeID(), fate: fate, words: plan.size(&random))
            order.answer = UInt32(plan.size(&random))
            order.milliseconds = UInt32(random.number(0...4))
            order.failures = UInt8(random.number(0...3))
            if random.once(in: 8) { order.shared = shared }
            if random.once(in: 8) { order.sharedValue = value }
            order.makesShared = random.once(in: 8)
            order.flag = fate == .waitsForFlag ? flag : nil
            let options = plan.options(for: order, &random)
            do {
                let future = try submit(order, options)
                tally("submitted")
                // Judging takes longer than using.
                order.shared = nil
                order.sharedValue = nil
                var verdict = Verdict(order: order, options: options)
                verdict.isTight = plan.isTight
                // Who waits for a flag needs somebody who holds it.
                if fate != .waitsForFlag, random.once(in: 30) {
                    letGo.append(verdict)
                } else {
                    tasks.append(Submitted(verdict: verdict, future: future))
                    if tasks.count > 1, random.once(in: 8) {
                        try submitDependent(future, random.number(0...tasks.count - 2))
                    }
                }
            } catch let error as MultitaskingError where error.code == .arenaLimitReached && plan.isTight {
                tally("refused")
            } catch let error as MultitaskingError where error.code == .initializerFailed {
                return giveUp(error)
            } catch {
                Report.breach(.ledger, "submit threw \(error)")
            }
        }
    }

    /// Submits a task that is given what the last one and an earlier one return.
    private mutating func submitDependent(_ last: Future<Reply>, _ earlier: Int) throws {
        let future = try pool.submit(combine, resultsOf: last, tasks[earlier].future)
        dependents.append(Dependent(future: future, first: tasks.count - 1, second: earlier))
        tally("dependent")
    }

    private func submit(_ order: Order, _ options: TaskOptions) throws -> Future<Reply> {
        switch order.fate {
        case .returnsAsync: return try pool.submit(sufferAsync, options: options, order)
        case .returnsFromCopy:
            // It captures, so this process is forked for it.
            return try pool.submit(options: options) {
                begin(order)
                return order.reply
            }
        default: return try pool.submit(suffer, options: options, order)
        }
    }

    // MARK: What is done to the tasks

    private mutating func interfere() {
        if random.once(in: 3) { usleep(UInt32(random.number(0...3000))) }
        for index in tasks.indices where random.once(in: 12) {
            let isForced = random.once(in: 3)
            let succeeds = tasks[index].future.cancel(force: isForced)
            if isForced { tasks[index].verdict.mayBeCancelled = true }
            if !isForced, succeeds { tasks[index].verdict.wasPrevented = true }
        }
        guard plan.strikesFromClient, random.once(in: 2) else { return }
        let supervisor = pool.supervisorProcessID
        let victim = random.once(in: 10) ? supervisor : pool.workerProcessIDs.randomElement(using: &random)
        guard let victim else { return }
        Report.expect(victim > 1 && victim != getpid(), .driver, "the pool says that \(victim) is one of its processes")
        Strike(SIGKILL, on: victim, isOfSupervisor: victim == supervisor).deal(tag: environment(Proc.tagVariable))
    }

    // MARK: The end of a wave

    private mutating func settle() {
        Report.progress("waiting for \(tasks.count) tasks from \(tasks.first?.verdict.order.id ?? 0) on")
        let start = ContinuousClock.now
        wait()
        Report.raise("longest wait for tasks", to: (ContinuousClock.now - start).milliseconds)
        witness.update()
        for task in tasks {
            guard let outcome = task.future.outcome() else {
                Report.breach(
                    .hangs,
                    "task \(task.verdict.order.id) (\(task.verdict.order.fate), \(task.verdict.options)) is still "
                        + "\(task.future.state) after \(Limits.hang); begun "
                        + "\(witness.begun[task.verdict.order.id] ?? 0) "
                        + "times; supervisor \(Proc.describe(pool.supervisorProcessID)), workers "
                        + pool.workerProcessIDs.map(Proc.describe).joined(separator: ", "))
                continue
            }
            switch outcome {
            case .success: tally("succeeded")
            case .failure: tally("failed")
            case .cancelled: tally("cancelled")
            }
            task.verdict.check(outcome, witness, Report.breach)
            Report.expect(
                "\(outcome)" == task.future.outcome().map { "\($0)" } ?? "", .ledger,
                "task \(task.verdict.order.id) has two outcomes")
        }
        for dependent in dependents { _ = dependent.future.waitUntilDone(.upTo(Limits.hang)) }
        // Afterwards: what they have written down is there now.
        witness.update()
        for dependent in dependents {
            let dependencies = [dependent.first, dependent.second].map {
                (id: tasks[$0].verdict.order.id, future: tasks[$0].future)
            }
            dependent.check(dependencies, witness, isTight: plan.isTight)
        }
        dependents = []
        tasks = []
        for (name, number) in counts { Report.add(number, to: name) }
        counts = [:]
    }

    private mutating func tally(_ name: String) { counts[name, default: 0] += 1 }

    /// Waits in one of the ways there are.
    private mutating func wait() {
        let futures = tasks.map(\.future)
        switch random.number(0...(plan.isThreaded ? 3 : 2)) {
        case 0:
            for future in futures where !future.waitUntilDone(.upTo(Limits.hang)) { return }
        case 1:
            _ = eventually(within: Limits.hang) { futures.allSatisfy(\.isDone) }
        case 2:
            let left = Countdown(futures.count)
            for future in futures { future.whenDone { left.down() } }
            _ = eventually(within: Limits.hang) { left.isZero }
        default:
            let left = Countdown(futures.count)
            for future in futures {
                Task.detached {
                    _ = try? await future.waitUntilDone(.upTo(Limits.hang))
                    left.down()
                }
            }
            _ = eventually(within: Limits.hang) { left.isZero }
        }
    }

    /// Judges the tasks whose futures were let go, as far as that can be done.
    mutating func judge() {
        witness.update()
        for verdict in letGo {
            let begun = witness.begun[verdict.order.id] ?? 0
            Report.expect(
                begun <= 1 + verdict.options.retries.limit, .attempts,
                "task \(verdict.order.id) (\(verdict.order.fate)), which was let go, was begun \(begun) times")
        }
        Report.add(letGo.count, to: "let go")
        letGo = []
    }
}

/// Counts down to zero, from any thread.
final class Countdown: Sendable {
    private let left: Atomic<Int>

    init(_ count: Int) { left = Atomic(count) }

    func down() { left.subtract(1, ordering: .releasing) }
    var isZero: Bool { left.load(ordering: .acquiring) == 0 }
}

extension Duration {
    var milliseconds: Int { Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000) }
}
