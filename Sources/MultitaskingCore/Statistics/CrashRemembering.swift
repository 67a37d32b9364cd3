/// An executor that keeps a list of its most recent crashes, for monitoring.
///
/// ```swift
/// for crash in (pool as? any CrashRemembering)?.recentCrashes ?? [] {
///     print(crash.task, crash.message, crash.failure.backtrace?.description ?? "")
/// }
/// ```
public protocol CrashRemembering: Executor {
    /// The most recent crashes, at most 16, the oldest first. A crash is listed once the task's outcome has been read
    /// or waited for.
    var recentCrashes: [RecentCrash] { get }
}

/// A task whose worker died.
///
/// ```swift
/// if let crash = pool.recentCrashes.last { print(crash.task, "crashed", crash.age, "ago") }
/// ```
public struct RecentCrash: Sendable {
    /// The task's name, or that of its function.
    public let task: String
    /// The message of the task's error.
    public let message: String
    /// How the worker died, with its backtrace if the pool records them.
    public let failure: WorkerFailure
    package let moment: ContinuousClock.Instant

    /// Creates a description of a crash that was just detected.
    public init(task: String, message: String, failure: WorkerFailure) {
        self.task = task
        self.message = message
        self.failure = failure
        moment = .now
    }

    /// The time since the crash was detected.
    public var age: Duration { ContinuousClock.now - moment }

    /// The signal's name, or the exit code.
    public var cause: String {
        failure.signalName ?? failure.exitCode.map { "exit code \($0)" } ?? "unknown"
    }
}
