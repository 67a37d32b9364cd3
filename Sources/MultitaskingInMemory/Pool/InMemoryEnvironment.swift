internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// What a task can ask of a simulated pool.
struct InMemoryEnvironment: TaskEnvironment {
    let simulation: Simulator
    private let current: Task?
    let worker: WorkerInfo

    /// What is known of a task that runs.
    struct Task: Sendable {
        var number: Int
        var name: String
        var attempt: Int
        var worker: WorkerInfo
        var seed: UInt64?
    }

    /// The environment of a task.
    init(_ task: Task, simulation: Simulator) {
        self.simulation = simulation
        current = task
        worker = task.worker
    }

    /// The environment of what a worker runs besides tasks.
    init(_ worker: WorkerInfo, simulation: Simulator) {
        self.simulation = simulation
        current = nil
        self.worker = worker
    }

    var attempt: Int { current?.attempt ?? 1 }

    /// Runs `body`, whose log records name the worker and the task.
    func namingLogs<Result>(_ body: () -> Result) -> Result {
        guard TaskLogNames.areWanted else { return body() }
        let name = current.map { task in { @Sendable in task.name } }
        return TaskLogNames.with(TaskLogNames(worker: worker.index, attempt: attempt, task: name), body)
    }

    var seed: UInt64? { current?.seed }

    func channel(_ reference: SharedObjectID) throws -> any Channel {
        try InMemoryChannel(reference, simulation: simulation)
    }

    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal {
        try InMemoryCancelSignal(reference, simulation: simulation)
    }

    func sharedObject(_ reference: SharedReference) throws -> any SharedObject { try simulation.shares.find(reference) }

    func makeSharedMemory(
        byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> (any SharedMemory)? {
        try checkAllocation(byteCount)
        let memory = SimulatedMemory(byteCount: byteCount)
        try unsafe memory.fill(body)
        simulation.shares.add(memory)
        return memory
    }

    /// Runs `body` on this thread, so that it is as deterministic as a function that is not `async`. Its Swift task is
    /// cancelled when the task is asked to end.
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let jobs = JobQueue(simulation: simulation)
        let result = Mutex<Result<Value, any Error>?>(nil)
        let task = _Concurrency.Task(executorPreference: jobs) {
            let outcome: Result<Value, any Error>
            do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
            result.withLock { $0 = outcome }
        }
        defer { jobs.abandon() }
        var unasked = current?.number
        while true {
            jobs.runAll()
            if let outcome = result.withLock({ $0 }) { return try outcome.get() }
            do {
                let condition = Condition.job({ jobs.hasJob }, orEndOf: unasked)
                let isAsked = try simulation.call(.forever, for: condition) { [unasked] state, _ in
                    state.isEndRequested(of: unasked) ? true : jobs.hasJob ? false : nil
                }
                guard isAsked == true else { continue }
                task.cancel()
                unasked = nil
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

    /// A switch point, since others can see it. A worker that is dead reports nothing.
    func report(_ report: TaskReport) {
        guard let task = current?.number else { return }
        _ = try? simulation.call { state, _ -> Void? in state.keep(report, of: task) }
    }

    /// A dead worker's task is asked to end, so that it does.
    var isEndRequested: Bool {
        guard let task = current?.number else { return false }
        return simulation.observe({ $0.isEndRequested(of: task) }, isIdlePoll: { !$0 }) ?? true
    }
}
