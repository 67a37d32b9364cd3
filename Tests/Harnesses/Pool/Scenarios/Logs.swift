import Glibc
import Logging
import MultitaskingCore
import MultitaskingInMemory
import MultitaskingLogging
import MultitaskingProcesses
import MultitaskingThreads
import Synchronization

let logScenarios: [String: Scenario] = [
    "logs-arrive": { try $0.logsArrive() },
    "logs-of-copies": { try $0.logsOfCopies() },
    "logs-of-all-pools": { try $0.logsOfAllPools() },
    "logs-whose-handler-ends-the-pool": { try $0.logsWhoseHandlerEndsThePool() },
]

/// Keeps what is logged, as a program's own handler does.
struct KeepingHandler: LogHandler {
    let label: String
    var logLevel = Logger.Level.debug
    var metadata: Logger.Metadata = ["own": "yes"]

    static let kept = Mutex<[Kept]>([])

    struct Kept {
        var label: String
        var event: LogEvent

        func text(_ key: String) -> String? { event.metadata?[key].map { "\($0)" } }
    }

    func log(event: LogEvent) {
        var event = event
        event.metadata = metadata.merging(event.metadata ?? [:]) { $1 }
        Self.kept.withLock { $0.append(Kept(label: label, event: event)) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    static func messages(_ isWanted: (Kept) -> Bool = { _ in true }) -> [String] {
        kept.withLock { $0.filter(isWanted).map(\.event.message.description) }
    }
}

/// Does something with the pool that it writes about, once, and keeps what is logged.
struct AskingHandler: LogHandler {
    let label: String
    var logLevel = Logger.Level.debug
    var metadata: Logger.Metadata = [:]

    static let question = Mutex<(@Sendable () -> Void)?>(nil)

    func log(event: LogEvent) {
        KeepingHandler(label: label).log(event: event)
        Self.question.withLock { $0.take() }?()
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}

private func logLater(_ number: Int) async -> Int {
    await Task.yield()
    Logger(label: "tasks").info("later", metadata: ["worker": "said so itself"])
    return number
}

private func logInInitializer() { Logger(label: "init").notice("initialized") }

/// Logs so many lines, then ends as its number says.
private func logLines(_ number: Int, _ count: Int) throws -> Int {
    var logger = Logger(label: "tasks")
    logger[metadataKey: "of"] = "\(number)"
    for line in 0..<count {
        logger.info("line \(line)", metadata: ["list": ["a", .dictionary(["b": "\(line)"])]])
        logger.trace("too little")
    }
    if number % 3 == 1 { kill(getpid(), SIGKILL) }
    if number % 3 == 2 {
        logger.error("failed", error: Unlucky(number: number))
        throw Unlucky(number: number)
    }
    return number
}

/// Logs with a level of the logger's own, which its client's handler does not have.
private func logTrace(_ number: Int) {
    var logger = Logger(label: "talkative")
    logger.logLevel = .trace
    logger.trace("\(number)")
}

/// Fails once, by a signal.
private func logAttempt(_ path: String) -> Int {
    let attempt = countCall(path)
    Logger(label: "attempts").warning("attempt")
    if attempt == 1 { kill(getpid(), SIGKILL) }
    return attempt
}

private struct Unlucky: Error, Codable { var number: Int }

extension Harness {
    fileprivate func logsArrive() throws {
        LoggingSystem.bootstrap(withWorkers: { KeepingHandler(label: $0) })
        let (taskCount, lineCount) = (12, 200)
        let pool = try ProcessPool(
            maxWorkers: 2, startMethod: method, arenaLimit: 256 << 20, initializer: logInInitializer)
        let first = try pool.submit(logLines, options: TaskOptions(name: "first"), 0, 1)
        _ = try first.value(timeout: .seconds(30))
        check(
            eventually { KeepingHandler.messages { $0.text("task") == "first" } == ["line 0"] },
            "what is logged comes while the pool is there: \(KeepingHandler.messages())")
        let futures = try (0..<taskCount).map {
            try pool.submit(logLines, options: TaskOptions(name: "task \($0)"), $0, lineCount)
        }
        for future in futures { _ = future.waitUntilDone(.upTo(.seconds(60))) }
        try pool.submit(logTrace, 7).value(timeout: .seconds(30))
        try withCounter { path in
            let options = TaskOptions(retries: .onCrash(1))
            checkEqual(try pool.submit(logAttempt, options: options, path).value(timeout: .seconds(30)), 2)
        }
        pool.shutdown(.drain)
        for number in 0..<taskCount {
            let lines = KeepingHandler.kept.withLock { $0.filter { $0.text("task") == "task \(number)" } }
            let expected = (0..<lineCount).map { "line \($0)" } + (number % 3 == 2 ? ["failed"] : [])
            check(
                lines.map(\.event.message.description) == expected,
                "task \(number): \(lines.count) lines, the last is \(lines.last.map { "\($0.event)" } ?? "none")")
            check(lines.allSatisfy { $0.label == "tasks" && $0.text("of") == "\(number)" }, "label and metadata")
            check(Set(lines.map { $0.text("worker") }).count == 1, "one worker")
            check(lines.allSatisfy { $0.text("attempt") == "1" && $0.event.file.hasSuffix("Logs.swift") }, "the place")
            checkEqual(lines.first?.text("list"), "[\"a\", [\"b\": \"0\"]]", "nested metadata")
            if number % 3 == 2 { check(lines.last?.event.error is RemoteError, "the error") }
        }
        checkEqual(
            KeepingHandler.messages { $0.label == "talkative" }, ["7"], "what a logger with a level of its own logs")
        let attempts = KeepingHandler.kept.withLock { $0.filter { $0.label == "attempts" } }
        checkEqual(attempts.compactMap { $0.text("attempt") }, ["1", "2"], "the attempts")
        check(attempts.allSatisfy { $0.text("task")?.contains("logAttempt") ?? false }, "a function's name")
        let initialized = KeepingHandler.kept.withLock { $0.filter { $0.label == "init" } }
        // Of each worker, and of those that came when one was killed.
        check(initialized.count >= 2, "\(initialized.count) initializers")
        check(initialized.allSatisfy { $0.text("worker") != nil && $0.text("task") == nil }, "no task")
        // The program itself logs as ever.
        Logger(label: "own").info("here")
        checkEqual(KeepingHandler.messages { $0.label == "own" && $0.text("worker") == nil }, ["here"])
    }

    /// The same program's tasks have the same names in what they log, whatever runs them.
    fileprivate func logsOfAllPools() throws {
        LoggingSystem.bootstrap(withWorkers: { KeepingHandler(label: $0) })
        try checkNames(
            in: ProcessPool(maxWorkers: 2, startMethod: method, initializer: logInInitializer), "processes")
        try checkNames(in: ThreadPool(maxWorkers: 2, initializer: logInInitializer), "threads")
        try checkNames(
            in: InMemoryPool(.seed(1), options: InMemoryOptions(maxWorkers: 2), initializer: logInInitializer),
            "simulation")
    }

    private func checkNames(in makePool: @autoclosure () throws -> any Executor, _ kind: String) throws {
        KeepingHandler.kept.withLock { $0 = [] }
        let pool = try makePool()
        let (taskCount, lineCount) = (6, 5)
        let futures = try (0..<taskCount).map {
            // Numbers whose tasks return.
            try pool.submit(logLines, options: TaskOptions(name: "task \($0)"), $0 * 3, lineCount)
        }
        for future in futures { _ = try future.value(timeout: .seconds(30)) }
        _ = try pool.submit(logLater, options: TaskOptions(name: "later"), 1).value()
        _ = try pool.submit(logLines, 0, 1).value(timeout: .seconds(30))
        pool.shutdown(.drain)
        for number in 0..<taskCount {
            let lines = KeepingHandler.kept.withLock { $0.filter { $0.text("task") == "task \(number)" } }
            checkEqual(lines.map(\.event.message.description), (0..<lineCount).map { "line \($0)" }, kind)
            check(lines.allSatisfy { $0.text("of") == "\(number * 3)" && $0.text("attempt") == "1" }, kind)
            check(Set(lines.map { $0.text("worker") }).isSubset(of: ["0", "1"]), "\(kind): the worker")
        }
        let later = KeepingHandler.kept.withLock { $0.filter { $0.text("task") == "later" } }
        checkEqual(later.map { $0.text("worker") }, ["said so itself"], "\(kind): what the task says itself stays")
        let names = KeepingHandler.kept.withLock { $0.filter { $0.label == "tasks" }.map { $0.text("task") } }
        check(names.count == taskCount * lineCount + 2 && !names.contains(nil), "\(kind): each has a name")
        let initialized = KeepingHandler.kept.withLock { $0.filter { $0.label == "init" } }
        check(!initialized.isEmpty, "\(kind): what the initializer logs")
        check(initialized.allSatisfy { $0.text("worker") != nil && $0.text("task") == nil }, "\(kind): no task")
        Logger(label: "own").info("here")
        checkEqual(KeepingHandler.messages { $0.label == "own" && $0.text("worker") == nil }, ["here"], kind)
    }

    /// A handler that is called for what a worker logs may use the pool as it likes; nothing is lost by that.
    fileprivate func logsWhoseHandlerEndsThePool() throws {
        LoggingSystem.bootstrap(withWorkers: { AskingHandler(label: $0) })
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20)
        let hasEnded = FlagBox()
        AskingHandler.question.withLock {
            $0 = {
                _ = pool.statistics
                pool.shutdown(.drain)
                hasEnded.set()
            }
        }
        let future = try pool.submit(logLines, 0, 100)
        checkEqual(try future.value(timeout: .seconds(30)), 0)
        check(eventually { hasEnded.isSet }, "the handler that ends the pool has not returned")
        let expected = (0..<100).map { "line \($0)" }
        check(
            eventually { KeepingHandler.messages { $0.label == "tasks" } == expected },
            "\(KeepingHandler.messages().count) messages came")
        pool.shutdown(.drain)
    }

    fileprivate func logsOfCopies() throws {
        guard method == .fork else { return }
        LoggingSystem.bootstrap(withWorkers: { KeepingHandler(label: $0) })
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, captures: .copiesOnly)
        let captured = number + 1
        for isKilled in [false, true] {
            let future = try pool.submit(options: TaskOptions(name: "copy"), 1) { (step: Int) in
                Logger(label: "copies").info("copy \(captured)")
                if isKilled { kill(getpid(), SIGKILL) }
                return step
            }
            _ = future.waitUntilDone(.upTo(.seconds(30)))
        }
        pool.shutdown(.drain)
        checkEqual(KeepingHandler.messages { $0.text("task") == "copy" }, ["copy \(captured)", "copy \(captured)"])
    }
}
