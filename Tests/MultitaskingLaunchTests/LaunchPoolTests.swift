import Foundation
import MultitaskingCore
import MultitaskingLaunch
import Synchronization
import Testing

@testable import RemoteWorkers

private func doubled(_ number: Int) -> Int { number * 2 }
private func process() -> Int32 { getpid() }
private func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
private func sum(_ numbers: SharedArray<Int>) -> Int { numbers.reduce(0, +) }
private func echo(_ bytes: [UInt8]) -> [UInt8] { bytes }
/// An error that calls something while the client decodes it.
struct DecodedError: Error, Codable {
    static let onDecoding = Mutex<(@Sendable () -> Void)?>(nil)

    init() {}

    init(from decoder: any Decoder) throws {
        _ = try decoder.singleValueContainer().decode(Int.self)
        Self.onDecoding.withLock { $0 }?()
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(1)
    }
}
/// A number that nobody can decode if it is negative.
private struct Picky: Codable, Equatable, Sendable {
    let number: Int

    init(_ number: Int) { self.number = number }

    init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
        if number < 0 { throw MultitaskingError(.decodeFailed, "\(number)") }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}
private func beginAndFail(_ begun: ChannelSender) throws -> Int {
    _ = try begun.send(1, wait: .forever)
    throw DecodedError()
}
private func fail() throws -> Int { throw DecodedError() }
private func placeWhenOpen(_ gate: String) -> String? {
    while unsafe access(gate, F_OK) != 0 { usleep(2000) }
    return variable("PLACE")
}
private func chatter(_ text: String) -> Int {
    print(text)
    return text.count
}

@Suite(.serialized) struct LaunchPoolTests {
    @Test func scope_runsTheProgramOfTheReadme() throws {
        let sum = try withLaunchedExecutor(command: shell, maxWorkers: 2) { manager in
            try manager.map("task-", doubled, 0..<20).results().values.reduce(0) { $0 + (try $1.get() as Int) }
        }
        #expect(sum == 380)
    }

    @Test func asynchronousScope_runsItToo() async throws {
        let value = try await withLaunchedExecutor(command: shell, maxWorkers: 1) { manager in
            let result = try await manager.session().submit("a", doubled, 21).results()["a"]
            return try #require(result).get() as Int
        }
        #expect(value == 42)
    }

    @Test func resourcesOfATaskThatWaitsForOthers_areRefusedAtOnce() throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        let promise = Promise<Int>()
        let error = #expect(throws: MultitaskingError.self) {
            let options = TaskOptions(resources: ResourceRequest(gpus: 1))
            _ = try pool.submit(doubled, options: options, resultsOf: promise.future)
        }
        #expect(error?.code == .invalidArgument)
    }

    /// The cancel comes when the run has ended and nobody has decided yet that the task is to run again.
    @Test(arguments: [Duration.zero, .seconds(3600)])
    func forcedCancelBetweenARunAndItsRetry_isNotLost(_ backoff: Duration) throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        let begun = try pool.makeChannel()
        let submitted = Promise<Future<Int>>()
        DecodedError.onDecoding.withLock {
            $0 = { _ = try? submitted.future.value(timeout: .seconds(30)).cancel(force: true) }
        }
        defer { DecodedError.onDecoding.withLock { $0 = nil } }
        let retries = TaskOptions(retries: .onErrors(DecodedError.self, limit: 3, backoff: backoff))
        let future = try pool.submit(beginAndFail, options: retries, begun.makeSender())
        submitted.fulfill(future)
        #expect(future.waitUntilDone(.upTo(.seconds(60))) && future.state == .cancelled)
        #expect(try pool.submit(doubled, 4).value(timeout: .seconds(60)) == 8)
        #expect(begun.status.count == 1)
    }

    /// A run that is this short, and does not ask for anything, says nothing of its start.
    @Test func taskThatWaitsForItsRetry_hasMetTheLimitOfItsTimeInTheQueue() throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        for future in try pool.everywhere(doubled, 1) { _ = try future.value(timeout: .seconds(60)) }
        let options = TaskOptions(
            queueTimeout: .seconds(1), retries: .onErrors(DecodedError.self, limit: 1, backoff: .seconds(2)))
        let future = try pool.submit(fail, options: options)
        #expect(throws: DecodedError.self) { _ = try future.value(timeout: .seconds(60)) }
    }

    @Test func callsOfAllWorkers_takeNoRoomAndGiveNoneBack() throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 1, queueLimit: 1)
        defer { pool.shutdown(.kill) }
        for _ in 0..<5 {
            for future in try pool.everywhere(doubled, 1) { _ = try future.value(timeout: .seconds(60)) }
        }
        let gate = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: gate) }
        let running = try pool.submit(placeWhenOpen, gate)
        #expect(eventually { running.state == .running })
        let options = TaskOptions(waitForRoom: .never)
        // Some may have been handed over to the worker.
        let error = #expect(throws: MultitaskingError.self) {
            for _ in 0..<4 { _ = try pool.submit(doubled, options: options, 1) }
        }
        #expect(error?.code == .timedOut)
        #expect(FileManager.default.createFile(atPath: gate, contents: nil))
    }

    @Test func whoWaitsForMessagesAndSignals_whenAPoolOnSharedHostsIsReleased_isTold() throws {
        let hosts = try LaunchHosts(command: shell)
        defer { hosts.close() }
        var pool: LaunchPool? = try LaunchPool(on: hosts, maxWorkers: 1)
        let channel = try #require(try pool?.makeChannel())
        let signal = try #require(try pool?.makeCancelSignal())
        let hasBegun = DispatchSemaphore(value: 0)
        let haveEnded = DispatchGroup()
        for wait in [
            { (try? channel.receive(as: Int.self, wait: .forever)) == nil }, { !signal.waitUntilSet(.forever) },
        ] as [@Sendable () -> Bool] {
            DispatchQueue.global().async(group: haveEnded) {
                hasBegun.signal()
                #expect(wait())
            }
        }
        for _ in 0..<2 { hasBegun.wait() }
        pool = nil
        #expect(haveEnded.wait(timeout: .now() + 30) == .success)
    }

    @Test func anyBackoffCanBeWaitedFor() throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        for backoff in [Duration.seconds(Int64.max), .seconds(Int64.max) * 18] {
            let begun = try pool.makeChannel(closesWithSenders: true)
            let retries = TaskOptions(retries: .onErrors(DecodedError.self, limit: 3, backoff: backoff))
            let future = try pool.submit(beginAndFail, options: retries, begun.makeSender())
            #expect(try begun.receive(as: Int.self, wait: .upTo(.seconds(60))) == 1)
            let isQueued = try pool.submit(doubled, 4).value(timeout: .seconds(60)) == 8 && future.state == .queued
            #expect(isQueued)
            #expect(future.cancel())
            for attempt in [1, 2, 30, 1000] {
                let pause = RunVerdict.pause(.init(options: retries, attempt: attempt))
                #expect(ContinuousClock.now.advanced(by: pause) > .now)
            }
        }
    }

    @Test func emptyBatchToARendezvousChannel_isSentAtOnce_andThePoolGoesOn() throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        let channel = try pool.makeChannel(capacity: 0)
        for wait in [WaitLimit.never, .forever] {
            #expect(try channel.send(contentsOf: [Int](), wait: wait) == 0)
            #expect(try pool.submit(doubled, 4).value(timeout: .seconds(60)) == 8)
        }
    }

    @Test func elementsBehindOneThatCannotBeDecoded_areInTheChannelAgain() throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        let channel = try pool.makeChannel(capacity: 3)
        #expect(try channel.send(contentsOf: [-1, 2, 3].map(Picky.init), wait: .never) == 3)
        let error = #expect(throws: MultitaskingError.self) {
            try channel.receive(upTo: 3, as: Picky.self, wait: .never)
        }
        #expect(error?.code == .decodeFailed && channel.status.count == 2)
        #expect(try channel.receive(as: Picky.self, wait: .never) == Picky(2))
        #expect(try channel.receive(upTo: 3, as: Picky.self, wait: .never) == [Picky(3)])
        #expect(try channel.send(contentsOf: [1, -2, 3].map(Picky.init), wait: .never) == 3)
        #expect(try channel.receive(upTo: 3, as: Picky.self, wait: .never) == [Picky(1)])
        #expect(throws: MultitaskingError.self) { try channel.receive(upTo: 3, as: Picky.self, wait: .never) }
        #expect(try channel.receive(upTo: 3, as: Picky.self, wait: .never) == [Picky(3)])
    }

    @Test func hostsByName_haveAsManyWorkersEach() throws {
        // The name is what the command makes of it: here a variable of the worker.
        let command = ["env", "PLACE={host}", "sh", "-c", "{worker}"]
        let pool = try LaunchPool(command: command, hosts: ["left", "right"], maxWorkers: 4)
        defer { pool.shutdown(.kill) }
        #expect(pool.hosts.reachable.sorted() == ["left", "right"])
        let gate = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: gate) }
        let tasks = try (0..<4).map { _ in try pool.submit(placeWhenOpen, gate) }
        #expect(eventually { pool.processes.count == 4 })
        #expect(FileManager.default.createFile(atPath: gate, contents: nil))
        let places = try tasks.compactMap { try $0.value(timeout: .seconds(30)) }
        #expect(places.sorted() == ["left", "left", "right", "right"])
        #expect(Set(pool.statistics.workers.compactMap(\.node)) == ["left", "right"])
    }

    @Test func waitsForATaskThatGoesOn_leaveNothingWithIt() throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        let gate = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: gate) }
        let task = try pool.submit(placeWhenOpen, gate)
        for _ in 0..<1000 {
            #expect(!task.waitUntilDone(.upTo(.microseconds(1))))
            #expect(try wait(for: [task], until: .any, timeout: .microseconds(1)).done.isEmpty)
        }
        #expect(try #require(task.backend as? any CallbackCounting).callbackCount == 0)
        #expect(FileManager.default.createFile(atPath: gate, contents: nil))
        #expect(task.waitUntilDone(.upTo(.seconds(30))))
    }

    @Test(arguments: [
        "echo 'Last login: Friday'; printf 'without an end'; {worker}", "head -c 60000 /dev/zero; {worker}",
        "echo on standard error >&2; {worker}", "cat | ( {worker} ) | cat",
        "sleep 1; {worker}",
    ])
    func whatACommandPrintsFirst_isSkipped(_ script: String) throws {
        // Some take longer to begin than a beat.
        let options = LaunchOptions(heartbeat: .milliseconds(300))
        let pool = try LaunchPool(command: ["sh", "-c", script], maxWorkers: 1, options: options)
        defer { pool.shutdown(.drain) }
        #expect(try pool.submit(doubled, 21).value(timeout: .seconds(30)) == 42)
    }

    @Test func whatTasksPrint_isNoFrame() throws {
        let options = LaunchOptions(forwardsOutput: false)
        let pool = try LaunchPool(command: shell, maxWorkers: 1, options: options)
        defer { pool.shutdown(.drain) }
        let text = "\0multitasking worker 1\n" + String(repeating: "x", count: 100_000)
        let task = try pool.submit(chatter, options: TaskOptions(output: .capture(limit: 1 << 20)), text)
        #expect(try task.value(timeout: .seconds(30)) == text.count && task.output == text + "\n")
    }

    @Test func environmentOfTheOptions_isThatOfTheTasks() throws {
        let options = LaunchOptions(environment: ["GREETING": "moin"])
        let pool = try LaunchPool(command: shell, maxWorkers: 1, options: options)
        defer { pool.shutdown(.drain) }
        #expect(try pool.submit(variable, "GREETING").value(timeout: .seconds(30)) == "moin")
    }

    @Test func megabytes_goThereAndBack_andAreShared() throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 3)
        defer { pool.shutdown(.kill) }
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try pool.submit(echo, bytes).value(timeout: .seconds(60)) == bytes)
        let shared: SharedArray<Int> = try pool.share(Array(0..<500_000))
        let sums = try (0..<6).map { _ in try pool.submit(sum, shared) }.map { try $0.value(timeout: .seconds(60)) }
        #expect(sums == Array(repeating: 124_999_750_000, count: 6))
    }

    @Test func allFilesOfTheDriver_areInTheLibrary() throws {
        let sources = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Sources").standardized
        let files = try ["RemoteWorkers", "MultitaskingLaunch"].flatMap { module in
            let folder = sources.appendingPathComponent("\(module)/Resources/swiftray").path
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".py") }
        }
        #expect(LaunchHosts.driverFileNames.sorted() == files.sorted())
    }

    // MARK: Refusals

    private func refusal(_ command: [String], _ hosts: [String] = [], _ options: LaunchOptions = LaunchOptions())
        -> MultitaskingError?
    {
        #expect(throws: MultitaskingError.self) {
            try LaunchPool(command: command, hosts: hosts, maxWorkers: 1, options: options)
        }
    }

    @Test(arguments: [
        (["/no/such/ssh", "{host}"], ["a"], "/no/such/ssh cannot be started"),
        (["sh", "-c", "no-such-program"], [], "exit code 127"),
        (["sh", "-c", "echo 'ssh: no route' >&2; exit 255"], [], "ssh: no route"),
        (["sh", "-c", "head -c 200000 /dev/zero; {worker}"], [], "isn't a worker"),
        (["sh", "-c", "cat /dev/null"], [], "exit code 0"),
    ])
    func commandThatStartsNoWorker_isClusterUnreachable(
        _ command: [String], _ hosts: [String], _ reason: String
    ) {
        let error = refusal(command, hosts)
        #expect(error?.code == .clusterUnreachable && error?.message.contains(reason) == true, "\(error as Any)")
    }

    @Test func commandThatSaysNothing_isGivenUpInTime() {
        let error = refusal(["sh", "-c", "sleep 60"], [], LaunchOptions(startTimeout: .milliseconds(500)))
        #expect(error?.code == .clusterUnreachable && error?.message.contains("not answered within 0.5 s") == true)
    }

    @Test func anotherBuildOnTheHost_isRefusedWithBothNumbers() {
        let error = refusal(shell, [], LaunchOptions(executable: "/bin/sh"))
        #expect(error?.code == .clusterUnreachable && error?.message.contains("different build") == true)
        let missing = refusal(shell, [], LaunchOptions(executable: "/no/such/program"))
        #expect(missing?.code == .clusterUnreachable && missing?.message.contains("install the same build") == true)
    }

    @Test func hostThatDoesNotAnswer_leavesTheOthers() throws {
        let command = ["sh", "-c", "[ {host} = good ] || exit 255; {worker}"]
        let pool = try LaunchPool(command: command, hosts: ["bad", "good"], maxWorkers: 2)
        defer { pool.shutdown(.drain) }
        #expect(pool.hosts.reachable == ["good"])
        let values = try (0..<6).map { try pool.submit(doubled, $0) }.map { try $0.value(timeout: .seconds(30)) }
        #expect(values == [0, 2, 4, 6, 8, 10])
    }

    @Test func commandsThatAreNone_areRefused() {
        #expect(refusal([])?.code == .invalidArgument)
        #expect(refusal([""])?.code == .invalidArgument)
        #expect(refusal(["ssh", "{host}"])?.code == .invalidArgument)
        #expect(refusal(["ssh", "{host}"], ["-oProxyCommand=x"])?.code == .invalidArgument)
        #expect(refusal(["ssh", "{host}"], [""])?.code == .invalidArgument)
        #expect(refusal(["sh", "-c"], ["a", "b"])?.code == .invalidArgument)
        #expect(refusal(["sh", "-c", "a\0b"])?.code == .invalidArgument)
    }

    @Test func optionsOutOfRange_areRefused() {
        for heartbeat in [Duration.zero, .seconds(-1), .milliseconds(99), .seconds(3601), .seconds(Int64.max)] {
            #expect(refusal(shell, [], LaunchOptions(heartbeat: heartbeat))?.code == .invalidArgument)
        }
        for timeout in [Duration.zero, .seconds(Int64.min)] {
            #expect(refusal(shell, [], LaunchOptions(startTimeout: timeout))?.code == .invalidArgument)
        }
        #expect(refusal(shell, [], LaunchOptions(captures: .copiesOnly))?.code == .invalidArgument)
        let queue = #expect(throws: MultitaskingError.self) {
            try LaunchPool(command: shell, maxWorkers: 1, queueLimit: 0)
        }
        #expect(queue?.code == .invalidArgument)
    }

    @Test(arguments: [0, -1, Int.min, 100_001, Int.max]) func workersOutOfRange_areRefused(_ count: Int) {
        let error = #expect(throws: MultitaskingError.self) { try LaunchPool(command: shell, maxWorkers: count) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func numbersOfWorkersOutOfRange_areRefused() throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        for count in [0, -1, Int.min, 100_001, Int.max] {
            let error = #expect(throws: MultitaskingError.self) { try pool.resize(to: count) }
            #expect(error?.code == .invalidArgument && pool.maxWorkers == 1)
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .seconds(Int64.min), .seconds(86_401), .seconds(Int64.max)])
    func limitsOfFinalizersOutOfRange_areRefused(_ limit: Duration) {
        let setup = LaunchSetup().finalizing(process, within: limit)
        let error = #expect(throws: MultitaskingError.self) {
            try LaunchPool(command: shell, maxWorkers: 1, setup: setup)
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test func resourcesOfATask_areRefused() throws {
        let pool = try LaunchPool(command: shell, maxWorkers: 1)
        defer { pool.shutdown(.kill) }
        let options = TaskOptions(resources: ResourceRequest(cpus: 2))
        let error = #expect(throws: MultitaskingError.self) { try pool.submit(process, options: options) }
        #expect(error?.code == .invalidArgument)
    }
}

/// A future that says how many callbacks wait for its end.
private protocol CallbackCounting {
    var callbackCount: Int { get }
}

extension RemoteTask: CallbackCounting {}
