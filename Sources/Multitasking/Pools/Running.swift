/// Makes a manager for `pool`, calls `body` and takes the pool down, whatever happens.
///
/// The pool is drained if `body` returned; what has not started is cancelled if it threw.
@available(*, noasync)
func running<Manager: TaskManager, Value>(
    _ pool: any Executor, _ interrupts: (any InterruptHandling)?, _ manager: @autoclosure () throws -> Manager,
    _ body: (Manager) throws -> Value
) throws -> Value {
    let value: Value
    do {
        value = try body(try manager())
    } catch {
        pool.shutdown(.cancelQueued)
        try interrupts?.endOrThrow(error)
        throw error
    }
    pool.shutdown(.drain)
    try interrupts?.endOrThrow()
    return value
}

/// The asynchronous twin.
nonisolated(nonsending) func running<Manager: TaskManager, Value>(
    _ pool: any Executor, _ interrupts: (any InterruptHandling)?, _ manager: @autoclosure () throws -> Manager,
    _ body: nonisolated(nonsending) (Manager) async throws -> Value
) async throws -> Value {
    let value: Value
    do {
        value = try await body(try manager())
    } catch {
        await pool.shutdownDetached(.cancelQueued)
        try interrupts?.endOrThrow(error)
        throw error
    }
    await pool.shutdownDetached(.drain)
    try interrupts?.endOrThrow()
    return value
}

func validate(maxWorkers: Int?, _ interrupts: Interrupts) throws {
    try interrupts.validate()
    guard let maxWorkers, maxWorkers < 1 else { return }
    throw MultitaskingError(
        .invalidArgument, "maxWorkers is \(maxWorkers), but must be at least 1; pass nil for one worker per core")
}
