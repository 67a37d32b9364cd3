import Foundation
import MultitaskingCore
import MultitaskingLaunch
import Synchronization
import Testing

private func doubled(_ number: Int) -> Int { number * 2 }
private func hang(_ seconds: UInt32) -> Int {
    sleep(seconds)
    return 1
}
private func hangOnce(_ file: String) -> Int {
    guard unsafe open(file, O_WRONLY | O_CREAT | O_EXCL, 0o600) >= 0 else { return 2 }
    sleep(60)
    return 1
}

private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
private func sendZeros(_ count: Int, _ sender: ChannelSender) throws -> Bool {
    try sender.send(zeros(count), wait: .forever)
}

private let isMarked = Atomic<Bool>(false)
private func mark() -> Bool {
    isMarked.store(true, ordering: .relaxed)
    return true
}
private func isProcessMarked() -> Bool { isMarked.load(ordering: .relaxed) }

/// What is left when parts of a launched pool die. The worker of these commands is another process than the command.
@Suite(.serialized) struct LaunchFaultTests {
    /// As with ssh, something stands between this machine and the worker.
    private let relay = ["sh", "-c", "cat | ( {worker} ) | cat"]
    private let quick = LaunchOptions(heartbeat: .milliseconds(300))

    private func failure<Value>(of future: Future<Value>) -> MultitaskingError? {
        guard future.waitUntilDone(.upTo(.seconds(30))), case .failure(let error)? = future.outcome() else {
            return nil
        }
        return error as? MultitaskingError
    }

    /// The process of the only task that runs, once it does.
    private func process(of pool: LaunchPool) throws -> Int32 {
        #expect(eventually { !pool.processes.isEmpty })
        return try #require(pool.processes.first)
    }

    /// The commands that a pool has started.
    private func commands(of pool: LaunchPool) -> [Int32] {
        descendants(of: pool.hosts.driverProcess).filter { parent(of: $0) == pool.hosts.driverProcess }
    }

    enum Victim: CaseIterable { case child, worker, command }

    @Test(arguments: Victim.allCases) func whatIsKilled_failsItsTaskAlone_andIsReplaced(_ victim: Victim) throws {
        let pool = try LaunchPool(command: relay, maxWorkers: 1)
        let task = try pool.submit(hang, 60)
        let child = try process(of: pool)
        let worker = try #require(parent(of: child))
        let command = try #require(commands(of: pool).first)
        #expect(Set([child, worker, command]).count == 3)
        switch victim {
        case .child: kill(child, SIGKILL)
        case .worker: kill(worker, SIGKILL)
        case .command: kill(command, SIGKILL)
        }
        let error = failure(of: task)
        #expect(error?.code == (victim == .child ? .workerCrashed : .workerLost), "\(error as Any)")
        #expect(try pool.submit(doubled, 4).value(timeout: .seconds(30)) == 8)
        #expect(eventually { !isAlive(child) })
        pool.shutdown(.drain)
        #expect(eventually { !isAlive(worker) && !isAlive(command) })
    }

    @Test(arguments: Victim.allCases) func lostWorker_isFollowedByAnotherAttempt_ifThatIsWanted(_ victim: Victim) throws
    {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let pool = try LaunchPool(command: relay, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        let retries = victim == .child ? RetryPolicy.onCrash(1) : .onLoss(1)
        let task = try pool.submit(hangOnce, options: TaskOptions(retries: retries), file)
        let child = try process(of: pool)
        #expect(eventually { FileManager.default.fileExists(atPath: file) })
        switch victim {
        case .child: kill(child, SIGKILL)
        case .worker: kill(try #require(parent(of: child)), SIGKILL)
        case .command: kill(try #require(commands(of: pool).first), SIGKILL)
        }
        #expect(try task.value(timeout: .seconds(30)) == 2)
    }

    /// Python that lets workers say no more than 100,000 bytes at once, as if there were next to no memory.
    private func pythonWithLittleMemory() throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        let text = #"""
            #!/bin/sh
            case $1 in *launch.py)
                sed -i 's/^    return min(GREATEST_PAYLOAD.*/    return 100_000/' "${1%launch.py}command.py"
            esac
            exec python3 "$@"
            """#
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        return path
    }

    @Test func whatIsTooLargeToBeSent_failsWithTheReason_andTheWorkerGoesOn() throws {
        let python = try pythonWithLittleMemory()
        defer { try? FileManager.default.removeItem(atPath: python) }
        let pool = try LaunchPool(command: relay, maxWorkers: 1, options: LaunchOptions(python: python))
        defer { pool.shutdown(.drain) }
        let channel = try pool.makeChannel()
        #expect(try pool.submit(zeros, 90_000).value(timeout: .seconds(30)).count == 90_000)
        let workers = commands(of: pool)
        let retries = TaskOptions(retries: .onLoss(3, orCrash: true))
        let error = failure(of: try pool.submit(zeros, options: retries, 200_000))
        #expect(error?.code == .resultEncodeFailed && error?.origin == .pool, "\(error as Any)")
        #expect(error?.message.contains("at most 100000 can be sent at once") == true, "\(error as Any)")
        let refusal = failure(of: try pool.submit(sendZeros, 200_000, channel.makeSender()))
        #expect(refusal?.code == .encodeFailed && refusal?.origin == .task, "\(refusal as Any)")
        #expect(refusal?.message.contains("send smaller elements") == true, "\(refusal as Any)")
        #expect(try pool.submit(sendZeros, 90_000, channel.makeSender()).value(timeout: .seconds(30)) == true)
        #expect(try channel.receive(as: [UInt8].self, wait: .forever)?.count == 90_000)
        #expect(commands(of: pool) == workers)
    }

    @Test func connectionThatFallsSilent_isLostInAFewBeats() throws {
        let pool = try LaunchPool(command: relay, maxWorkers: 1, options: quick)
        defer { pool.shutdown(.kill) }
        let task = try pool.submit(hang, 60)
        let worker = try #require(parent(of: try process(of: pool)))
        // Those that relay: nothing comes through any more, and nothing ends.
        let command = try #require(commands(of: pool).first)
        let relays = descendants(of: command).filter { parent(of: $0) == command && $0 != worker }
        #expect(!relays.isEmpty)
        for relay in relays { kill(relay, SIGSTOP) }
        let start = ContinuousClock.now
        let error = failure(of: task)
        #expect(error?.code == .workerLost && error?.message.contains("nothing was heard") == true, "\(error as Any)")
        // Three beats of 300 ms, on a busy machine.
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(eventually { !isAlive(worker) })
        #expect(try pool.submit(doubled, 4).value(timeout: .seconds(30)) == 8)
    }

    @Test func workerWhoseDriverFallsSilent_ends() throws {
        let pool = try LaunchPool(command: relay, maxWorkers: 1, options: quick)
        _ = try pool.submit(hang, 60)
        let child = try process(of: pool)
        let worker = try #require(parent(of: child))
        kill(pool.hosts.driverProcess, SIGSTOP)
        #expect(eventually { !isAlive(worker) && !isAlive(child) })
        kill(pool.hosts.driverProcess, SIGCONT)
        pool.shutdown(.kill)
    }

    @Test func driverThatIsKilled_endsAllTasksAsClusterLost_andTheWorkersToo() throws {
        let pool = try LaunchPool(command: relay, maxWorkers: 1)
        let (running, queued) = (try pool.submit(hang, 60), try pool.submit(doubled, 1))
        let child = try process(of: pool)
        let all = descendants(of: pool.hosts.driverProcess)
        #expect(all.contains(child))
        kill(pool.hosts.driverProcess, SIGKILL)
        for error in [failure(of: running), failure(of: queued)] { #expect(error?.code == .clusterLost) }
        #expect(eventually { !all.contains(where: isAlive) })
        pool.shutdown(.drain)
    }

    @Test(arguments: [ShutdownMode.drain, .cancelQueued, .kill]) func shutDownPool_leavesNothing(
        _ mode: ShutdownMode
    ) throws {
        let pool = try LaunchPool(command: relay, maxWorkers: 2)
        let tasks = try (0..<2).map { _ in try pool.submit(hang, mode == .kill ? 60 : 1) }
        #expect(eventually { pool.processes.count == 2 })
        let driver = pool.hosts.driverProcess
        let all = [driver] + descendants(of: driver)
        pool.shutdown(mode)
        for task in tasks { #expect(task.waitUntilDone(.never)) }
        #expect(eventually(.seconds(5)) { !all.contains(where: isAlive) })
    }

    @Test func forcedCancel_endsATaskThatDoesNotListen_andTimeLimitsToo() throws {
        let pool = try LaunchPool(command: relay, maxWorkers: 2)
        defer { pool.shutdown(.kill) }
        let grace = Duration.milliseconds(100)
        let late = try pool.submit(hang, options: TaskOptions(timeout: .milliseconds(200), gracePeriod: grace), 60)
        let unwanted = try pool.submit(hang, options: TaskOptions(gracePeriod: grace), 60)
        // Not the number of processes: on a busy machine, the late one has ended before the other one's has come.
        #expect(eventually { unwanted.isRunning })
        unwanted.cancel(force: true)
        #expect(failure(of: late)?.code == .taskTimedOut)
        #expect(unwanted.waitUntilDone(.upTo(.seconds(30))))
        guard case .cancelled? = unwanted.outcome() else {
            Issue.record("\(String(describing: unwanted.outcome()))")
            return
        }
    }

    @Test func hostThatIsGone_failsTasksAfterSomeTries_andTakesThemWhenItIsBack() throws {
        let gone = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: gone) }
        let command = ["sh", "-c", "[ ! -e '\(gone)' ] || { echo 'no route to host' >&2; exit 255; }; {worker}"]
        let pool = try LaunchPool(command: command, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        #expect(try pool.submit(doubled, 1).value(timeout: .seconds(30)) == 2)
        #expect(FileManager.default.createFile(atPath: gone, contents: nil))
        let running = try pool.submit(hang, 60)
        kill(try #require(parent(of: try process(of: pool))), SIGKILL)
        #expect(failure(of: running)?.code == .workerLost)
        let error = failure(of: try pool.submit(doubled, options: TaskOptions(retries: .onLoss(5)), 2))
        #expect(error?.code == .clusterUnreachable && error?.message.contains("no route to host") == true)
        // No process has refused this call, and those that come make it.
        for call in try pool.everywhere(mark) { #expect(failure(of: call)?.code == .clusterUnreachable) }
        try FileManager.default.removeItem(atPath: gone)
        #expect(try pool.submit(doubled, 3).value(timeout: .seconds(30)) == 6)
        #expect(try pool.submit(isProcessMarked).value(timeout: .seconds(30)))
    }
}
