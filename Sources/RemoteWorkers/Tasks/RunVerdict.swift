internal import MultitaskingCore
internal import MultitaskingSerialization

/// What follows from the end of a run.
enum RunVerdict {
    case end(TaskEnd)
    /// The run has never begun, and nobody asked for that: it is handed over again.
    case again
    case retry(after: Duration)

    /// What is known of a task when one of its runs ends.
    struct Circumstances: Sendable {
        var options: TaskOptions
        var attempt: Int
        /// Whether it is to be ended by force.
        var isCancelled = false
        /// Whether it is to be cancelled if it has not begun.
        var isWithdrawn = false
        /// Whether it is too late to begin.
        var isLate = false
        /// Whether the pool ends, and all that runs with it.
        var isKilled = false
    }

    /// Decides; has no effect. Decodes what was thrown if that may be a reason to run the task again.
    init(on end: RunEnd, _ task: Circumstances) {
        let retries = task.options.retries
        let isUnwanted = task.isCancelled || task.isKilled
        let mayRetry = !isUnwanted && task.attempt <= retries.limit
        switch end {
        case .call(.value, let tail): self = .end(.value(tail))
        case .call(.failure, let tail) where isUnwanted && Self.hasLeft(tail): self = .end(.cancelled)
        case .call(.thrown, let tail), .call(.failure, let tail):
            let isReason = mayRetry && !retries.errors.isEmpty && Self.isReason(tail, retries)
            self = isReason ? .retry(after: Self.pause(task)) : .end(.thrown(tail))
        case .died(let failure):
            self =
                mayRetry && retries.onCrash
                ? .retry(after: Self.pause(task)) : .end(.failure(Self.crash(failure)))
        case .timedOut(let failure): self = .end(.failure(MultitaskingError.taskTimedOut(failure)))
        case .cancelled: self = .end(.cancelled)
        case .withdrawn:
            if isUnwanted || task.isWithdrawn {
                self = .end(.cancelled)
            } else {
                self = task.isLate ? .end(.failure(Self.queueTimedOut(task.options))) : .again
            }
        case .lost where isUnwanted: self = .end(.cancelled)
        case .lost(let node, let detail):
            self =
                mayRetry && retries.onLoss
                ? .retry(after: Self.pause(task)) : .end(.failure(Self.loss(WorkerLoss(node: node, detail: detail))))
        case .outOfMemory(let node, let detail):
            self =
                mayRetry && retries.onCrash
                ? .retry(after: Self.pause(task))
                : .end(.failure(Self.lackOfMemory(WorkerLoss(node: node, detail: detail))))
        case .other(let detail):
            self = .end(.failure(MultitaskingError(.systemError, "the task could not be run: \(detail)")))
        case .unreachable where isUnwanted: self = .end(.cancelled)
        case .unreachable(let detail):
            self = .end(.failure(MultitaskingError(.clusterUnreachable, "the task has not run: \(detail)")))
        }
    }

    /// How long to wait before the next attempt.
    static func pause(_ task: Circumstances) -> Duration {
        var pause = task.options.retries.backoff.clampedForWaiting
        for _ in 1..<max(2, min(task.attempt, 30)) where task.attempt > 1 { pause = min(pause * 2, .seconds(86_400)) }
        return pause
    }

    /// Whether what was thrown is one of the types after which a task is run again.
    private static func isReason(_ tail: FrameTail, _ retries: RetryPolicy) -> Bool {
        guard let error = try? decodeError(tail) else { return false }
        if let error = error as? MultitaskingError, error.origin != .task { return false }
        let name = (error as? RemoteError)?.typeName
        return retries.errors.contains { each in
            each.type == type(of: error) || name.map { $0 == qualifiedName(of: each.type) } ?? false
        }
    }

    /// Whether the task left because it was asked to. Only here is it known why it was.
    private static func hasLeft(_ tail: FrameTail) -> Bool {
        guard let error = try? decodeError(tail) as? MultitaskingError else { return false }
        return error.origin == .pool && error.code == .taskTimedOut
    }

    /// The error that a run has ended with.
    static func decodeError(_ tail: FrameTail) throws -> any Error {
        try unsafe tail.withBytes { bytes in
            // SAFETY: the reader is gone before the bytes are.
            var reader = unsafe PayloadReader(bytes)
            return try reader.decodeError()
        }
    }

    // MARK: Errors

    static func crash(_ failure: WorkerFailure) -> MultitaskingError {
        MultitaskingError(
            failure.exitCode == nil ? .workerCrashed : .workerExited,
            "\(failure.summary); other tasks continue", cause: failure)
    }

    static func queueTimedOut(_ options: TaskOptions) -> MultitaskingError {
        MultitaskingError(
            .queueTimedOut,
            "the task has not started within \(options.queueTimeout.map(String.init(describing:)) ?? "its limit"); "
                + "allow more time, more workers, or nodes that have the resources it requests")
    }

    static func loss(_ loss: WorkerLoss) -> MultitaskingError {
        MultitaskingError(
            .workerLost,
            "the worker \(loss.node.map { "on \($0) " } ?? "")was lost, and it is unknown whether it ran the task: not "
                + "at all, in part, or to its end (\(loss.detail)); if the task may run more than once, give it "
                + "retries of .onLoss", cause: loss)
    }

    static func lackOfMemory(_ loss: WorkerLoss) -> MultitaskingError {
        MultitaskingError(
            .memoryLimitExceeded,
            "the node \(loss.node.map { "\($0) " } ?? "")had too little memory and ended the task (\(loss.detail)); "
                + "run fewer tasks at the same time, or specify in the task's resources how much memory it needs",
            cause: loss)
    }
}
