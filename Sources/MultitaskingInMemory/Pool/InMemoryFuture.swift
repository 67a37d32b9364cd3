internal import MultitaskingCore
internal import MultitaskingSerialization
internal import Synchronization

/// The parent's hold on one task: reads the ledger entry, and decodes the result when first asked for it.
final class InMemoryFuture<Function: PortableFunction>: FutureSource, HasTimeline {
    typealias Value = Function.Output

    let simulation: Simulator
    let task: Int
    private let settled = Mutex<TaskOutcome<Value>?>(nil)

    init(simulation: Simulator, task: Int) {
        self.simulation = simulation
        self.task = task
    }

    deinit {
        simulation.update { [task] state, _ in state.abandon(task) }
    }

    var timeline: any Timeline { simulation }

    var state: TaskState {
        let state = simulation.observe(
            { [task] in $0.publicState(of: task) }, isIdlePoll: { $0 != .done && $0 != .cancelled })
        return state ?? .done
    }

    /// A caller that looks again and again waits for the task to go on.
    var report: TaskReport? {
        simulation.observe({ [task] in $0.tasks[task]?.report }, isIdlePoll: { _ in true }) ?? nil
    }

    func outcome() -> TaskOutcome<Value>? { settled.withLock { $0 } ?? record.map(settle) }

    /// Why the task has no value; a value is not decoded for it.
    var failure: (any Error)? {
        if let settled = settled.withLock({ $0 }) { return settled.failure }
        guard let record else { return nil }
        if case .value = record { return nil }
        return settle(record).failure
    }

    /// How the task has ended, in the ledger.
    private var record: TaskRecord.Outcome? {
        simulation.observe(
            { [task] in
                if case .done(let outcome)? = $0.tasks[task]?.state { outcome } else { nil }
            }, isIdlePoll: { $0 == nil }) ?? nil
    }

    private func settle(_ record: TaskRecord.Outcome) -> TaskOutcome<Value> {
        let decoded = decode(record)
        return settled.withLock { settled in
            if let settled { return settled }
            settled = decoded
            return decoded
        }
    }

    private func decode(_ outcome: TaskRecord.Outcome) -> TaskOutcome<Value> {
        do {
            switch outcome {
            case .value(let payload):
                return .success(try simulation.decode(payload.bytes) { try Function.decodeOutput(from: &$0) })
            case .thrown(let payload): return .failure(try simulation.decode(payload.bytes) { try $0.decodeError() })
            case .failure(let error): return .failure(error)
            case .cancelled: return .cancelled
            }
        } catch {
            return .failure(error)
        }
    }

    @available(*, noasync)
    func waitUntilDone(_ wait: WaitLimit) -> Bool {
        let isDone = try? simulation.call(wait, for: .ended(task)) { [task] state, _ -> Bool? in
            state.tasks[task]?.isDone ?? true ? true : nil
        }
        return (isDone ?? nil) ?? false
    }

    func whenDone(_ body: @escaping @Sendable () -> Void) { _ = add(body) }

    func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        guard let number = add(body) else { return {} }
        return { [simulation, task] in
            _ = simulation.update { state, _ in state.tasks[task]?.whenDone.remove(number) }
        }
    }

    /// Returns the callback's number; nil if the task has ended, so that it is called at once.
    private func add(_ body: @escaping @Sendable () -> Void) -> UInt64? {
        simulation.update { [task] state, _ in
            if state.tasks[task]?.isDone == false { return state.tasks[task]?.whenDone.add(body) }
            state.effects.calls.append(body)
            return nil
        }
    }

    func cancel(force: Bool) -> Bool {
        let isCancelled = try? simulation.call { [task] state, _ in state.cancel(task, force: force) }
        return (isCancelled ?? nil) ?? false
    }
}

extension SimulationState {
    fileprivate func publicState(of task: Int) -> TaskState {
        switch tasks[task]?.state {
        case .queued?, .delayed?: .queued
        case .running?: .running
        case .done(.cancelled)?: .cancelled
        case .done?, nil: .done
        }
    }
}
