import Glibc
import MultitaskingCore

/// Whether the outcome of one task is one that it may have.
struct Verdict {
    var order: Order
    var options: TaskOptions
    /// Whether a cancel without force said that the task never starts.
    var wasPrevented = false
    /// Whether the end of the running task was asked for, or its pool was shut down.
    var mayBeCancelled = false
    /// Whether the pool was shut down in the hard way.
    var mayBeKilled = false
    var isTight = false
    /// Whether it may begin anew because another one died in whose company it ran.
    var mayBeRepeated = false

    /// Says what is wrong with the outcome.
    func check(_ outcome: TaskOutcome<Reply>, _ witness: Witness, _ breach: (Invariant, String) -> Void) {
        let begun = witness.begun[order.id] ?? 0
        func say(_ invariant: Invariant, _ what: String) {
            breach(invariant, "task \(order.id) (\(order.fate), begun \(begun) times, \(options)): \(what)")
        }
        if begun > 1 + options.retries.limit, !mayBeRepeated { say(.attempts, "begun too often") }
        if wasPrevented {
            if options.retries.limit == 0, begun > 0 { say(.attempts, "begun although its cancellation succeeded") }
            guard case .cancelled = outcome else {
                return say(.ledger, "\(outcome) although its cancellation succeeded")
            }
            return
        }
        switch outcome {
        case .success(let reply):
            if reply != order.reply { say(.values, "the result is wrong, of \(reply.words.count) words") }
            if !order.fate.mayReturn { say(.causes, "returned") }
            if begun == 0 { say(.attempts, "has a result and was never begun") }
        case .cancelled:
            if !mayBeCancelled { say(.causes, "cancelled by nobody") }
        case .failure(let error):
            if let what = objection(to: error, begun: begun, witness) { say(.causes, what) }
        }
    }

    private func objection(to error: any Error, begun: Int, _ witness: Witness) -> String? {
        switch error {
        case let error as CrossingFailure:
            let isMeant = order.fate == .throwsCodable || order.fate == .throwsFirst
            return isMeant && error.id == order.id ? nil : "threw \(error)"
        case let error as RemoteError:
            return order.fate == .throwsPlain && error.typeName.hasSuffix("PlainFailure") ? nil : "threw \(error)"
        case let error as MultitaskingError:
            return objection(to: error, begun: begun, witness)
        default:
            return "failed with \(error)"
        }
    }

    private func objection(to error: MultitaskingError, begun: Int, _ witness: Witness) -> String? {
        switch error.code {
        case .workerCrashed, .workerExited:
            guard let failure = error.cause as? WorkerFailure else { return "\(error) has no WorkerFailure" }
            return objection(to: failure, witness) ?? objectionToAttempt(of: failure)
        case .supervisorLost:
            guard let failure = error.cause as? WorkerFailure else { return "\(error) has no WorkerFailure" }
            return witness.supervisorStrikes > 0 ? objectionToAttempt(of: failure) : "\(error), of which none was hit"
        case .taskTimedOut: return options.timeout == nil ? "\(error) without a time limit" : nil
        case .queueTimedOut:
            if begun > 0 { return "\(error) after it had begun" }
            return options.queueTimeout == nil ? "\(error) without a time limit" : nil
        case .initializerFailed: return witness.workerStrikes >= 3 ? nil : "\(error)"
        case .arenaLimitReached: return isTight ? nil : "\(error)"
        default: return order.fate.poolError == error.code ? nil : "\(error)"
        }
    }

    private func objection(to failure: WorkerFailure, _ witness: Witness) -> String? {
        if let code = failure.exitCode { return code == order.fate.exitCode ? nil : "\(failure)" }
        guard let signal = failure.signal else { return "by nothing: \(failure)" }
        if witness.wasStruck(failure.pid, by: signal) { return nil }
        if mayBeKilled, signal == SIGKILL { return nil }
        guard order.fate.signals.contains(signal) else { return "nobody did this: \(failure)" }
        return failure.phase == order.fate.phase ? nil : "in another phase than \(order.fate.phase): \(failure)"
    }

    /// A task that may be tried again must not end with the failure of an earlier attempt.
    private func objectionToAttempt(of failure: WorkerFailure) -> String? {
        let attempts = 1 + options.retries.limit
        let which = "attempt \(failure.attempt) of \(attempts)"
        if failure.attempt > attempts { return "\(which): \(failure)" }
        if options.retries.onCrash, failure.attempt < attempts { return "\(which) was not tried again: \(failure)" }
        return nil
    }
}
