import Glibc
import Logging
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

let timelineScenarios: [String: Scenario] = [
    "timeline": { try $0.timelineOfTasks() },
    "timeline-disk-full": { try $0.timelineOnAFullDisk() },
    "timeline-client-killed": { try $0.timelineOfAKilledClient() },
    "timeline-messages": { try $0.timelineOfMessages() },
    "timeline-recorded-workers": { try $0.timelineOfWorkers() },
]

/// Passes on what it receives, one by one, until there is nothing more.
private func pass(_ input: Queue, _ output: Queue) throws -> Int {
    var count = 0
    while let number = try input.channel.receive(as: Int.self, wait: .forever) {
        _ = try output.channel.send(number, wait: .forever)
        count += 1
    }
    return count
}

/// Sends a batch of numbers.
private func sendBatches(_ output: Queue) throws -> Int {
    try output.channel.send(contentsOf: Array(0..<100), wait: .forever)
}

/// Sends from where asynchronous functions run.
private func sendLater(_ output: Queue, _ number: Int) async throws -> Int {
    await Task.yield()
    _ = try await output.channel.send(number, wait: .forever)
    return number
}

private func diePart(_ number: Int) -> Int {
    if number % 8 == 5 { kill(getpid(), SIGKILL) }
    usleep(2000)
    return number
}

extension Harness {
    /// Where the scenario's trace is, which whoever launched this may look at afterwards.
    private var tracePath: String {
        unsafe getenv("HARNESS_TRACE").map { unsafe String(cString: $0) } ?? "/tmp/multitasking-trace-\(getpid()).json"
    }

    private var keepsTrace: Bool { unsafe getenv("HARNESS_TRACE") != nil }

    /// When the disk is full, here for one file, the file has what there was room for, and opens; tasks go on. The log
    /// says so once.
    func timelineOnAFullDisk() throws {
        defer { if !keepsTrace { unsafe unlink(tracePath) } }
        let (room, count) = (40_000, 500)
        LoggingSystem.bootstrap { KeepingHandler(label: $0) }
        try withPool(maxWorkers: 2) { pool in
            checkEqual(try pool.submit(double, 1).value(timeout: .seconds(20)), 2)
            signal(SIGXFSZ, SIG_IGN)
            var before = rlimit()
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
            try pool.record(to: tracePath) {
                // Not before the file is there: it is the only one that grows.
                var limit = rlimit(rlim_cur: rlim_t(room), rlim_max: before.rlim_max)
                unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
                defer { unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before) }
                let futures = try (0..<count).map { try pool.submit(nap, $0 % 2) }
                for future in futures { _ = try future.value(timeout: .seconds(20)) }
                check(eventually { self.trace.hasSuffix("\n]\n") }, "it was not closed: …\(self.trace.suffix(60))")
            }
            // What the disk has ended has ended: another one can begin.
            let next = tracePath + ".next"
            defer { unsafe unlink(next) }
            try pool.record(to: next) { checkEqual(try pool.submit(double, 2).value(timeout: .seconds(20)), 4) }
        }
        let warnings = KeepingHandler.messages { $0.event.message.description.contains("\(tracePath) ends early") }
        checkEqual(warnings.count, 1)
        let text = trace
        check(text.utf8.count > room / 2 && text.utf8.count <= room, "\(text.utf8.count) bytes")
        check(text.hasPrefix("[\n{") && text.hasSuffix("}\n]\n"), "…\(text.suffix(60))")
        check(text.split(separator: "\n").dropFirst().dropLast(2).allSatisfy { $0.hasSuffix("},") }, "whole events")
    }

    private var trace: String {
        guard let file = unsafe fopen(tracePath, "r") else { return "" }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = unsafe fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A timeline of tasks that return, crash, and are named by characters that JSON writes in its own way.
    func timelineOfTasks() throws {
        defer { if !keepsTrace { unsafe unlink(tracePath) } }
        try withPool(maxWorkers: 2) { pool in
            try pool.record(to: tracePath) {
                checkThrows(.invalidArgument) { try pool.beginRecording(to: tracePath) }
                let named = try pool.submit(nap, options: TaskOptions(name: "a \"name\"\n\\"), 5)
                let futures = try (0..<60).map { try pool.submit(diePart, $0) }
                for future in futures + [named] {
                    check(future.waitUntilDone(.upTo(.seconds(20))), "a task has not ended")
                }
                usleep(50_000)
            }
            checkThrows(.systemError) { try pool.record(to: "/nowhere/trace.json") {} }
            // It can begin anew, and what was before is not in it.
            let events = Proc.read(tracePath)
            check(events.hasPrefix("[\n") && events.hasSuffix("\n]\n"), "the trace is not an array")
            checkEqual(events.split(separator: "\"name\":\"crash\"").count - 1, 7, "crashes in the trace")
            check(events.contains(#""a \"name\"\u000a\u005c""#), "the name is not in the trace")
        }
    }

    /// A timeline of messages from the client to a worker, to another one, and back; single ones and batches, through
    /// channels of all kinds, and from threads that are not the worker's.
    func timelineOfMessages() throws {
        defer { if !keepsTrace { unsafe unlink(tracePath) } }
        try withPool(maxWorkers: 3) { pool in
            let channels = try [ChannelOptions(capacity: 4), ChannelOptions(capacity: 0), ChannelOptions()].map {
                try pool.makeChannel($0)
            }
            let (first, second, third) = (Queue(channels[0]), Queue(channels[1]), Queue(channels[2]))
            try pool.record(to: tracePath) {
                let passing = [try pool.submit(pass, first, second), try pool.submit(pass, second, third)]
                for number in 0..<20 {
                    check(try first.channel.send(number, wait: .upTo(.seconds(20))), "a message was not taken")
                }
                for number in 0..<20 {
                    checkEqual(try third.channel.receive(as: Int.self, wait: .upTo(.seconds(20))), number, "a message")
                }
                first.channel.close()
                checkEqual(try passing[0].value(timeout: .seconds(20)), 20, "what the first task has passed on")
                second.channel.close()
                checkEqual(try passing[1].value(timeout: .seconds(20)), 20, "what the second task has passed on")
                checkEqual(try pool.submit(sendBatches, third).value(timeout: .seconds(20)), 100, "what was sent")
                var received: [Int] = []
                while received.count < 100 {
                    received += try third.channel.receive(upTo: 64, as: Int.self, wait: .upTo(.seconds(20)))
                }
                checkEqual(received, Array(0..<100), "what was received")
                checkEqual(try pool.submit(sendLater, third, 7).value(timeout: .seconds(20)), 7, "what was sent")
                checkEqual(try third.channel.receive(as: Int.self, wait: .upTo(.seconds(20))), 7, "a message")
            }
            let events = Proc.read(tracePath)
            let count = events.split(separator: #""ph":"f","#).count { $0.contains(#""name":"message""#) }
            // Each of 20 messages is received three times. A run of a batch has an arrow or more.
            check((60 + 4 + 1...60 + 100 + 1).contains(count), "\(count) arrows between messages")
            checkEqual(events.split(separator: #""name":"not recorded""#).count, 1, "what was not recorded, and 1")
            for name in ["send channel 0", "receive channel 1", "thread ", "main thread"] {
                check(events.contains("\"\(name)"), "there is no \(name)")
            }
        }
    }

    /// A timeline of workers that die of signals, leave, and come later.
    func timelineOfWorkers() throws {
        defer { if !keepsTrace { unsafe unlink(tracePath) } }
        try withPool(maxWorkers: 3) { pool in
            try pool.record(to: tracePath) {
                let futures = try (0..<16).map { try pool.submit(diePart, $0) }
                for future in futures { check(future.waitUntilDone(.upTo(.seconds(20))), "a task has not ended") }
                check(eventually { pool.workerProcessIDs.count == 3 }, "no workers have come for the dead")
                let leaving = pool.workerProcessIDs.dropFirst()
                try pool.resize(to: 1)
                check(eventually { leaving.allSatisfy { kill($0, 0) != 0 } }, "workers have not left")
                try pool.resize(to: 2)
                checkEqual(try pool.submit(double, 1).value(timeout: .seconds(20)), 2, "a result")
                check(eventually { pool.workerProcessIDs.count == 2 }, "no worker has come")
                let workers = Set(pool.workerProcessIDs)
                kill(pool.supervisorProcessID, SIGKILL)
                // Whoever submits notices it.
                check(
                    eventually {
                        _ = try? pool.submit(double, 1).value(timeout: .seconds(20))
                        return pool.workerProcessIDs.count == 2 && workers.isDisjoint(with: pool.workerProcessIDs)
                    }, "no other workers have come")
            }
            let events = Proc.read(tracePath)
            // The last worker's birth may be missing, whose supervisor was killed.
            for (event, least) in [("born", 3), ("died of SIGKILL", 2), ("left", 2), ("died with the supervisor", 2)] {
                let count = events.split(separator: "\"name\":\"\(event)\"", omittingEmptySubsequences: false).count - 1
                check(count >= least, "\(count) workers \(event)")
            }
        }
    }

    /// Records until it is killed: what launched this does that.
    func timelineOfAKilledClient() throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20)
        let recording = try pool.beginRecording(to: tracePath)
        defer { recording.end() }
        let end = ContinuousClock.now + .milliseconds(900)
        while ContinuousClock.now < end { _ = try pool.submit(nap, 2).value(timeout: .seconds(20)) }
        kill(getpid(), SIGKILL)
    }
}
