public import MultitaskingCore

/// One task: what is to be run, and its outcome. It is its future's source.
@usableFromInline
final class ThreadTask<Value: Sendable>: PendingTask, FutureSource, @unchecked Sendable {
    // SAFETY: see `PendingTask`. No two accesses overlap, so that checking for it at run time would find nothing.
    @exclusivity(unchecked) @usableFromInline var body: (@Sendable (any TaskEnvironment) throws -> Value)?
    // Not one `TaskOutcome`, whose metadata would be looked up on each use.
    @exclusivity(unchecked) @usableFromInline var value: Value?
    @exclusivity(unchecked) @usableFromInline var error: (any Error)?

    /// Inlined where the type of the result is known.
    @inlinable
    init(_ body: @escaping @Sendable (any TaskEnvironment) throws -> Value) {
        unsafe self.body = body
        super.init()
    }

    override func runBody(in environment: any TaskEnvironment) {
        guard let body = unsafe body else { return }
        unsafe self.body = nil
        do {
            unsafe value = try body(environment)
        } catch {
            unsafe self.error = error
        }
    }

    override func dropBody(_ error: (any Error)?) {
        unsafe body = nil
        unsafe self.error = error
    }

    @usableFromInline
    func outcome() -> TaskOutcome<Value>? {
        switch state {
        case .done: unsafe value.map(TaskOutcome.success) ?? error.map(TaskOutcome.failure)
        case .cancelled: .cancelled
        case .queued, .running: nil
        }
    }
}
