import MultitaskingCore

/// A task in the pool's queue, whatever its result's type.
protocol QueuedJob: AnyObject, Sendable {
    /// Takes the job to run it; false if it was cancelled.
    func begin() -> Bool
    func run(with objects: Objects)
    func cancel(force: Bool) -> Bool
}

/// A task: what is to be run, how far it is, and its outcome. It is its future's source.
final class Job<Value: Sendable>: QueuedJob, FutureSource {
    private enum Progress: Sendable {
        case queued(@Sendable (any TaskEnvironment) throws -> Value)
        case running(@Sendable (any TaskEnvironment) throws -> Value)
        case over(TaskOutcome<Value>)

        var isOver: Bool { if case .over = self { true } else { false } }
    }

    private let progress: Watched<Progress>
    private let endRequest = Watched(false)

    init(_ body: @escaping @Sendable (any TaskEnvironment) throws -> Value) { progress = Watched(.queued(body)) }

    func begin() -> Bool {
        progress.access { progress in
            guard case .queued(let body) = progress else { return false }
            progress = .running(body)
            return true
        }
    }

    func run(with objects: Objects) {
        let outcome = outcomeOfBody(in: SmallEnvironment(objects: objects, endRequest: endRequest))
        progress.access { $0 = .over(outcome) }
    }

    /// A function of its own, so that the body and what it captured are gone before anybody learns of the end.
    private func outcomeOfBody(in environment: any TaskEnvironment) -> TaskOutcome<Value> {
        guard case .running(let body) = progress.access({ $0 }) else { return .cancelled }
        do { return .success(try body(environment)) } catch { return .thrown(error) }
    }

    func cancel(force: Bool) -> Bool {
        progress.access { progress in
            switch progress {
            case .queued:
                progress = .over(.cancelled)
                return true
            case .over(.cancelled): return true
            case .running:
                // It cannot be ended, only asked.
                if force { endRequest.access { $0 = true } }
                return false
            case .over: return false
            }
        }
    }

    var state: TaskState {
        progress.access { progress in
            switch progress {
            case .queued: .queued
            case .running: .running
            case .over(.cancelled): .cancelled
            case .over: .done
            }
        }
    }

    func outcome() -> TaskOutcome<Value>? {
        progress.access { progress in if case .over(let outcome) = progress { outcome } else { nil } }
    }

    func waitUntilDone(_ wait: WaitLimit) -> Bool { progress.wait(wait) { $0.isOver ? true : nil } ?? false }

    func whenDone(_ body: @escaping @Sendable () -> Void) { progress.notify(when: { $0.isOver }, body) }
}
