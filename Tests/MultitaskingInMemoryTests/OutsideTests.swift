import Foundation
import Multitasking
import MultitaskingInMemory
import Synchronization
import Testing

/// Waits in a simulation for what isn't part of it: promises that other threads keep, and tasks of other pools.
@Suite(.timeLimit(.minutes(2))) struct OutsideTests {
    /// A wait for what comes from outside, which gives 3.
    enum Wait: CaseIterable {
        case value, argument, chain, continuation, several, winner, sequence, selection

        func value(of future: Future<Int>, on pool: InMemoryPool) throws -> Int {
            let own = try pool.submit(double, 4)
            switch self {
            case .value: return try future.value()
            case .argument: return try pool.submit(double, resultsOf: future).value() / 2
            case .chain:
                let first = try pool.submit(double, resultsOf: future)
                return try pool.submit(add, resultsOf: own, first).then { $0 - 8 }.value() / 2
            case .continuation: return try own.then { _ in future }.then { $0 }.value()
            case .several:
                #expect(try wait(for: [own, future], until: .count(2)).notDone.isEmpty)
                return try future.value()
            case .winner:
                let failing = try pool.submit(refuse, "to win")
                return try race([failing, future, future.then { $0 }])
            case .sequence:
                let values = try valuesAsTheyCome([future, own])
                #expect(values.sorted() == [3, 8])
                return try #require(values.last)
            case .selection:
                #expect(own.waitUntilDone())
                let channel = try pool.makeChannel()
                #expect(try selected(of: [channel, future]) == 1)
                return try future.value()
            }
        }
    }

    @Test(arguments: Wait.allCases)
    func promiseThatAnotherThreadKeeps_isWaitedFor(_ wait: Wait) throws {
        let pool = try InMemoryPool(.seed(1))
        let promise = Promise<Int>()
        fulfill(promise, after: 0.1)
        #expect(try wait.value(of: promise.future, on: pool) == 3)
        pool.shutdown()
        #expect(pool.elapsed < .seconds(1))
    }

    /// A task of a pool ends, so it is waited for longer than for what may never come.
    @Test(arguments: Wait.allCases)
    func taskOfAnotherPool_isWaitedForAsLongAsItTakes(_ wait: Wait) throws {
        let pool = try InMemoryPool(.seed(1))
        let others = try ThreadPool(maxWorkers: 1)
        let never = others.makeCancelSignal()
        let future = try others.submit {
            _ = never.waitUntilSet(.upTo(.seconds(1.5)))
            return 3
        }
        #expect(try wait.value(of: future, on: pool) == 3)
        pool.shutdown()
        #expect(pool.elapsed < .seconds(1))
        others.shutdown()
    }

    @Test(arguments: Wait.allCases)
    func promiseThatNobodyKeeps_isADeadlock(_ wait: Wait) throws {
        let pool = try InMemoryPool(.seed(1))
        let promise = Promise<Int>()
        var codes: [MultitaskingError.Code?] = []
        do { codes = [MultitaskingError.Code("none: \(try wait.value(of: promise.future, on: pool))")] } catch {
            let cause = (error as? MultitaskingError)?.cause ?? error
            codes = ((error as? RaceError)?.errors ?? [cause]).map { ($0 as? MultitaskingError)?.code }
        }
        #expect(codes.contains(.deadlock) && !codes.contains(.timedOut), "\(codes)")
        pool.shutdown(.kill)
    }

    /// The thread that waits must not keep the turn from those that bring about what it waits for.
    /// As when blocking tests run in parallel.
    @Test func waitsThatBlockAllThreadsOfSwiftConcurrency_end() async {
        await withTaskGroup(of: Bool.self) { group in
            for seed in 0..<2 * UInt64(ProcessInfo.processInfo.activeProcessorCount) {
                group.addTask { isADeadlock(in: seed) }
            }
            for await isADeadlock in group { #expect(isADeadlock) }
        }
    }

    @Test(arguments: UInt64(0)..<10)
    func promisesThatTheSimulationKeeps_areWaitedForTogether(_ seed: UInt64) throws {
        let pool = try InMemoryPool(.seed(seed))
        let promises = (0..<2).map { _ in Promise<Int>() }
        let futures = promises.map(\.future)
        try pool.submit(double, 4).whenDone { promises[0].fulfill(1) }
        #expect(try select(futures) == 0)
        try pool.submit(double, 4).whenDone { promises[1].fulfill(2) }
        #expect(try valuesAsTheyCome(futures) == [1, 2])
        pool.shutdown()
    }

    /// Both simulations have the same parent, which waits in one of them.
    @Test(arguments: Wait.allCases)
    func taskOfAnotherSimulation_goesOnMeanwhile(_ wait: Wait) throws {
        let (pool, others) = (try InMemoryPool(.seed(1)), try InMemoryPool(.seed(2)))
        let bell = Bell(try others.makeCancelSignal())
        let future = try others.submit(giveThreeInTime, bell, .seconds(60))
        #expect(try wait.value(of: future, on: pool) == 3)
        #expect(pool.elapsed < .seconds(1) && others.elapsed >= .seconds(60))
        // The parent of both goes on in either.
        #expect(try others.submit(double, 1).value() + pool.submit(double, 2).value() == 6)
        pool.shutdown()
        others.shutdown()
        withExtendedLifetime(bell) {}
    }

    /// In between, a task neither waits for its arguments nor has been submitted.
    @Test func resultOfAnotherPool_mayTakeAWhileToBeHandedOn() throws {
        let pool = try InMemoryPool(.seed(1))
        let others = try ThreadPool(maxWorkers: 1)
        let slow = try others.submit { SlowToEncode(number: 3) }
        #expect(try pool.submit(numberOf, resultsOf: slow).value() == 3)
        pool.shutdown()
        others.shutdown()
    }

    @Test func drain_waitsForWhatDependsOnAnotherSimulation() throws {
        let (pool, others) = (try InMemoryPool(.seed(1)), try InMemoryPool(.seed(2)))
        let bell = Bell(try others.makeCancelSignal())
        let future = try others.submit(giveThreeInTime, bell, .seconds(60))
        let dependent = try pool.submit(double, resultsOf: future)
        pool.shutdown(.drain)
        #expect(try dependent.value() == 6)
        others.shutdown()
        withExtendedLifetime(bell) {}
    }

    /// What the other simulation waits for in turn comes from neither of them.
    @Test func taskOfAnotherSimulation_mayWaitForTasksOfRealPools() throws {
        let (pool, others) = (try InMemoryPool(.seed(1)), try InMemoryPool(.seed(2)))
        let threads = try ThreadPool(maxWorkers: 1)
        let never = threads.makeCancelSignal()
        let future = try threads.submit {
            _ = never.waitUntilSet(.upTo(.seconds(1.5)))
            return 3
        }
        let theirs = try others.submit(double, resultsOf: others.submit(valueOfTheBox, FutureBox(future)))
        #expect(try pool.submit(double, resultsOf: theirs).value() == 12)
        pool.shutdown()
        others.shutdown()
        threads.shutdown()
    }

    @Test(arguments: Wait.allCases)
    func deadlockOfAnotherSimulation_isThatOfItsTask(_ wait: Wait) throws {
        let (pool, others) = (try InMemoryPool(.seed(1)), try InMemoryPool(.seed(2)))
        let channel = Pipe(try others.makeChannel())
        let stuck = try others.submit(receiveNumber, channel)
        // A failed task is no winner.
        if wait != .winner { #expect(throws: MultitaskingError.self) { try wait.value(of: stuck, on: pool) } }
        #expect(deadlock { try pool.submit(double, resultsOf: stuck).value() })
        #expect(pool.failure == nil && others.failure?.code == .deadlock)
        pool.shutdown()
        others.shutdown()
        withExtendedLifetime(channel) {}
    }

    @Test func tasksOfTwoSimulations_thatWaitForEachOther_areADeadlock() throws {
        let (pool, others) = (try InMemoryPool(.seed(1)), try InMemoryPool(.seed(2)))
        let box = FutureBox()
        let first = try others.submit(valueOfTheBox, box)
        let second = try pool.submit(double, resultsOf: first)
        box.fill(with: second)
        #expect(deadlock { try second.value() })
        pool.shutdown(.kill)
        others.shutdown(.kill)
    }

    /// A worker that waits elsewhere keeps the turn of its simulation.
    @Test func taskThatWaitsInItsOwnSimulation_forAnotherTaskOfTheFirst_isADeadlock() throws {
        let others = try InMemoryPool(.seed(2), options: InMemoryOptions(maxWorkers: 2))
        let box = FutureBox()
        let first = try others.submit(waitInASimulation, box)
        box.fill(with: try others.submit(double, 4))
        #expect(deadlock { try first.value() })
        others.shutdown(.kill)
    }

    @Test func selectAmongPools_goesOnWithTheSimulation_whicheverComesFirst() throws {
        let pool = try InMemoryPool(.seed(1))
        let others = try ThreadPool(maxWorkers: 1)
        let (channel, signal) = (try others.makeChannel(), try pool.makeCancelSignal())
        let future = try pool.submit(double, 4)
        #expect(try select(channel, signal, future) == 2)
        #expect(try select(channel, signal, wait: .upTo(.seconds(600))) == nil)
        #expect(pool.elapsed >= .seconds(600))
        pool.shutdown()
        others.shutdown()
    }

    @Test func drain_waitsForWhatDependsOnAPromiseThatAnotherThreadKeeps() throws {
        let pool = try InMemoryPool(.seed(1))
        let promise = Promise<Int>()
        let dependent = try pool.submit(double, resultsOf: promise.future)
        fulfill(promise, after: 0.1)
        pool.shutdown(.drain)
        #expect(try dependent.value() == 6)
    }

    /// Its function runs outside, in the call that keeps the promise.
    @Test func continuationOfAPromise_mayTakeAWhile() throws {
        let pool = try InMemoryPool(.seed(1))
        let promise = Promise<Int>()
        let next = promise.future.then { (value: Int) -> Int in
            Thread.sleep(forTimeInterval: 0.3)
            return value
        }
        fulfill(promise, after: 0.1)
        #expect(try pool.submit(double, resultsOf: next).value() == 6)
        pool.shutdown()
    }

    // The thread that ends a real pool has a simulation, which has nothing to do with that, or may bring about its end.

    @Test func drainOfARealPool_waitsForAPromise_inRealTime() throws {
        let (pool, threads) = (try InMemoryPool(.seed(1)), try ThreadPool(maxWorkers: 1))
        let promise = Promise<Int>()
        let dependent = try threads.submit(double, resultsOf: promise.future)
        fulfill(promise, after: 0.2)
        #expect(threads.shutdown(.drain, within: .seconds(30)))
        #expect(try dependent.value() == 6)
        #expect(pool.elapsed < .seconds(1))
        pool.shutdown()
    }

    @Test func drainOfARealPoolWithoutALimit_waitsForAPromise_asLongAsItTakes() throws {
        let (pool, threads) = (try InMemoryPool(.seed(1)), try ThreadPool(maxWorkers: 1))
        let promise = Promise<Int>()
        let dependent = try threads.submit(double, resultsOf: promise.future)
        fulfill(promise, after: 1.5)
        threads.shutdown()
        #expect(try dependent.value() == 6)
        #expect(pool.failure == nil)
        #expect(try pool.submit(double, 4).value() == 8)
        pool.shutdown()
    }

    @Test func limitOfTheDrainOfARealPool_passesInRealTime() throws {
        let (pool, threads) = (try InMemoryPool(.seed(1)), try ThreadPool(maxWorkers: 1))
        let promise = Promise<Int>()
        let dependent = try threads.submit(double, resultsOf: promise.future)
        let start = ContinuousClock.now
        #expect(!threads.shutdown(.drain, within: .seconds(1)))
        let end = ContinuousClock.now - start
        #expect(end >= .seconds(1) && end < .seconds(20), "\(end)")
        #expect(dependent.state == .cancelled && pool.failure == nil && pool.elapsed < .seconds(1))
        pool.shutdown()
    }

    @Test func drainOfARealPool_waitsForWhatTheSimulationBringsAbout() throws {
        let (pool, threads) = (try InMemoryPool(.seed(1)), try ThreadPool(maxWorkers: 1))
        let bell = Bell(try pool.makeCancelSignal())
        let (slow, slower) = (
            try pool.submit(giveThreeInTime, bell, .seconds(60)), try pool.submit(giveThreeInTime, bell, .seconds(600))
        )
        let promise = Promise<Int>()
        slower.whenDone { promise.fulfill(4) }
        let dependent = try threads.submit(add, resultsOf: slow, promise.future)
        #expect(threads.shutdown(.drain, within: .seconds(30)))
        #expect(try dependent.value() == 7)
        pool.shutdown()
        withExtendedLifetime(bell) {}
    }

    @Test func drainOfARealPool_endsWithADeadlockOfTheSimulation_ifNothingElseCouldEndIt() throws {
        let (pool, threads) = (try InMemoryPool(.seed(1)), try ThreadPool(maxWorkers: 1))
        let channel = Pipe(try pool.makeChannel())
        let dependent = try threads.submit(double, resultsOf: pool.submit(receiveNumber, channel))
        threads.shutdown()
        #expect(deadlock { try dependent.value() })
        pool.shutdown()
        withExtendedLifetime(channel) {}
    }

    /// What has nothing to do with others gets no real time, and its deadlock is found at once.
    @Test func whatDependsOnTasksOfTheSimulationOnly_takesNoRealTime() throws {
        let start = ContinuousClock.now
        for seed in UInt64(0)..<20 {
            let pool = try InMemoryPool(.seed(seed))
            let bell = Bell(try pool.makeCancelSignal())
            let slow = try pool.submit(waitForNothing, bell, .seconds(600))
            let dependent = try pool.submit(isFalse, resultsOf: slow).then { try pool.submit(double, $0 ? 1 : 0) }
            #expect(try valuesAsTheyCome([dependent]) == [2])
            let channel = Pipe(try pool.makeChannel())
            let stuck = try pool.submit(isNil, resultsOf: pool.submit(receiveInTheEnd, channel))
            #expect(throws: RaceError.self) { try race([stuck, stuck.then { $0 }]) }
            pool.shutdown()
            withExtendedLifetime((bell, channel)) {}
        }
        #expect(ContinuousClock.now - start < .seconds(20 * 0.5))
    }

    @Test func deadlockBesideATaskThatPolls_isFound_whereTheParentWaitsForADependentTask() throws {
        let pool = try InMemoryPool(.seed(1))
        let channel = Pipe(try pool.makeChannel())
        let dependent = try pool.submit(double, resultsOf: pool.submit(poll, channel))
        let error = #expect(throws: MultitaskingError.self) { try dependent.value() }
        #expect(error?.code == .dependencyFailed)
        // Not that of a simulation that has taken too many steps.
        let cause = error?.cause as? MultitaskingError
        #expect(cause?.message.contains("no party can continue") == true, "\(String(describing: cause))")
        pool.shutdown()
        withExtendedLifetime(channel) {}
    }
}

/// Looks for an element until there is one.
private func poll(_ pipe: Pipe) throws -> Int {
    while true { if let number = try pipe.channel.receive(as: Int.self, wait: .never) { return number } }
}

private func add(_ first: Int, _ second: Int) -> Int { first + second }

private func isFalse(_ value: Bool) -> Bool { !value }

private func isNil(_ value: Int?) -> Bool { value == nil }

/// Gives 3 after a while of virtual time.
private func giveThreeInTime(_ bell: Bell, _ duration: Duration) -> Int { waitForNothing(bell, duration) ? 0 : 3 }

private func receiveNumber(_ pipe: Pipe) throws -> Int {
    try pipe.channel.receive(as: Int.self, wait: .forever) ?? 0
}

private func valueOfTheBox(_ box: FutureBox) throws -> Int { try box.future().value() }

private func waitInASimulation(_ box: FutureBox) throws -> Int {
    let pool = try InMemoryPool(.seed(3))
    defer { pool.shutdown(.kill) }
    return try pool.submit(double, resultsOf: box.future()).value()
}

/// Whether `body` ends with a deadlock, or with what has failed because of one.
private func deadlock(_ body: () throws -> Int) -> Bool {
    do {
        _ = try body()
        return false
    } catch {
        var next: (any Error)? = error
        while let error = next as? MultitaskingError {
            if error.code == .deadlock { return true }
            next = error.cause
        }
        return false
    }
}

/// A future for a task, which shares the memory of its parent.
struct FutureBox: Codable, Sendable {
    private static let futures = Mutex<[UUID: Future<Int>]>([:])

    private var id = UUID()

    init() {}

    init(_ future: Future<Int>) { fill(with: future) }

    func fill(with future: Future<Int>) { Self.futures.withLock { $0[id] = future } }

    func future() throws -> Future<Int> { try #require(Self.futures.withLock { $0[id] }) }
}

// Blocking, also where a macro could choose the asynchronous forms.

private func valuesAsTheyCome(_ futures: [Future<Int>]) throws -> [Int] {
    let ended: Completions = completions(of: futures)
    let values = try ended.map { try $0.value() }
    if let error = ended.timedOut { throw error }
    return values
}

private func selected(of sources: [any Selectable]) throws -> Int? { try select(sources) }

/// Waits for a promise that nobody keeps.
private func isADeadlock(in seed: UInt64) -> Bool {
    guard let pool = try? InMemoryPool(.seed(seed)) else { return false }
    defer { pool.shutdown(.kill) }
    let promise = Promise<Int>()
    return deadlock { try pool.submit(double, resultsOf: promise.future).value() }
}

struct SlowToEncode: Codable, Sendable {
    var number: Int

    init(number: Int) { self.number = number }

    init(from decoder: any Decoder) throws { number = try decoder.singleValueContainer().decode(Int.self) }

    func encode(to encoder: any Encoder) throws {
        Thread.sleep(forTimeInterval: 0.3)
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

func numberOf(_ value: SlowToEncode) -> Int { value.number }

/// Has another thread keep a promise, with 3.
private func fulfill(_ promise: Promise<Int>, after seconds: TimeInterval) {
    Thread.detachNewThread {
        Thread.sleep(forTimeInterval: seconds)
        promise.fulfill(3)
    }
}
