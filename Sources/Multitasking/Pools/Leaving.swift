/// Calls `body` and takes the pool down: drained if `body` returned, what has not started cancelled if it threw.
@available(*, noasync)
func leaving<Manager: TaskManager, Value>(_ manager: Manager, _ body: (Manager) throws -> Value) throws -> Value {
    do {
        let value = try body(manager)
        manager.shutdown(.drain)
        return value
    } catch {
        manager.shutdown(.cancelQueued)
        throw error
    }
}

/// The asynchronous twin.
nonisolated(nonsending) func leaving<Manager: TaskManager, Value>(
    _ manager: Manager, _ body: nonisolated(nonsending) (Manager) async throws -> Value
) async throws -> Value {
    let value: Value
    do {
        value = try await body(manager)
    } catch {
        try await manager.shutdown(.cancelQueued)
        throw error
    }
    try await manager.shutdown(.drain)
    return value
}

func validate(maxWorkers: Int?) throws {
    guard let maxWorkers, maxWorkers < 1 else { return }
    throw MultitaskingError(
        .invalidArgument, "maxWorkers is \(maxWorkers), but must be at least 1; pass nil for one worker per core")
}
