import Multitasking
import MultitaskingInMemory
import MultitaskingSystem
import Testing

/// Calls that wait for the results of others when the end of their pool begins.
@Suite(.timeLimit(.minutes(1))) struct DependentsAtTheEndTests {
    enum Backend: CaseIterable {
        case threads, processes, simulation

        func makePool() throws -> any Executor {
            switch self {
            case .threads: try ThreadPool(maxWorkers: 1)
            case .processes: try ProcessPool(maxWorkers: 1)
            case .simulation: try InMemoryPool(.seed(1))
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func shutdown_afterItHasBegun_doesNotWaitForWhatThePoolWouldRefuse(_ backend: Backend) throws {
        let pool = try backend.makePool()
        let promise = Promise<Int>()
        let waiting = try pool.submit(negated, resultsOf: promise.future)
        pool.beginShutdown(.drain)
        pool.shutdown(.drain)
        let error = #expect(throws: MultitaskingError.self) { try waiting.value() }
        #expect(error?.code == .shutDown)
        promise.fulfill(1)
        #expect(waiting.ending == .failed)
    }

    @Test(arguments: Backend.allCases)
    func shutdown_hasSomethingToSay_whileAPromiseIsNotKept(_ backend: Backend) throws {
        let pool = try backend.makePool()
        let promise = Promise<Int>()
        let first = try pool.submit(negated, resultsOf: promise.future)
        let second = try pool.submit(negated, resultsOf: first)
        #expect(DependentsWatch.notice(of: pool)?.contains("promises (1)") == true)
        promise.fulfill(1)
        #expect(try second.value() == 1)
        #expect(DependentsWatch.notice(of: pool) == nil)
        pool.shutdown(.drain)
    }

    @Test func shutdown_hasNothingToSay_whileItWaitsForATask() throws {
        let pool = try ThreadPool(maxWorkers: 1)
        let gate = pool.makeCancelSignal()
        let running = try pool.submit { gate.waitUntilSet(.forever) ? 1 : 0 }
        let waiting = try pool.submit(negated, resultsOf: running)
        #expect(DependentsWatch.notice(of: pool) == nil)
        gate.set()
        #expect(try waiting.value() == -1)
        pool.shutdown(.drain)
    }
}

private func negated(_ number: Int) -> Int { -number }
