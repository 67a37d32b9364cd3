import Glibc
import MultitaskingCore
import MultitaskingProcesses

/// A test body.
typealias Scenario = @Sendable (Harness) throws -> Void

/// One test of the process pool, run in a process of its own: `pool-harness <scenario> <start method> [number]`.
///
/// Exits with 0 if every check held, prints each one that did not and exits with 1 otherwise. The tests launch it with
/// a tag in its environment, which all processes of its pools inherit, so that any that stays behind is found.
@main
struct Harness {
    /// How the scenario's pools are started.
    let method: StartMethod
    /// What the command line says after the method: a seed or a count.
    let number: Int

    static func main() {
        // A test that launched us and died must not leave us behind.
        alarm(240)
        // Dispatch blocks most signals in its threads, and whoever launched us may have been one of them.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
        // A shell has its background jobs ignore it.
        signal(SIGINT, SIG_DFL)
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let body = scenarios[arguments[1]], let method = StartMethod(rawValue: arguments[2])
        else {
            report("usage: pool-harness <scenario> <automatic|fork|spawn> [number]; scenarios:")
            for name in scenarios.keys.sorted() { report("  \(name)") }
            exit(2)
        }
        let harness = Harness(method: method, number: arguments.count > 3 ? Int(arguments[3]) ?? 0 : 0)
        let before = Resources()
        do { try body(harness) } catch { Checks.fail("the scenario threw \(error)") }
        if ["exit-return", "exit-dependents-return"].contains(arguments[1]) { return }
        before.checkNothingIsLeft()
        exit(Checks.failures == 0 ? 0 : 1)
    }

    private static let scenarios: [String: Scenario] = [:]
        .adding(startingScenarios).adding(forgedStartScenarios).adding(execScenarios)
        .adding(submitScenarios).adding(mapScenarios).adding(crashScenarios).adding(crashMatrixScenarios)
        .adding(suicideScenarios).adding(memoryScenarios).adding(cancelScenarios).adding(shutdownScenarios)
        .adding(initializerScenarios).adding(channelScenarios).adding(redeliveryScenarios).adding(stormScenarios)
        .adding(captureScenarios)
        .adding(signalScenarios).adding(copyScenarios).adding(forkSafetyScenarios).adding(lossScenarios)
        .adding(concurrencyScenarios).adding(deadlineScenarios).adding(outputScenarios).adding(limitScenarios)
        .adding(elasticScenarios).adding(descendantScenarios).adding(interruptScenarios)
        .adding(replacementScenarios).adding(hygieneScenarios).adding(hostileScenarios).adding(conformanceScenarios)
        .adding(exitScenarios)
        .adding(mainActorScenarios).adding(stopScenarios).adding(jobScenarios)
        .adding(workerScenarios).adding(manyWorkerScenarios)
        .adding(usableResourceScenarios).adding(refusalScenarios).adding(backtraceScenarios)
        .adding(sharedScenarios).adding(statisticsScenarios).adding(timelineScenarios)
        .adding(streamingScenarios).adding(prefixedOutputScenarios).adding(logScenarios)

    /// Runs `body` with a pool, then checks that the pool holds nothing any more and leaves no process.
    func withPool(
        maxWorkers: Int = 2, arenaLimit: Int? = 256 << 20, shutdown mode: ShutdownMode = .drain,
        limits: WorkerLimits = .none, captures: CapturePolicy = .byValue,
        initializer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void = _noInitializer,
        _ body: (ProcessPool) throws -> Void
    ) throws {
        // Handed on as it came: wrapped once more, it would capture and could not be sent.
        try withPool(
            maxWorkers: maxWorkers, arenaLimit: arenaLimit, shutdown: mode, limits: limits, captures: captures,
            wrapped: WorkerInitializer(initializer), body)
    }

    func withPool(
        maxWorkers: Int = 2, arenaLimit: Int? = 256 << 20, shutdown mode: ShutdownMode = .drain,
        limits: WorkerLimits = .none, captures: CapturePolicy = .byValue, wrapped initializer: WorkerInitializer,
        _ body: (ProcessPool) throws -> Void
    ) throws {
        let pool = try ProcessPool(
            maxWorkers: maxWorkers, startMethod: method, arenaLimit: arenaLimit, limits: limits, captures: captures,
            initializingWith: initializer)
        let before = pool.memoryUsage
        do { try body(pool) } catch { Checks.fail("threw \(error)") }
        let isClean = eventually { pool.memoryUsage == before }
        check(isClean, "the pool holds \(pool.memoryUsage) instead of \(before)")
        pool.shutdown(mode)
        check(pool.workerProcessIDs.isEmpty, "workers \(pool.workerProcessIDs) are left after shutdown")
    }
}

extension [String: Scenario] {
    fileprivate func adding(_ others: Self) -> Self {
        merging(others) { _, _ in preconditionFailure("two scenarios have the same name") }
    }
}
