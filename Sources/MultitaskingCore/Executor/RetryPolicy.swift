/// When a task that failed is run again.
///
/// ```swift
/// TaskOptions(retries: .onCrash(2))
/// TaskOptions(retries: .onErrors(Unavailable.self, limit: 3, orCrash: true, backoff: .milliseconds(100)))
/// ```
///
/// A task that had not started when its worker died is always run elsewhere; that is no retry. A cancelled task and one
/// that ran out of time are never retried. By default a task runs at most once.
public struct RetryPolicy: Sendable, Hashable {
    /// How often the task may be run again, 0...1000. After that it ends with the last failure: a task that kills each
    /// worker that runs it fails instead of being retried endlessly.
    public var limit: Int

    /// Whether the death of the worker while it ran the task is a reason.
    public var onCrash: Bool

    /// Whether it is a reason that the worker was lost, so that nobody knows whether it has run the task.
    ///
    /// With it, a task may run **more than once**, the first time unseen: what it does must bear that. Without it, a
    /// task runs at most once, and ends with `workerLost`.
    public var onLoss: Bool

    /// Which errors of the task's function are a reason, at most three types.
    public var errors: [ErrorType]

    /// How long to wait before the first retry; each further one waits twice as long as the one before.
    public var backoff: Duration

    @inlinable
    init(limit: Int, onCrash: Bool, onLoss: Bool = false, errors: [ErrorType], backoff: Duration) {
        self.limit = limit
        self.onCrash = onCrash
        self.onLoss = onLoss
        self.errors = errors
        self.backoff = backoff
    }

    /// The task runs once.
    @inlinable
    public static var never: RetryPolicy {
        RetryPolicy(limit: 0, onCrash: false, errors: [], backoff: Duration(attoseconds: 0))
    }

    /// Runs the task again up to `limit` times when its worker dies.
    public static func onCrash(_ limit: Int, backoff: Duration = .zero) -> RetryPolicy {
        RetryPolicy(limit: limit, onCrash: true, errors: [], backoff: backoff)
    }

    /// Runs the task again up to `limit` times when its worker is lost: **at least once**, maybe more often.
    ///
    /// A worker is lost when its machine does not answer any more, so that nobody knows whether the task has run. Where
    /// workers cannot be lost without being known to be dead, as in pools of this machine, it is refused.
    /// - Parameter orCrash: whether the death of its worker is a reason too.
    public static func onLoss(_ limit: Int, orCrash: Bool = false, backoff: Duration = .zero) -> RetryPolicy {
        RetryPolicy(limit: limit, onCrash: orCrash, onLoss: true, errors: [], backoff: backoff)
    }

    /// Runs the task again up to `limit` times when it throws an error of one of the types.
    /// - Parameter orCrash: whether the death of its worker is a reason too.
    public static func onErrors(
        _ types: any Error.Type..., limit: Int, orCrash: Bool = false, backoff: Duration = .zero
    ) -> RetryPolicy {
        RetryPolicy(limit: limit, onCrash: orCrash, errors: types.map(ErrorType.init), backoff: backoff)
    }

    /// The type of an error, comparable.
    ///
    /// ```swift
    /// policy.errors.contains(RetryPolicy.ErrorType(Unavailable.self))
    /// ```
    public struct ErrorType: Sendable, Hashable {
        /// The type itself.
        public let type: any Error.Type

        /// Wraps a type.
        public init(_ type: any Error.Type) { self.type = type }

        /// Whether both are the same type.
        public static func == (first: Self, second: Self) -> Bool { first.type == second.type }

        /// Hashes the type's identity.
        public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(type)) }
    }

    /// The most types of errors that a policy can list.
    public static let errorLimit = 3

    fileprivate static let limits = 0...1000
}

extension RetryPolicy {
    /// Throws `invalidArgument` unless the numbers are in their ranges.
    func validate() throws {
        guard Self.limits.contains(limit), errors.count <= Self.errorLimit, backoff >= .zero else {
            throw MultitaskingError(
                .invalidArgument,
                "retries are \(limit) times for \(errors.count) error types after \(backoff); give 0 to 1000 times, at "
                    + "most \(Self.errorLimit) types and a back-off of zero or more")
        }
    }
}
