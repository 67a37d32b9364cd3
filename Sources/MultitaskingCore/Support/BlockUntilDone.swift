internal import Synchronization

/// Runs an asynchronous function in a Swift task and blocks the calling thread until it has returned: what the workers
/// of a backend do in `TaskEnvironment.wait(for:)`.
///
/// The function sees the task-local values of the caller.
package func blockUntilDone<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
) throws -> Value {
    let result = Lock<Result<Value, any Error>?>(nil)
    let end = Latch()
    Task {
        let ended: Result<Value, any Error>
        do { ended = .success(try await body()) } catch { ended = .failure(error) }
        result.withLock { $0 = ended }
        end.open()
    }
    _ = end.wait(.forever)
    guard let ended = result.withLock({ $0 }) else { throw CancellationError() }
    return try ended.get()
}
