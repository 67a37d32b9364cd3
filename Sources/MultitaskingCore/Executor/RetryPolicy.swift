/// The failures after which a task runs again.
///
/// ```swift
/// TaskOptions(retries: .onCrash(2))
/// TaskOptions(retries: .onErrors(Unavailable.self, limit: 3, orCrash: true, backoff: .milliseconds(100)))
/// ```
///
/// If a worker dies before it starts a task, another worker always runs the task; this doesn't count as a retry. Tasks
/// that are cancelled or exceed a time limit are never retried. By default, a task runs at most once.
public struct RetryPolicy: Sendable, Hashable {
    /// The maximum number of retries, 0...1000. After that, the task ends with its last failure, so a task that kills
    /// every worker doesn't run endlessly.
    public var limit: Int

    /// Whether to retry after the worker dies while running the task.
    public var onCrash: Bool

    /// Whether to retry after the worker is lost, so that it's unknown whether the task ran.
    ///
    /// If true, the task may run **more than once**, and the result of the first run may be lost, so the task must be
    /// idempotent. If false, the task runs at most once and ends with `workerLost`.
    public var onLoss: Bool

    /// The types of errors thrown by the task's function after which to retry; at most three.
    public var errors: [ErrorType]

    /// The delay before the first retry. It doubles with each further retry.
    public var backoff: Duration

    @inlinable
    init(limit: Int, onCrash: Bool, onLoss: Bool = false, errors: [ErrorType], backoff: Duration) {
        self.limit = limit
        self.onCrash = onCrash
        self.onLoss = onLoss
        self.errors = errors
        self.backoff = backoff
    }

    /// Never retries.
    @inlinable
    public static var never: RetryPolicy {
        RetryPolicy(limit: 0, onCrash: false, errors: [], backoff: Duration(attoseconds: 0))
    }

    /// Retries up to `limit` times after the worker dies.
    public static func onCrash(_ limit: Int, backoff: Duration = .zero) -> RetryPolicy {
        RetryPolicy(limit: limit, onCrash: true, errors: [], backoff: backoff)
    }

    /// Retries up to `limit` times after the worker is lost: the task runs **at least once**, possibly more often.
    ///
    /// A worker is lost when its machine no longer responds, so that it's unknown whether the task ran. Pools on this
    /// machine, in which a worker's death is always detected, refuse this policy.
    /// - Parameter orCrash: whether to retry after the worker dies, too.
    public static func onLoss(_ limit: Int, orCrash: Bool = false, backoff: Duration = .zero) -> RetryPolicy {
        RetryPolicy(limit: limit, onCrash: orCrash, onLoss: true, errors: [], backoff: backoff)
    }

    /// Retries up to `limit` times after the function throws an error of one of the types.
    /// - Parameter orCrash: whether to retry after the worker dies, too.
    public static func onErrors(
        _ types: any Error.Type..., limit: Int, orCrash: Bool = false, backoff: Duration = .zero
    ) -> RetryPolicy {
        RetryPolicy(limit: limit, onCrash: orCrash, errors: types.map(ErrorType.init), backoff: backoff)
    }

    /// The type of an error, for comparison.
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

    /// The maximum number of error types in a policy.
    public static let errorLimit = 3

    fileprivate static let limits = 0...1000
}

extension RetryPolicy {
    /// Throws `invalidArgument` if a number is out of range.
    func validate() throws {
        guard Self.limits.contains(limit), errors.count <= Self.errorLimit, backoff >= .zero else {
            throw MultitaskingError(
                .invalidArgument,
                "retries are \(limit) times for \(errors.count) error types after \(backoff); give 0 to 1000 times, at "
                    + "most \(Self.errorLimit) types and a back-off of zero or more")
        }
    }
}
