internal import MultitaskingSystem

/// What Ctrl-C (`SIGINT`) does while a `with…Executor` scope runs.
///
/// ```swift
/// try withProcessPoolExecutor(interrupts: .shutDown(within: .seconds(5))) { manager in … }
/// ```
public enum Interrupts: Sendable, Hashable {
    /// What it does elsewhere in the program. By default it ends the program, and with it all processes of its pools.
    case unhandled

    /// The first one shuts the pool down, the second one ends the program.
    ///
    /// At the first, tasks that have not started are cancelled, and the contexts of those that run read as cancelled
    /// (`isCancelled`). `submit` throws from then on. Tasks in processes that still run after the time are killed, and
    /// queues are closed; threads cannot be killed, so in a thread pool the program ends then, as by the second one.
    /// When the scope's body has ended, the scope throws `interrupted`, whatever the body has returned or thrown.
    ///
    /// An executor of another package is shut down with `.cancelQueued`, and with `.kill` after the time. If it is not
    /// gone a second later, the program ends.
    ///
    /// If `SIGINT` is ignored, as it is for jobs in the background of a shell, it stays so. What `SIGINT` did before
    /// the scope is restored after it.
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
            .init(patience: Self.patience) { executor.beginShutdown(.kill) },
        ])
    }

    /// How long an executor that is told to kill its tasks may take for that.
    private static let patience = Duration.seconds(1)
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
