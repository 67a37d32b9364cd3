/// Makes a manager for `pool`, calls `body` and takes the pool down, whatever happens.
///
/// The pool is drained if `body` returned; what has not started is cancelled if it threw.
@available(*, noasync)
func running<Manager: TaskManager, Value>(
    _ pool: any Executor, _ manager: @autoclosure () throws -> Manager, _ body: (Manager) throws -> Value
) throws -> Value {
    do {
        let value = try body(try manager())
        pool.shutdown(.drain)
        return value
    } catch {
        pool.shutdown(.cancelQueued)
        throw error
    }
}

/// The asynchronous twin.
nonisolated(nonsending) func running<Manager: TaskManager, Value>(
    _ pool: any Executor, _ manager: @autoclosure () throws -> Manager,
    _ body: nonisolated(nonsending) (Manager) async throws -> Value
) async throws -> Value {
    let value: Value
    do {
        value = try await body(try manager())
    } catch {
        await pool.shutdownDetached(.cancelQueued)
        throw error
    }
    await pool.shutdownDetached(.drain)
    return value
}

func validate(maxWorkers: Int?) throws {
    guard let maxWorkers, maxWorkers < 1 else { return }
    throw MultitaskingError(
        .invalidArgument, "maxWorkers is \(maxWorkers), but must be at least 1; pass nil for one worker per core")
}
