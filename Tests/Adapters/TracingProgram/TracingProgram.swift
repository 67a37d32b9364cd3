import InMemoryTracing
import Multitasking
import MultitaskingProcesses
import MultitaskingTracing
import Tracing

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// A value of the caller, under a key that another process finds by its name.
enum UserKey: ServiceContextKey { typealias Value = String }

/// A value that only an instrument carries: it is not `Codable`.
struct Baggage: Sendable { let text: String }
enum BaggageKey: ServiceContextKey { typealias Value = Baggage }

struct BaggageInstrument: Instrument {
    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        context[BaggageKey.self] = extractor.extract(key: "baggage", from: carrier).map(Baggage.init)
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        if let baggage = context[BaggageKey.self] { injector.inject(baggage.text, forKey: "baggage", into: &carrier) }
    }
}

/// What a task sees of its caller's context.
struct Seen: Codable, Sendable, Equatable {
    var user = ServiceContext.current?[UserKey.self]
    var baggage = ServiceContext.current?[BaggageKey.self]?.text
    var span = ServiceContext.current?.inMemorySpanContext?.spanID
}

@Sendable func look() -> Seen { Seen() }
@Sendable func lookAsynchronously() async -> Seen {
    await Task.yield()
    return Seen()
}
@Sendable func look(after milliseconds: Int) -> Int {
    usleep(UInt32(milliseconds) * 1000)
    return milliseconds
}
@Sendable func fail(_ reason: String) throws -> Int { throw Refused(reason: reason) }
@Sendable func crash(_ number: Int) -> Int { number + [Int]()[number] }

struct Refused: Error, Codable { let reason: String }

/// Gives each worker of a spawned pool what a forked one has inherited.
@Sendable func bootstrap() { bootstrap(InMemoryTracer()) }
func bootstrap(_ tracer: InMemoryTracer) {
    InstrumentationSystem.bootstrap(MultiplexInstrument([BaggageInstrument(), tracer]))
}

/// Checks the spans of tasks in processes: `tracing fork` or `tracing spawn`. Ends with 1 and says what is wrong.
@main
struct TracingProgram {
    static func main() throws {
        let isSpawned = CommandLine.arguments.contains("spawn")
        let tracer = InMemoryTracer()
        bootstrap(tracer)
        let base =
            if isSpawned {
                try ProcessPool(maxWorkers: 1, startMethod: .spawn, initializer: bootstrap)
            } else { try ProcessPool(maxWorkers: 1, startMethod: .fork) }
        let pool = try TracedExecutor(base)
        var checks = Checks(tracer)

        let seen = try checks.parent { try pool.submit(look).value() }
        checks.expect(seen.value.user == "alice", "the context's value is in the task: \(seen.value)")
        checks.expect(seen.value.baggage == "umbrella", "so is what another instrument carries: \(seen.value)")
        checks.expect(seen.spans.map(\.spanID) == [seen.value.span], "the task's context is that of its span")
        let asynchronous = try checks.parent { try pool.submit(lookAsynchronously).value() }
        checks.expect(asynchronous.value.user == "alice", "it is in an asynchronous function: \(asynchronous.value)")

        let addend = 20
        let closure = try checks.parent { try pool.submit(1) { $0 + addend }.value() }
        checks.expect(closure.value == 21 && closure.spans.count == 1, "closures that capture are traced")

        let busy = try checks.parent {
            let first = try pool.submit(look(after:), 150)
            let second = try pool.submit(look(after:), 20)
            return try first.value() + second.value()
        }
        let waits = busy.spans.map { ($0.number("queue_time"), $0.number("run_time")) }.sorted { $0.0 < $1.0 }
        checks.expect(
            waits.count == 2 && waits[0].1 >= 0.15 && waits[1].0 >= 0.15 && waits[1].1 >= 0.02, "times: \(waits)")

        let thrown = try checks.parent { try? pool.submit(fail, "no paper").value() }
        checks.expect(thrown.spans.first?.errors.first?.error is Refused, "a thrown error is the span's")
        checks.expect(thrown.spans.first?.status?.code == .error, "and so is the status")

        let crashed = try checks.parent {
            try? pool.submit(crash, options: TaskOptions(retries: .onCrash(1)), 1).value()
        }
        let span = crashed.spans.first
        checks.expect(span?.number("attempts") == 2, "a crash in each of two attempts: \(crashed.spans)")
        checks.expect(span?.events.count == 2, "each start is an event")
        checks.expect((span?.number("pid") ?? 0) > 0, "the worker's process is known although it died")
        checks.expect(span?.text("outcome") == "failure", "outcome: \(span?.text("outcome") ?? "none")")

        let cancelled = try checks.parent {
            let first = try pool.submit(look(after:), 100)
            let second = try pool.submit(look(after:), 100)
            second.cancel()
            return try first.value()
        }
        checks.expect(
            cancelled.spans.map { $0.text("outcome") }.sorted() == ["cancelled", "success"],
            "one is cancelled: \(cancelled.spans.map { $0.text("outcome") })")

        let mapped = try pool.map(look(after:), [1, 2, 3]).values()
        checks.expect(mapped == [1, 2, 3], "map works")
        let shared = try pool.share([1, 2, 3])
        checks.expect(shared.count == 3, "share works")
        for _ in 1...100 { _ = try pool.submit(look(after:), 0) }
        checks.expect(pool.shutdown(.drain, within: .seconds(60)), "a traced pool drains")
        checks.expect(tracer.activeSpans.isEmpty, "\(tracer.activeSpans.count) spans are open after the shutdown")
        checks.finish()
    }
}

struct Checks {
    private let tracer: InMemoryTracer
    private var faults: [String] = []

    init(_ tracer: InMemoryTracer) { self.tracer = tracer }

    /// What `body` returns, and the spans of the tasks that it has submitted.
    func parent<Value>(_ body: () throws -> Value) throws -> (value: Value, spans: [FinishedInMemorySpan]) {
        var context = ServiceContext.topLevel
        context[UserKey.self] = "alice"
        context[BaggageKey.self] = Baggage(text: "umbrella")
        let (value, parent) = try ServiceContext.withValue(context) {
            try tracer.withSpan("caller") { span in (try body(), span.context.inMemorySpanContext?.spanID) }
        }
        // A span ends a moment after its task.
        let end = ContinuousClock.now + .seconds(20)
        while tracer.activeSpans.contains(where: { $0.parentSpanID == parent }), .now < end { usleep(1000) }
        return (value, tracer.finishedSpans.filter { $0.parentSpanID == parent })
    }

    mutating func expect(_ condition: Bool, _ text: String) { if !condition { faults.append(text) } }

    func finish() {
        for fault in faults { print("wrong:", fault) }
        if faults.isEmpty { print("all spans are right") }
        exit(faults.isEmpty ? 0 : 1)
    }
}

extension FinishedInMemorySpan {
    func number(_ name: String) -> Double {
        switch attributes.get("multitasking.\(name)") {
        case .double(let value)?: value
        case .int32(let value)?: Double(value)
        case .int64(let value)?: Double(value)
        default: -1
        }
    }

    func text(_ name: String) -> String {
        if case .string(let text)? = attributes.get("multitasking.\(name)") { text } else { "" }
    }
}
