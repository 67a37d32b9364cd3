public import MultitaskingCore

/// One task: what is to be run, and its outcome. It is its future's source.
@usableFromInline
final class ThreadTask<Value: Sendable>: PendingTask, FutureSource, @unchecked Sendable {
    /// What is to be run, compiled where the type of the value is known.
    @usableFromInline typealias Body = @Sendable (any TaskEnvironment) -> Settlement<Value>

    // SAFETY: see `PendingTask`. No two accesses overlap, so that checking for it at run time would find nothing.
    @exclusivity(unchecked) @usableFromInline var body: Body?
    @exclusivity(unchecked) @usableFromInline var settled: Settlement<Value>?

    /// Inlined where the type of the result is known.
    @inlinable
    init(_ body: @escaping Body) {
        unsafe self.body = body
        super.init()
    }

    override func runBody(in environment: any TaskEnvironment) {
        guard let body = unsafe body else { return }
        unsafe self.body = nil
        unsafe settled = body(environment)
    }

    override func dropBody(_ error: (any Error)?) {
        unsafe body = nil
        if let error { settle(error) }
    }

    /// Apart, like `cancelled`.
    @inline(never)
    private func settle(_ error: any Error) { unsafe settled = Settlement(.failure(error)) }

    @usableFromInline
    func settlement() -> Settlement<Value>? {
        switch state {
        case .done: unsafe settled
        case .cancelled: Self.cancelled()
        case .queued, .running: nil
        }
    }

    /// Apart, so that others need not look the type up.
    @inline(never)
    private static func cancelled() -> Settlement<Value> { Settlement(.cancelled) }

    @usableFromInline
    func outcome() -> TaskOutcome<Value>? { settlement()?.outcome }
}
