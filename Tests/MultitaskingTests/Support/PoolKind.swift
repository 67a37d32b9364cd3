import Multitasking
import Testing

/// The two pools; every test that takes one runs on both.
enum PoolKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case threads
    case processes

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
        }
    }

    /// The asynchronous twin.
    func run<Value: Sendable>(
        maxWorkers: Int = 2, _ body: @Sendable (TaskManager) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .threads: try await withThreadPoolExecutor(maxWorkers: maxWorkers) { try await body($0) }
        case .processes: try await withProcessPoolExecutor(maxWorkers: maxWorkers) { try await body($0) }
        }
    }
}
