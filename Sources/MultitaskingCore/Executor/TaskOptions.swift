/// Options for running one task.
///
/// ```swift
/// let options = TaskOptions(timeout: .seconds(30), retries: .onCrash(1))
/// let future = try pool.submit(convert, options: options, file)
/// ```
public struct TaskOptions: Sendable, Hashable {
    /// What `submit` does when the pool has no room for another task: wait, fail, or wait for a limited time and then
    /// fail.
    ///
    /// By default, it waits as long as it takes.
    public var waitForRoom: WaitLimit

    /// How long the task may run; nil for no limit.
    ///
    /// When the limit passes, the task is asked to stop: its context reads as cancelled. After ``gracePeriod``, its
    /// process receives SIGTERM, after another grace period SIGKILL, and the task ends with `taskTimedOut`. A result
    /// that it returns within the first grace period counts. A thread pool can't end a running task, and refuses this,
    /// ``queueTimeout`` and ``retries`` with `invalidArgument`; see ``validate(for:)``.
    public var timeout: Duration?

    /// How long the task may wait for a worker; nil for no limit. When the limit passes, the task ends with
    /// `queueTimedOut` and never starts.
    public var queueTimeout: Duration?

    /// The time between the steps of ending a running task, each harder than the one before.
    public var gracePeriod: Duration

    /// The failures after which the task runs again.
    public var retries: RetryPolicy

    /// Which of the waiting tasks start first.
    public var priority: Priority

    /// The seed of the task's `context.random`; nil for a random seed, which you can read from the task and its
    /// `PoolTask`. If one call submits several tasks, as `map` does, each task's seed is derived from this one and its
    /// index; see ``TaskRandom/seed(_:at:)``.
    public var seed: UInt64?

    /// What happens to the task's output. Tasks of a thread pool or a simulation share standard output, so these
    /// backends refuse `.capture` and `.prefixed` with `invalidArgument`.
    public var output: Output

    /// The resources that the task needs; nil for no requirement. Pools on this machine refuse requests.
    public var resources: ResourceRequest? {
        get { rest?.resources }
        set { rest = RareOptions.with(newValue, name: name) }
    }

    /// The task's name in statistics and timelines; nil for the name of its function. A session sets this to the task's
    /// name in the session. It has no other effect and doesn't need to be unique.
    public var name: String? {
        get { rest?.name }
        set { rest = RareOptions.with(resources, name: newValue) }
    }

    /// Apart, so that options stay small where nothing is asked for.
    @usableFromInline var rest: RareOptions?

    /// Creates options.
    @inlinable
    public init(
        waitForRoom: WaitLimit = .forever, timeout: Duration? = nil, queueTimeout: Duration? = nil,
        gracePeriod: Duration = .milliseconds(500), retries: RetryPolicy = .never, priority: Priority = .normal,
        seed: UInt64? = nil, output: Output = .inherited, resources: ResourceRequest? = nil,
        name: String? = nil
    ) {
        self.waitForRoom = waitForRoom
        self.timeout = timeout
        self.queueTimeout = queueTimeout
        self.gracePeriod = gracePeriod
        self.retries = retries
        self.priority = priority
        self.seed = seed
        self.output = output
        rest = RareOptions.with(resources, name: name)
    }

    /// The default options.
    @inlinable
    public static var `default`: TaskOptions { TaskOptions() }

    /// Whether anything is asked for but to wait for room. Inlined, so that nothing is left of it where that is known.
    @inlinable
    package var asksForMoreThanRoom: Bool {
        timeout != nil || queueTimeout != nil || gracePeriod.attoseconds < 0 || retries.limit != 0 || retries.onCrash
            || retries.onLoss || !retries.errors.isEmpty || retries.backoff.attoseconds != 0 || priority != .normal
            || seed != nil || output != .inherited || rest != nil
    }
}

extension TaskOptions {
    /// Throws `invalidArgument` if a duration isn't positive or if the number of retries is out of range.
    public func validate() throws {
        try Self.validate(timeout, "timeout")
        try Self.validate(queueTimeout, "queueTimeout")
        if gracePeriod < .zero {
            throw MultitaskingError(.invalidArgument, "gracePeriod is \(gracePeriod); give zero or more")
        }
        try retries.validate()
        if let limit = output.limit, !(0...Output.largestLimit).contains(limit) {
            throw MultitaskingError(
                .invalidArgument,
                "output is captured up to \(limit) bytes; give a limit from 0 to 16 MiB (\(Output.largestLimit))")
        }
        try resources?.validate()
    }

    private static func validate(_ duration: Duration?, _ name: StaticString) throws {
        guard let duration, duration <= .zero else { return }
        throw MultitaskingError(
            .invalidArgument, "\(name) is \(duration); give a positive duration, or nil for no limit")
    }
}

/// Holds options that few tasks have.
@usableFromInline
final class RareOptions: Sendable, Hashable {
    let resources: ResourceRequest?
    let name: String?

    private init(_ resources: ResourceRequest?, _ name: String?) {
        self.resources = resources
        self.name = name
    }

    /// Options that ask for this; nil if it is nothing.
    @inlinable
    static func with(_ resources: ResourceRequest?, name: String?) -> RareOptions? {
        resources == nil && name == nil ? nil : holding(resources, name)
    }

    @usableFromInline
    static func holding(_ resources: ResourceRequest?, _ name: String?) -> RareOptions { RareOptions(resources, name) }

    @usableFromInline
    static func == (first: RareOptions, second: RareOptions) -> Bool {
        first.resources == second.resources && first.name == second.name
    }

    @usableFromInline
    func hash(into hasher: inout Hasher) {
        hasher.combine(resources)
        hasher.combine(name)
    }
}
