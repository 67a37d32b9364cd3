internal import MultitaskingCore
internal import Synchronization

/// What a task can ask of a simulated pool.
struct InMemoryEnvironment: TaskEnvironment {
    let simulation: Simulation
    /// The task's number; nil outside of a task.
    let task: Int?
    let attempt: Int

    func channel(_ reference: ObjectReference) throws -> any JoinableChannel {
        try InMemoryChannel(reference, simulation: simulation)
    }

    func cancelSignal(_ reference: ObjectReference) throws -> any CancelSignal {
        try InMemoryCancelSignal(reference, simulation: simulation)
    }

    /// Runs `body` on this thread, so that it is as deterministic as a function that is not `async`.
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let jobs = JobQueue(simulation: simulation)
        let result = Mutex<Result<Value, any Error>?>(nil)
        let task = Task.detached(executorPreference: jobs) {
            let outcome: Result<Value, any Error>
            do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
            result.withLock { $0 = outcome }
        }
        defer { jobs.abandon() }
        while true {
            jobs.runAll()
            if let outcome = result.withLock({ $0 }) { return try outcome.get() }
            do {
                _ = try simulation.call(.forever, for: .job { jobs.hasJob }) { _, _ in jobs.hasJob ? true : nil }
            } catch {
                // What it waits for asynchronously ends, and so does it, if it can.
                task.cancel()
                jobs.runAll()
                if let outcome = result.withLock({ $0 }) { return try outcome.get() }
                throw error
            }
        }
    }

    var clock: any TaskClock { simulation.clock }

    /// A dead worker's task is asked to end, so that it does.
    var isEndRequested: Bool {
        guard let task else { return false }
        return simulation.look({ $0.tasks[task]?.isEndRequested ?? true }, isVain: { !$0 }) ?? true
    }
}
