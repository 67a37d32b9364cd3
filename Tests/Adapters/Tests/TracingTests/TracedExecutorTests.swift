import Foundation
import InMemoryTracing
import Multitasking
import MultitaskingInMemory
import MultitaskingTracing
import Testing
import Tracing

private enum SecretKey: ServiceContextKey { typealias Value = String }
enum UserKey: ServiceContextKey { typealias Value = String }

private struct Refused: Error {}

@Sendable private func addOne(_ number: Int) -> Int { number + 1 }

/// Calls `body` under a span, in a context with two values; returns what it does, and the span's number.
private func underSpan<Value>(of tracer: InMemoryTracer, _ body: () async throws -> Value) async throws -> (
    Value, String?
) {
    var context = ServiceContext.topLevel
    context[UserKey.self] = "alice"
    context[SecretKey.self] = "secret"
    return try await ServiceContext.withValue(context) {
        try await tracer.withSpan("caller") { span in (try await body(), span.context.inMemorySpanContext?.spanID) }
    }
}

/// The finished spans of tasks that were submitted under a span, once there are as many.
private func spans(_ count: Int, under parent: String?, of tracer: InMemoryTracer) async throws
    -> [FinishedInMemorySpan]
{
    let end = ContinuousClock.now + .seconds(20)
    while true {
        let spans = tracer.finishedSpans.filter { $0.parentSpanID == parent }
        if spans.count == count { return spans }
        try #require(.now < end, "\(spans.count) spans instead of \(count)")
        try await Task.sleep(for: .milliseconds(1))
    }
}

@Suite("TracedExecutor", .timeLimit(.minutes(1)))
struct TracedExecutorTests {
    @Test func threads_haveTheWholeContextOfTheCaller_alsoInAsynchronousFunctions() async throws {
        let tracer = InMemoryTracer()
        let pool = try TracedExecutor(try ThreadPool(maxWorkers: 2), tracer: tracer, spanName: "job")
        let (values, parent) = try await underSpan(of: tracer) {
            let closure = try pool.submit(options: .default) { _ in ServiceContext.current?[SecretKey.self] }
            let asynchronous = try pool.submit {
                await Task.yield()
                return ServiceContext.current?[SecretKey.self] ?? ""
            }
            return (try await closure.value(), try await asynchronous.value())
        }
        #expect(values.0 == "secret")
        #expect(values.1 == "secret")
        let spans = try await spans(2, under: parent, of: tracer)
        #expect(spans.allSatisfy { $0.operationName == "job" })
        #expect(spans.allSatisfy { $0.attributes.get("multitasking.outcome") == "success" })
        #expect(spans.allSatisfy { $0.attributes.get("multitasking.run_time") != nil })
        await pool.shutdown(.drain)
        #expect(tracer.activeSpans.isEmpty)
    }

    @Test func simulation_hasWhatIsCodable_andSpansOfTasksThatThrowAndAreRefused() async throws {
        let tracer = InMemoryTracer()
        let pool = try TracedExecutor(try InMemoryPool(), tracer: tracer)
        #expect(pool as Any is any HasTimeline)
        let (values, parent) = try await underSpan(of: tracer) {
            let plain = try pool.submit { ServiceContext.current?[UserKey.self] ?? "" }
            let asynchronous = try pool.submit {
                await Task.yield()
                return ServiceContext.current?[UserKey.self] ?? ""
            }
            let failed = try pool.submit { () throws -> Int in throw Refused() }
            await #expect(throws: (any Error).self) { try await failed.value() }
            return (try await plain.value(), try await asynchronous.value())
        }
        #expect(values.0 == "alice")
        #expect(values.1 == "alice")
        let ended = try await spans(3, under: parent, of: tracer)
        #expect(ended.count { !$0.errors.isEmpty } == 1)
        await pool.shutdown(.drain)
        #expect(tracer.activeSpans.isEmpty)
        let (_, refused) = try await underSpan(of: tracer) {
            #expect(throws: MultitaskingError.self) { try pool.submit(1) { $0 } }
        }
        #expect(try await spans(1, under: refused, of: tracer)[0].status?.code == .error)
    }

    @Test func simulation_goesOn_whenASubmissionIsRefusedWhileTasksEnd() throws {
        for seed in UInt64(0)..<200 {
            let tracer = InMemoryTracer()
            let pool = try TracedExecutor(try InMemoryPool(.seed(seed)), tracer: tracer)
            let futures = try (0..<2).map { try pool.submit(addOne, $0) }
            #expect(throws: MultitaskingError.self) {
                try pool.submit(addOne, options: TaskOptions(timeout: .seconds(-1)), 2)
            }
            #expect(try futures.map { try $0.value() } == [1, 2], "seed \(seed)")
            pool.shutdown(.drain)
            #expect(tracer.activeSpans.isEmpty, "seed \(seed)")
            #expect(tracer.finishedSpans.count { !$0.errors.isEmpty } == 1, "seed \(seed)")
            #expect(tracer.finishedSpans.count { $0.attributes.get("multitasking.worker") != nil } == 2, "seed \(seed)")
        }
    }

    @Test func simulation_hasAllTasks_whenCallsThatHaveTheirArgumentsWaitForRoom() throws {
        let pool = try TracedExecutor(
            try InMemoryPool(.seed(1), options: InMemoryOptions(maxWorkers: 1, taskLimit: 1)), tracer: InMemoryTracer())
        let first = try pool.submit(addOne, 1)
        let others = try (0..<2).map { _ in try pool.submit(addOne, resultsOf: first) }
        #expect(try others.map { try $0.value() } == [3, 3])
        pool.shutdown(.drain)
    }

    @Test(arguments: [ShutdownMode.drain, .cancelQueued]) func shutdown_runsOrCancelsCallsThatWaitForResults(
        _ mode: ShutdownMode
    ) async throws {
        let pool = try TracedExecutor(try ThreadPool(maxWorkers: 1), tracer: InMemoryTracer())
        let argument = Promise<Int>()
        let dependent = try pool.submit(addOne, resultsOf: argument.future)
        async let end: Void = pool.shutdown(mode)
        if mode == .drain { argument.fulfill(1) }
        await end
        withExtendedLifetime(argument) {}
        if mode == .drain { #expect(try await dependent.value(timeout: .seconds(20)) == 2) }
        #expect(dependent.isDone)
        #expect(dependent.isCancelled == (mode != .drain))
    }

    /// The promise is never kept, so only the end of the pool can end the wait.
    @Test(arguments: [false, true]) func interrupt_cancelsCallsThatWaitForResults(inThreads: Bool) throws {
        let argument = Promise<Int>()
        #expect(throws: MultitaskingError.self) {
            try withExecutor(
                inThreads
                    ? try ThreadPool(maxWorkers: 1).traced(by: InMemoryTracer())
                    : try ProcessPool(maxWorkers: 1).traced(by: InMemoryTracer()),
                interrupts: .shutDown(within: .seconds(60))
            ) { manager in
                let dependent = try manager.executor.submit(addOne, resultsOf: argument.future)
                kill(getpid(), SIGINT)
                #expect(dependent.waitUntilDone(.upTo(.seconds(20))))
                #expect(dependent.isCancelled)
            }
        }
    }

    @Test func tracedExecutor_canBeRecorded_whenItsBaseCan() throws {
        let traced = try TracedExecutor(try ThreadPool(maxWorkers: 1), tracer: InMemoryTracer())
        defer { traced.shutdown(.drain) }
        let path = FileManager.default.temporaryDirectory.path + "/traced-\(UUID()).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let value = try traced.record(to: path) {
            try traced.submit(addOne, options: TaskOptions(name: "one"), 1).value()
        }
        #expect(value == 2)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\"one\""))
    }

    @Test func tracedExecutor_isWhatItsBaseIs() throws {
        let threads = try ThreadPool(maxWorkers: 1)
        let traced: any Executor = try (threads as any Executor).traced(by: InMemoryTracer())
        defer { traced.shutdown(.drain) }
        #expect(traced is any InProcessExecutor)
        #expect(traced is any WorkerExecutor)
        #expect(traced is any SharingExecutor)
        #expect(traced is any GradualShutdown)
        #expect(!(traced is any HasTimeline))
        #expect(traced.maxWorkers == 1)
        try withExtendedLifetime(TaskManager(executor: traced, globals: .none)) { manager in
            let session = try manager.session().submit("double", 21) { $0 * 2 }
            #expect(try session.results()["double"]?.get(as: Int.self) == 42)
        }
    }
}
