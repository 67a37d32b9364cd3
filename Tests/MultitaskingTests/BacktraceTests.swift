import Multitasking
import Testing

@inline(never)
private func elementFarBehind(_ index: Int) -> Int { [1, 2, 3][index] }

/// The stack of a task that crashes is where a script or a server looks for it: in the task's error.
@Suite(.serialized)
struct BacktraceTests {
    @Test(arguments: Backtraces.allCases)
    func crashedTask_hasItsStackInTheErrorIfThatIsAskedFor(_ backtraces: Backtraces) throws {
        try withProcessPoolExecutor(maxWorkers: 1, backtraces: backtraces) { manager in
            let session = try manager.session().submit("crash", 7) { elementFarBehind($0) }
            try session.waitForAll()
            try Self.check(session.results()["crash"], backtraces)
        }
    }

    @Test func byDefault_theStackIsInTheError() async throws {
        try await withProcessPoolExecutor(maxWorkers: 1) { manager in
            let session = try manager.session().submit("crash", 7) { elementFarBehind($0) }
            try await session.waitForAll()
            try Self.check(await session.results()["crash"], .inError)
        }
    }

    private static func check(_ result: TaskResult?, _ backtraces: Backtraces) throws {
        let error = try #require(result?.error as? MultitaskingError)
        #expect(error.code == .workerCrashed)
        let summary = try #require((error.cause as? WorkerFailure)?.summary)
        #expect(error.description.ranges(of: summary).count == 1, "\(error)")
        #expect(!error.description.contains("Worker.run("), "\(error)")
        let isKept = backtraces == .inError || backtraces == .both
        #expect(error.description.contains("elementFarBehind") == isKept, "\(error)")
        let backtrace = (error.cause as? WorkerFailure)?.backtrace
        #expect((backtrace != nil) == isKept)
        #expect(backtrace?.frames.contains { $0.symbol?.contains("elementFarBehind") ?? false } ?? true)
    }
}
