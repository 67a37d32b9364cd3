import Multitasking
import MultitaskingInMemory
import Testing

/// The pools; every test that takes one runs on all of them.
enum PoolKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case threads
    case processes
    /// Threads again, with every argument and result encoded and decoded on the way.
    case encoded
    /// A simulation of processes.
    case inMemory

    var testDescription: String { rawValue }

    /// Runs a scenario that knows only `TaskManager` on this pool.
    func run<Value>(maxWorkers: Int = 2, withGlobals: Bool = false, _ body: (TaskManager) throws -> Value) throws
        -> Value
    {
        switch self {
        case .threads:
            try withThreadPoolExecutor(
                maxWorkers: maxWorkers, globalInputQueue: withGlobals, globalOutputQueue: withGlobals,
                globalCancelEvent: withGlobals, globalInputQueueLock: withGlobals, globalOutputQueueLock: withGlobals
            ) { try body($0) }
        case .processes:
            try withProcessPoolExecutor(
                maxWorkers: maxWorkers, globalInputQueue: withGlobals, globalOutputQueue: withGlobals,
                globalCancelEvent: withGlobals, globalInputQueueLock: withGlobals, globalOutputQueueLock: withGlobals
            ) { try body($0) }
        case .encoded:
            try withThreadPoolExecutor(maxWorkers: maxWorkers) {
                try body(try encodingManager(over: $0, withGlobals: withGlobals))
            }
        case .inMemory:
            try withInMemoryExecutor(
                seed: 1, maxWorkers: maxWorkers, globalInputQueue: withGlobals, globalOutputQueue: withGlobals,
                globalCancelEvent: withGlobals, globalInputQueueLock: withGlobals, globalOutputQueueLock: withGlobals
            ) { try body($0) }
        }
    }

    private func encodingManager(over manager: ThreadTaskManager, withGlobals: Bool) throws -> TaskManager {
        guard let executor = manager.executor as? any InProcessExecutor else { throw Refused(reason: "no threads") }
        return try TaskManager(
            executor: EncodingExecutor(executor), globalInputQueue: withGlobals, globalOutputQueue: withGlobals,
            globalCancelEvent: withGlobals, globalInputQueueLock: withGlobals, globalOutputQueueLock: withGlobals)
    }

    /// The asynchronous version.
    func run<Value: Sendable>(
        maxWorkers: Int = 2, _ body: @Sendable (TaskManager) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .threads: try await withThreadPoolExecutor(maxWorkers: maxWorkers) { try await body($0) }
        case .processes: try await withProcessPoolExecutor(maxWorkers: maxWorkers) { try await body($0) }
        case .encoded:
            try await withThreadPoolExecutor(maxWorkers: maxWorkers) {
                try await body(try encodingManager(over: $0, withGlobals: false))
            }
        case .inMemory:
            try await withInMemoryExecutor(seed: 1, maxWorkers: maxWorkers) { try await body($0) }
        }
    }
}
