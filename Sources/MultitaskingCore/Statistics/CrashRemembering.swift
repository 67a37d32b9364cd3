/// An executor that remembers the last workers that died with a task, for those who look at the pool from outside.
///
/// ```swift
/// for crash in (pool as? any CrashRemembering)?.recentCrashes ?? [] {
///     print(crash.task, crash.message, crash.failure.backtrace?.description ?? "")
/// }
/// ```
public protocol CrashRemembering: Executor {
    /// The last crashes, the oldest first; at most 16.
    ///
    /// A crash is among them once the task's outcome has been looked at, or somebody has waited for it.
    var recentCrashes: [RecentCrash] { get }
}

/// A task whose worker died.
///
/// ```swift
/// if let crash = pool.recentCrashes.last { print(crash.task, "crashed", crash.age, "ago") }
/// ```
public struct RecentCrash: Sendable {
    /// The name that the task was submitted under, or else that of its function.
    public let task: String
    /// What the task's error says.
    public let message: String
    /// How the worker died, with its backtrace if the pool takes them.
    public let failure: WorkerFailure
    private let moment: ContinuousClock.Instant

    /// Describes a crash that has just become known.
    public init(task: String, message: String, failure: WorkerFailure) {
        self.task = task
        self.message = message
        self.failure = failure
        moment = .now
    }

    /// How long ago it became known.
    public var age: Duration { ContinuousClock.now - moment }

    /// The signal's name, or the exit code.
    public var cause: String {
        failure.signalName ?? failure.exitCode.map { "exit code \($0)" } ?? "unknown"
    }
}
