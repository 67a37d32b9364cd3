import Multitasking
import Testing

extension Facade {
    /// Whose error it is: the flags of results speak of the pool, whatever a task has thrown.
    @Suite struct OriginTests {
        @Test(arguments: PoolKind.allCases, ["timedOut", "taskTimedOut", "queueTimedOut", "cancelled"])
        func errorsThatATaskThrowsSetNoFlag(_ pool: PoolKind, _ code: String) throws {
            try pool.run { manager in
                let session = try manager.session().submit("t", throwCode, code).submit("later", throwCodeLater, code)
                for (name, result) in try session.results() {
                    #expect(!result.isTimedOut && !result.isCancelled && !result.isSuccessful, "\(name)")
                    let error = try #require(result.error as? MultitaskingError)
                    #expect(error.code.name == code && error.origin == .task, "\(name)")
                    #expect(try session.task(named: name)?.isCancelled == false)
                }
                let race = #expect(throws: RaceError.self) { try session.race() }
                #expect(race?.errors.allSatisfy { ($0 as? MultitaskingError)?.origin == .task } == true)
                let (done, _) = try session.waitForAll(returnWhen: .firstFailed)
                #expect(!done.isEmpty)
            }
        }

        /// The error of one pool is a task's in another.
        @Test(arguments: PoolKind.allCases)
        func errorsOfANestedPoolAreTheTasks(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session().submit("nested", timeOutInAPoolOfItsOwn)
                let result = try #require(try session.results()["nested"])
                #expect(!result.isTimedOut && (result.error as? MultitaskingError)?.code == .timedOut)
            }
        }

        @Test(arguments: [PoolKind.processes, .inMemory])
        func timeLimitsOfAPoolSetTheFlag(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 1) { manager in
                let session = try manager.session()
                    .submit(
                        "long", runUntilInput, scopes: .session,
                        options: TaskOptions(timeout: .milliseconds(20), gracePeriod: .milliseconds(10))
                    )
                    .submit("late", double, options: TaskOptions(queueTimeout: .nanoseconds(1)), 1)
                let results = try session.results()
                for name in ["long", "late"] {
                    let result = try #require(results[name])
                    #expect(result.isTimedOut && !result.isCancelled, "\(name): \(String(describing: result.error))")
                }
            }
        }

        @Test(arguments: PoolKind.allCases)
        func cancellationByThePoolSetsTheFlag(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 1) { manager in
                let session = try manager.session().submit("first", runUntilInput, scopes: .session)
                    .submit("second", double, 1)
                #expect(try session.task(named: "second")?.cancel() == true)
                #expect(try session.task(named: "second")?.result().isCancelled == true)
                try session.context.writeInput(1)
            }
        }

        @Test(arguments: [PoolKind.processes, .inMemory])
        func errorsOfTheTaskAreRetriedAndThoseOfThePoolAreNot(_ pool: PoolKind) throws {
            try pool.run { manager in
                let options = TaskOptions(retries: .onErrors(MultitaskingError.self, limit: 2))
                let queue = try manager.session(inputQueue: false, outputQueue: true)
                try queue.submit("t", countAndThrow, scopes: Scopes(outputQueue: .session), options: options)
                try queue.submit(
                    "unencodable", countAndReturnUnencodable, scopes: Scopes(outputQueue: .session), options: options)
                _ = try queue.results()
                var counts: [String: Int] = [:]
                for name in try queue.context.readOutputUntilEmpty(as: String.self) { counts[name, default: 0] += 1 }
                #expect(counts == ["thrown": 3, "returned": 1])
            }
        }
    }
}

private func throwCode(_ code: String) throws -> Int { throw MultitaskingError(.init(code), "of the task") }
private func throwCodeLater(_ code: String) async throws -> Int { try throwCode(code) }

private func timeOutInAPoolOfItsOwn() throws -> Int {
    try withThreadPoolExecutor(maxWorkers: 1) { manager in
        let session = try manager.session().submit("t", runUntilInput, scopes: .session)
        defer { _ = try? session.context.writeInput(1) }
        if let error = try session.results(timeout: .milliseconds(1))["t"]?.error { throw error }
        return 0
    }
}

struct Unencodable: Codable {
    func encode(to encoder: any Encoder) throws { throw MultitaskingError(.closed, "not to be encoded") }
}

private func countAndThrow(_ context: TaskContext) throws -> Int {
    try context.writeOutput("thrown")
    throw MultitaskingError(.closed, "of the task")
}

private func countAndReturnUnencodable(_ context: TaskContext) throws -> Unencodable {
    try context.writeOutput("returned")
    return Unencodable()
}
