public import MultitaskingCore

/// One task: its call, and then its outcome. It is its future's source.
///
/// All of it is one object. What depends on the type of the call is done by functions that are compiled where that type
/// is known, see ``InlineStorage``.
@usableFromInline
final class ThreadTask<Value: Sendable>: PendingTask, FutureSource, @unchecked Sendable {
    // SAFETY: see `PendingTask`. No two accesses that write overlap, so that checking for it at run time would find
    // nothing. In the place is the call until the task leaves the queue; once it is done, its outcome; else nothing.
    @exclusivity(unchecked) @usableFromInline var place = InlineStorage()
    /// Does what depends on the type of the call. It captures nothing.
    @usableFromInline let step: @Sendable (ThreadTask, TaskStep, (TaskOutcome<Value>) -> Void) -> Void

    /// Inlined where the types are known.
    @inlinable
    init<Call: TaskCall<Value>>(_ call: Call) {
        step = { task, step, body in
            switch step {
            case .run(let environment):
                let call = unsafe task.place.take(Call.self)
                let outcome: TaskOutcome<Value>
                do { outcome = .success(try call(in: ThreadTaskEnvironment(environment, task))) } catch {
                    environment.countFailure()
                    outcome = .thrown(error)
                }
                unsafe task.place.put(outcome)
            case .fail(let error):
                _ = unsafe task.place.take(Call.self)
                unsafe task.place.put(TaskOutcome<Value>.failure(error))
            case .abandon(let error): unsafe task.place.put(TaskOutcome<Value>.failure(error))
            case .read: body(unsafe task.place.copy(TaskOutcome<Value>.self))
            case .dropCall: _ = unsafe task.place.take(Call.self)
            case .dropOutcome: _ = unsafe task.place.take(TaskOutcome<Value>.self)
            }
        }
        super.init()
        unsafe place.put(call)
    }

    deinit {
        switch state {
        case .queued: step(self, .dropCall) { _ in }
        case .done: step(self, .dropOutcome) { _ in }
        case .running, .cancelled: break
        }
    }

    override var outputType: Any.Type { Value.self }

    override func makeCall(in environment: ThreadEnvironment) { step(self, .run(environment)) { _ in } }

    override func dropCall(_ error: (any Error)?) {
        if let error { step(self, .fail(error)) { _ in } } else { step(self, .dropCall) { _ in } }
    }

    override func keepFailure(_ error: any Error) { step(self, .abandon(error)) { _ in } }

    @usableFromInline
    func withOutcome(_ body: (TaskOutcome<Value>) -> Void) {
        switch state {
        case .done: step(self, .read, body)
        case .cancelled: Self.giveCancelled(body)
        case .queued: break
        case .running: if isForeign { body(.failure(PoolOwner.isParent)) }
        }
    }

    /// Apart, so that others need not look the type up.
    @inline(never)
    private static func giveCancelled(_ body: (TaskOutcome<Value>) -> Void) { body(.cancelled) }

    @usableFromInline
    func outcome() -> TaskOutcome<Value>? {
        var outcome: TaskOutcome<Value>?
        withOutcome { outcome = $0 }
        return outcome
    }
}
