import Foundation
import Multitasking
import Testing

extension Facade {
    @Suite struct LimitsTests {
        /// More than fits, and nothing that could be compressed.
        private static let large = (0..<(2 << 20)).map { _ in UInt64.random(in: 0 ... .max) }

        @Test func arenaLimitReachesThePool() throws {
            try withProcessPoolExecutor(maxWorkers: 1, arenaLimit: 8 << 20) { manager in
                let session = try manager.session()
                expectError(.arenaLimitReached) { try session.submit("large", Self.large) { $0.count } }
            }
            expectError(.invalidArgument) { try withProcessPoolExecutor(arenaLimit: 1) { _ in } }
        }

        @Test func arenaLimitReachesThePoolOfAnAsyncScope() async throws {
            try await withProcessPoolExecutor(maxWorkers: 1, arenaLimit: 8 << 20) { manager in
                let session = try manager.session()
                expectError(.arenaLimitReached) { try session.submit("large", Self.large) { $0.count } }
            }
        }

        @Test func limitsReachThePoolOfAScope() throws {
            try withProcessPoolExecutor(maxWorkers: 1, limits: WorkerLimits(maxTasksPerWorker: 1)) { manager in
                let session = try manager.map("t", workerProcessID, 0..<5)
                let pids = try session.results().values.map { try $0.get(as: Int32.self) }
                #expect(Set(pids).count == 5)
            }
        }

        @Test func limitsReachThePoolOfAnAsyncScope() async throws {
            let limits = WorkerLimits(maxTasksPerWorker: 2, minimumWorkers: 0, idleTime: .milliseconds(10))
            try await withProcessPoolExecutor(maxWorkers: 1, limits: limits) { manager in
                let session = try manager.map("t", workerProcessID, 0..<6)
                let pids = try await session.results().values.map { try $0.get(as: Int32.self) }
                #expect(Set(pids).count == 3)
            }
        }

        /// Many elements, of which one can never fit; several are computed together.
        private static let inputs = (0..<3000).map { $0 == 2500 ? large : [UInt64($0)] }

        @Test(arguments: [StreamOrder.input, .completion])
        func aStreamsInputThatNeverFitsFailsAlone(_ order: StreamOrder) throws {
            try withProcessPoolExecutor(maxWorkers: 2, arenaLimit: 8 << 20) { manager in
                var failures: [(offset: Int, error: any Error)] = []
                for (offset, result) in try manager.executor.stream(countAll, Self.inputs, order: order) {
                    if case .failure(let error) = result { failures.append((offset, error)) }
                }
                #expect(failures.map(\.offset) == [2500], "\(failures)")
            }
        }

        @Test(arguments: [StreamOrder.input, .completion])
        func anAsyncStreamsInputThatNeverFitsFailsAlone(_ order: StreamOrder) async throws {
            try await withProcessPoolExecutor(maxWorkers: 2, arenaLimit: 8 << 20) { manager in
                var failures: [(offset: Int, error: any Error)] = []
                let inputs = AsyncStream { continuation in
                    for input in Self.inputs { continuation.yield(input) }
                    continuation.finish()
                }
                for try await (offset, result) in manager.executor.stream(countAll, inputs, order: order) {
                    if case .failure(let error) = result { failures.append((offset, error)) }
                }
                #expect(failures.map(\.offset) == [2500], "\(failures)")
            }
        }

        @Test(arguments: [PoolKind.threads, .processes, .inMemory])
        func optionsThatAPoolDoesNotKeepAreRefusedAtOnceAlsoWithResultsOfOthers(_ kind: PoolKind) throws {
            try kind.run { manager in
                let promise = Promise<Int>()
                let options = TaskOptions(resources: ResourceRequest(gpus: 1))
                expectError(.invalidArgument) {
                    try manager.executor.submit(countDown, options: options, resultsOf: promise.future)
                }
                promise.fulfill(1)
            }
        }

        @Test func invalidLimitsThrowAndTheBodyIsNotCalled() throws {
            _ = expectError(.invalidArgument) {
                try withProcessPoolExecutor(maxWorkers: 1, limits: WorkerLimits(maxTasksPerWorker: 0)) { _ in
                    Issue.record("the body was called")
                }
            }
        }
    }
}

func workerProcessID(_ number: Int) -> Int32 { ProcessInfo.processInfo.processIdentifier }

private func countAll(_ numbers: [UInt64]) -> Int { numbers.count }

private func countDown(_ number: Int) -> Int { number - 1 }
