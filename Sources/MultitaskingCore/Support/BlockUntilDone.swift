internal import Synchronization

/// Runs an asynchronous function in a Swift task and blocks the calling thread until it has returned: what the workers
/// of a backend do in `TaskEnvironment.wait(for:)`.
///
/// The function sees the task-local values of the caller.
///
/// - Parameter isEndRequested: whether the function is to end: its Swift task is cancelled then. Looked at 20 times a
///   second, as nobody tells the thread; nil if there is nothing to look at.
package func blockUntilDone<Value: Sendable>(
    isEndRequested: (() -> Bool)? = nil, _ body: @escaping @Sendable () async throws -> Value
) throws -> Value {
    let result = Lock<Result<Value, any Error>?>(nil)
    let end = Latch()
    let task = Task {
        let ended: Result<Value, any Error>
        do { ended = .success(try await body()) } catch { ended = .failure(error) }
        result.withLock { $0 = ended }
        end.open()
    }
    if let isEndRequested {
        while !end.wait(.upTo(.milliseconds(50))) {
            guard isEndRequested() else { continue }
            task.cancel()
            break
        }
    }
    _ = end.wait(.forever)
    guard let ended = result.withLock({ $0 }) else { throw CancellationError() }
    return try ended.get()
}
