internal import MultitaskingProcesses

/// What Ctrl-C (`SIGINT`) does while a `with…Executor` scope runs.
public enum Interrupts: Sendable, Hashable {
    /// What it does elsewhere in the program. By default it ends the program, and with it all processes of its pools.
    case unhandled

    /// The first one ends the pool, the second one the program.
    ///
    /// At the first, tasks that have not started are cancelled, and the contexts of those that run read as cancelled
    /// (`isCancelled`). `submit` throws from then on. Tasks in processes that still run after the time are killed, and
    /// queues are closed; threads cannot be killed, so in a thread pool the program ends then, as by the second one.
    /// When the scope's body has ended, the scope throws `interrupted`, whatever the body has returned or thrown.
    ///
    /// If `SIGINT` is ignored, as it is for jobs in the background of a shell, it stays so. What `SIGINT` did before
    /// the scope is restored after it.
    case shutDown(within: Duration)
}

/// The handling of interrupts for one scope.
protocol InterruptHandling {
    /// Stops it; whether there was an interrupt.
    func end() -> Bool
}

extension InterruptWatch: InterruptHandling {}

extension Interrupts {
    func validate() throws {
        guard case .shutDown(let time) = self, time < .zero else { return }
        throw MultitaskingError(
            .invalidArgument, "interrupts gives the pool \(time) to end; give a time of zero or more")
    }
}

extension InterruptHandling {
    /// Stops the handling, and throws if there was an interrupt.
    ///
    /// - Parameter error: what the scope's body has thrown.
    func endOrThrow(_ error: (any Error)? = nil) throws {
        guard end() else { return }
        throw MultitaskingError(
            .interrupted, "the pool was ended by SIGINT (Ctrl-C); results that it had by then are valid", cause: error)
    }
}
