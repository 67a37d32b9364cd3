internal import MultitaskingSystem

/// What Ctrl-C (`SIGINT`) does while a `with…Executor` scope runs.
///
/// ```swift
/// try withProcessPoolExecutor(interrupts: .shutDown(within: .seconds(5))) { manager in … }
/// ```
public enum Interrupts: Sendable, Hashable {
    /// Ctrl-C has the same effect as elsewhere in the program. By default, it ends the program and all processes of its
    /// pools.
    case unhandled

    /// The first Ctrl-C shuts the pool down; the second one ends the program.
    ///
    /// At the first Ctrl-C, tasks that haven't started are cancelled, and the contexts of running tasks read as
    /// cancelled (`isCancelled`). From then on, `submit` throws. After the time limit, processes that still run a task
    /// are killed, and queues are closed. Threads can't be killed, so in a thread pool the program then ends, as at the
    /// second Ctrl-C. When the scope's body has ended, the scope throws `interrupted`, whatever the body returned or
    /// threw.
    ///
    /// Other executors, such as `RayPool`, `LaunchPool`, and those of other packages, are shut down with
    /// `.cancelQueued`, and with `.kill` after the time limit. If the executor isn't gone a second later, the program
    /// ends; if it can end running tasks, as `RayPool` and `LaunchPool` can, it has ten seconds. If `SIGINT` is
    /// ignored, as for background jobs of a shell, it stays ignored. After the scope, the previous action of `SIGINT`
    /// is restored.
    case shutDown(within: Duration)
}

extension Interrupts {
    func validate() throws {
        guard case .shutDown(let time) = self, time < .zero else { return }
        throw MultitaskingError(
            .invalidArgument, "interrupts gives the pool \(time) to end; give a time of zero or more")
    }

    /// Starts to handle interrupts on behalf of an executor; nil if they are not handled.
    func handle(for executor: any Executor) throws -> (any InterruptHandling)? {
        guard case .shutDown(let time) = self else { return nil }
        if let pool = executor as? any InterruptiblePool { return try pool.shutDownOnInterrupt(within: time) }
        return try InterruptThread([
            .init(patience: time) { executor.beginShutdown(.cancelQueued) },
            .init(patience: Self.patience(with: executor)) { executor.beginShutdown(.kill) },
        ])
    }

    /// How long an executor that is told to kill its tasks may take for that. A cluster's needs most of a second.
    private static func patience(with executor: any Executor) -> Duration {
        (executor as? any GradualShutdown)?.endsRunningTasks == true ? .seconds(10) : .seconds(1)
    }
}

extension InterruptHandling {
    /// Stops the handling, and throws if there was an interrupt.
    ///
    /// - Parameter error: what the scope's body has thrown.
    func endOrThrow(_ error: (any Error)? = nil) throws {
        guard end() else { return }
        throw MultitaskingError(
            .interrupted, "the pool was shut down by SIGINT (Ctrl-C); results that it had by then are valid",
            cause: error)
    }
}
