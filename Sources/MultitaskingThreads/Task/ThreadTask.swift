internal import MultitaskingCore
internal import Synchronization

/// One task: what is to be run, how far it is, and its outcome. It is its future's source.
final class ThreadTask<Value: Sendable>: PendingTask, FutureSource, @unchecked Sendable {
    // SAFETY: `body` is read and dropped, and `value` or `error` written, only by the one who moved `progress` out of
    // "queued"; the two are read by others only after `progress` says that the task is done, and never written again.
    private var body: (@Sendable (any TaskEnvironment) throws -> Value)?
    // Not one `TaskOutcome`: generic code looks up that type's metadata on each use, which showed in profiles of short
    // tasks.
    private var value: Value?
    private var error: (any Error)?
    private let progress = TaskProgress()
    /// Where threads and callbacks wait for the end; made when the first one does.
    private let gate = AtomicLazyReference<Gate>()
    private let room: Room?

    /// How long a waiting thread looks at the task before it goes to sleep.
    private static var spinNanoseconds: Int64 { 20_000 }

    init(room: Room?, _ body: @escaping @Sendable (any TaskEnvironment) throws -> Value) {
        self.room = room
        self.body = body
    }

    override func run(in environment: any TaskEnvironment) {
        guard progress.start() != nil else { return }
        room?.give()
        runBody(in: environment)
        finish()
    }

    override func fail(_ error: any Error) {
        guard progress.start() != nil else { return }
        room?.give()
        body = nil
        self.error = error
        finish()
    }

    override func cancel(force: Bool) -> Bool {
        guard let change = progress.cancel() else { return progress.state == .cancelled }
        room?.give()
        body = nil
        if change.isWatched { gate.load()?.open() }
        return true
    }

    /// Runs the body and drops it with all it captured before anybody learns that the task is done.
    private func runBody(in environment: any TaskEnvironment) {
        guard let body else { return }
        self.body = nil
        do {
            value = try body(environment)
        } catch {
            self.error = error
        }
    }

    private func finish() {
        if progress.finish().isWatched { gate.load()?.open() }
    }

    var state: TaskState { progress.state }

    func outcome() -> TaskOutcome<Value>? {
        switch progress.state {
        case .done: value.map(TaskOutcome.success) ?? error.map(TaskOutcome.failure)
        case .cancelled: .cancelled
        case .queued, .running: nil
        }
    }

    func waitUntilDone(_ wait: WaitLimit) -> Bool {
        if progress.isOver { return true }
        if case .never = wait { return false }
        let deadline = wait.deadline
        if Spin.wait(nanoseconds: Self.spinNanoseconds, until: { progress.isOver }) { return true }
        let gate = watchedGate()
        // The gate opens just after the end; who comes in between need not wait for it.
        return progress.isOver || gate.wait(until: deadline)
    }

    func whenDone(_ body: @escaping @Sendable () -> Void) {
        if progress.isOver { return body() }
        watchedGate().whenOpen(body)
    }

    /// The gate, which opens when the task is over.
    private func watchedGate() -> Gate {
        let gate = gate.load() ?? gate.storeIfNil(Gate())
        // If the task ended without having seen that it is watched, nobody else opens the gate.
        if !progress.watch() { gate.open() }
        return gate
    }
}
