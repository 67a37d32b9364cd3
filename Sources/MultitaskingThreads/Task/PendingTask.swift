public import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// A task as the pool's queue sees it: something to be run, failed or cancelled, whichever comes first.
///
/// All that does not depend on the type of the result is here, because generic code looks up the metadata of its types
/// on each use, which showed in profiles of short tasks.
@usableFromInline
class PendingTask: Selectable, @unchecked Sendable {
    // SAFETY: what the subclass adds is touched only by the thread that moved `progress` out of "queued". The outcome
    // is read by others only after `progress` says that the task is done, and never written again.
    private let progress = TaskProgress(generation: ForkGeneration.current)

    /// How long a waiting thread looks at the task before it goes to sleep.
    private static var spinNanoseconds: Int64 { 20_000 }

    @usableFromInline init() {}

    /// Says what becomes free when the task leaves the queue, and what its seed and its name are, before it is queued.
    final func prepare(_ permits: QueuePermits?, seed: UInt64?, name: String?) {
        guard permits != nil || seed != nil || name != nil else { return }
        _ = progress.companion { TaskCompanion(permits: permits, seed: seed, name: name) }
    }

    /// What it returns, by which statistics call a task without a name.
    var outputType: Any.Type { Any.self }

    /// Makes the call, keeps its outcome, and drops the call with all that it holds. Called once at most.
    func makeCall(in environment: ThreadEnvironment) {}

    /// Drops the call with all that it holds, and keeps the error, if there is one, as the outcome.
    func dropCall(_ error: (any Error)?) {}

    /// Keeps an error as the outcome of a call that will never return.
    func keepFailure(_ error: any Error) {}

    /// Runs the task unless it was cancelled.
    final func run(_ submission: Submission, in environment: ThreadEnvironment) {
        guard let change = progress.start() else { return passCancelled(in: environment) }
        let isTimed = environment.tally.begin(self, named: change.companion?.name, submission)
        change.companion?.permits?.give()
        environment.tally.take(self)
        environment.namingLogs(TaskLabel(name: change.companion?.name, type: outputType)) {
            makeCall(in: environment)
        }
        environment.tally.putDown()
        environment.tally.end(isTimed: isTimed)
        finish()
    }

    /// Leaves the queue without having been run.
    final func passCancelled(in environment: ThreadEnvironment) {
        progress.companionIfAny?.permits?.passCancelled()
        environment.tally.passCancelled()
    }

    /// Ends a running task with an error, since the thread that ran it has ended.
    final func abandon(_ error: any Error, in tally: ThreadTally) {
        keepFailure(error)
        tally.countFailure()
        tally.end(isTimed: tally.isTiming)
        finish()
    }

    /// Ends a task of a pool with an error unless it was cancelled.
    final func fail(_ error: any Error, _ submission: Submission, in environment: ThreadEnvironment) {
        guard let change = progress.start() else { return passCancelled(in: environment) }
        let isTimed = environment.tally.begin(self, named: change.companion?.name, submission)
        change.companion?.permits?.give()
        dropCall(error)
        environment.tally.countFailure()
        environment.tally.end(isTimed: isTimed)
        finish()
    }

    /// Ends the task with an error; false if it was cancelled.
    @discardableResult
    final func fail(_ error: any Error) -> Bool {
        guard let change = progress.start() else { return false }
        change.companion?.permits?.give()
        dropCall(error)
        finish()
        return true
    }

    /// The seed of its options.
    final var seed: UInt64? { progress.companionIfAny?.seed }

    /// Whether it was asked to end while it runs.
    @usableFromInline final var isEndRequested: Bool { progress.companionIfAny?.isEndRequested ?? false }

    /// Keeps what the task says of itself, as long as it runs.
    final func keep(_ report: TaskReport) {
        guard progress.state == .running else { return }
        progress.companion { TaskCompanion() }.keep(report)
    }

    /// What the task has said of itself last.
    @usableFromInline final var report: TaskReport? { progress.companionIfAny?.report }

    private func finish() {
        let change = progress.finish()
        if change.isWatched { change.companion?.gate.open() }
    }

    /// Cancels the task: true means that it never starts, also because it was cancelled before.
    ///
    /// - Parameter force: whether to ask it to end if it runs. It cannot be made to.
    @usableFromInline @discardableResult
    final func cancel(force: Bool) -> Bool {
        guard let change = progress.cancel() else {
            if force, progress.state == .running { progress.companion { TaskCompanion() }.requestEnd() }
            return progress.state == .cancelled
        }
        change.companion?.permits?.giveCancelled()
        dropCall(nil)
        if change.isWatched { change.companion?.gate.open() }
        return true
    }

    @usableFromInline final var state: TaskState { progress.state }

    @usableFromInline
    final func waitUntilDone(_ wait: WaitLimit) -> Bool {
        if progress.isOver { return true }
        if case .never = wait { return false }
        let deadline = wait.deadline
        if Spin.wait(Spin.result, nanoseconds: Self.spinNanoseconds, until: { progress.isOver }) { return true }
        if endIfForeign() { return true }
        let gate = watchedGate()
        // The gate opens just after the end; a thread that comes in between need not wait for it.
        return progress.isOver
            || Spin.sleep(Spin.result, nanoseconds: Self.spinNanoseconds) { gate.wait(until: deadline) }
    }

    @usableFromInline
    final func whenDone(_ body: @escaping @Sendable () -> Void) {
        if progress.isOver || endIfForeign() { return body() }
        watchedGate().whenOpen(body)
    }

    @usableFromInline
    final func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        if progress.isOver || endIfForeign() {
            body()
            return {}
        }
        let gate = watchedGate()
        let id = gate.whenOpen(body)
        return { gate.forget(id) }
    }

    /// How many callbacks wait for the end; for tests.
    final var callbackCount: Int { progress.companionIfAny?.gate.callbackCount ?? 0 }

    @usableFromInline final var isReadyForSelect: Bool { progress.isOver }

    @usableFromInline
    final func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        notifyWhenDone(body)
    }

    @usableFromInline final var selectStation: (any SelectStation)? { ThreadSelectStation() }

    /// Whether nobody runs the task in this process, because it was forked from the one that has submitted it.
    final var isForeign: Bool { !progress.isOf(generation: ForkGeneration.current) }

    /// Ends a task that nobody runs in this process; whether it is one. What was running then stays as it was, and has
    /// a failure for its outcome.
    private func endIfForeign() -> Bool {
        guard isForeign else { return false }
        fail(PoolOwner.isParent)
        return true
    }

    /// The gate, which opens when the task is over.
    private func watchedGate() -> Gate {
        let gate = progress.companion { TaskCompanion() }.gate
        // If the task ended without having seen that it is watched, nobody else opens the gate.
        if !progress.watch() { gate.open() }
        return gate
    }
}
