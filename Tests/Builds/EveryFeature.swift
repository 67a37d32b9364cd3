import Dispatch
import Glibc
import Multitasking
import MultitaskingProcesses
import Synchronization

// What a pool is used for, once each: `make test-builds` builds this in the ways in which programs are shipped.

struct Point: Codable, Sendable, Equatable {
    var x: Int
    var name: String
}
struct Refusal: Error, Codable, Equatable { var number: Int }

func twice(_ x: Int) -> Int { x * 2 }
func move(_ point: Point, _ steps: [Int]) -> Point { Point(x: point.x + steps.reduce(0, +), name: point.name + "!") }
func first<Element: Codable & Sendable>(_ elements: [Element]) -> Element? { elements.first }
func later(_ x: Int) async -> Int {
    try? await Task.sleep(for: .milliseconds(1))
    return x * 2
}
func together(_ x: Int) async -> Int {
    async let left = later(x)
    async let right = later(x + 1)
    return await left + right
}
@MainActor func onMain(_ x: Int) -> Int {
    dispatchPrecondition(condition: .onQueue(.main))
    return x + 1
}
func viaMain(_ x: Int) async -> Int { await onMain(x) }
func viaMainQueue(_ x: Int) -> Int { DispatchQueue.main.sync { MainActor.assumeIsolated { onMain(x) } } }
func viaDispatch(_ x: Int) -> Int {
    let sum = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 8) { index in sum.withLock { $0 += index * x } }
    return sum.withLock { $0 }
}
func refuse(_ x: Int) throws -> Int { throw Refusal(number: x) }
// A precondition is not checked in every build.
func trap(_ x: Int) -> Int { fatalError("this trap is meant") }
func beKilled(_ x: Int) -> Int32 { kill(getpid(), SIGKILL) }
func hang(_ x: Int) -> Int { while true { sleep(100) } }
func initialize() { initialized.store(1, ordering: .relaxed) }
let initialized = Atomic<Int>(0)
func isInitialized(_ x: Int) -> Int { initialized.load(ordering: .relaxed) }
func echo(_ context: TaskContext, _ factor: Int) throws {
    while !context.isCancelled {
        guard let value = try context.readInput(as: Int.self, wait: .upTo(.milliseconds(20))) else { continue }
        _ = try context.writeOutput(value * factor, wait: .forever)
    }
}

@main struct EveryFeature {
    static func main() throws {
        for method in [StartMethod.fork, .spawn] {
            try withProcessPoolExecutor(maxWorkers: 2, startMethod: method, initializer: initialize) { manager in
                try runTasks(manager, "\(method)")
                try runEnds(manager, "\(method)")
                try talk(manager, "\(method)")
            }
            try runDirectly(method)
        }
        try withThreadPoolExecutor(maxWorkers: 2) { manager in
            let session = try manager.session().submit("a", twice, 21)
            expect(try value(session.results()["a"]), 42, "threads: a task")
            session.destroy()
        }
        let count = failures.load(ordering: .relaxed)
        print(count == 0 ? "every feature works" : "\(count) features do not work")
        exit(count == 0 ? 0 : 1)
    }

    static let failures = Atomic<Int>(0)

    static func expect<Value: Equatable>(_ found: @autoclosure () throws -> Value, _ expected: Value, _ what: String) {
        do {
            let value = try found()
            guard value != expected else { return }
            print("FAILED: \(what) gives \(value), not \(expected)")
        } catch { print("FAILED: \(what) throws \(error)") }
        failures.add(1, ordering: .relaxed)
    }

    static func value<Value>(_ result: TaskResult?) throws -> Value {
        guard let result else { throw Refusal(number: -1) }
        return try result.get()
    }

    static func runTasks(_ manager: TaskManager, _ pool: String) throws {
        let session = try manager.session()
            .submit("named", twice, 21).submit("closure", 20) { $0 + 1 }
            .submit("struct", move, Point(x: 1, name: "a"), [1, 2, 3]).submit("generic", first, ["x", "y"])
            .submit("async", later, 4).submit("child tasks", together, 4).submit("main actor", viaMain, 4)
            .submit("main queue", viaMainQueue, 5).submit("Dispatch", viaDispatch, 2)
            .submit("initializer", isInitialized, 0)
        let end = try session.waitForAll(timeout: .seconds(30))
        expect(end.notDone.count, 0, "\(pool): how many tasks do not end")
        let results = try session.results(timeout: .seconds(1))
        expect(try value(results["named"]), 42, "\(pool): a named function")
        expect(try value(results["closure"]), 21, "\(pool): a closure")
        expect(try value(results["struct"]), Point(x: 7, name: "a!"), "\(pool): a struct")
        expect(try value(results["generic"]) as String?, "x", "\(pool): a generic function")
        expect(try value(results["async"]), 8, "\(pool): an asynchronous function")
        expect(try value(results["child tasks"]), 18, "\(pool): child tasks")
        expect(try value(results["main actor"]), 5, "\(pool): the main actor")
        expect(try value(results["main queue"]), 6, "\(pool): the main queue")
        expect(try value(results["Dispatch"]), 56, "\(pool): Dispatch")
        expect(try value(results["initializer"]), 1, "\(pool): the initializer")
        session.destroy()
        let mapped = try manager.map("m-", twice, 0..<100)
        expect(try mapped.results().map { try $0.value.get() as Int }, (0..<100).map { $0 * 2 }, "\(pool): map")
    }

    static func runEnds(_ manager: TaskManager, _ pool: String) throws {
        let limited = TaskOptions(timeout: .milliseconds(50), gracePeriod: .zero)
        let session = try manager.session()
            .submit("throws", refuse, 3).submit("traps", trap, 1).submit("is killed", beKilled, 1)
            .submit("hangs", hang, options: limited, 1)
        let results = try session.results(timeout: .seconds(30))
        expect(results["throws"]?.error as? Refusal, Refusal(number: 3), "\(pool): a thrown error")
        for (name, code) in [
            ("traps", MultitaskingError.Code.workerCrashed), ("is killed", .workerCrashed), ("hangs", .taskTimedOut),
        ] {
            expect((results[name]?.error as? MultitaskingError)?.code, code, "\(pool): a task that \(name)")
        }
        session.destroy()
    }

    static func talk(_ manager: TaskManager, _ pool: String) throws {
        let session = try manager.session(outputQueue: true, cancelEvent: true)
            .submit("echo", echo, scopes: .session, 3)
        for number in 1...100 { _ = try session.context.writeInput(number) }
        var sum = 0
        for _ in 1...100 { sum += try session.context.readOutput(as: Int.self, wait: .upTo(.seconds(20))) ?? 0 }
        expect(sum, 15150, "\(pool): queues")
        try session.context.setCancelEvent()
        expect(try session.waitForAll(timeout: .seconds(20)).notDone.count, 0, "\(pool): the cancel event")
        session.destroy()
    }

    /// The backend itself: futures, channels, signals, and a task that captures, in a copy where there can be one.
    static func runDirectly(_ method: StartMethod) throws {
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method)
        let channel = try pool.makeChannel(capacity: nil)
        let payload = [UInt8](repeating: 7, count: 100_000)
        expect(try channel.send(payload, wait: .never), true, "\(method): sending")
        expect(try channel.receive(as: [UInt8].self, wait: .upTo(.seconds(5))), payload, "\(method): receiving")
        let signal = try pool.makeCancelSignal()
        signal.set()
        expect(signal.isSet, true, "\(method): a signal")
        if method == .fork {
            let base = CommandLine.arguments.count + 40
            let copy = try pool.submit(1) { (x: Int) async -> Int in await viaMain(x + base) }
            expect(try copy.value(timeout: .seconds(20)), base + 2, "\(method): a task that captures")
        }
        pool.shutdown(.drain)
    }
}
