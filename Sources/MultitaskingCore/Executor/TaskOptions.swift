/// How one task is to be run.
///
/// ```swift
/// let options = TaskOptions(timeout: .seconds(30), retries: .onCrash(1))
/// let future = try pool.submit(convert, options: options, file)
/// ```
public struct TaskOptions: Sendable, Hashable {
    /// What `submit` does when the pool has no room for another task: wait, fail, or wait for a while and then fail.
    ///
    /// The default waits for as long as it takes.
    public var waitForRoom: WaitLimit

    /// How long the task may run; nil for as long as it likes.
    ///
    /// When the time is up, the task is asked to end: its context reads as cancelled. After ``gracePeriod`` its process
    /// gets SIGTERM, after another SIGKILL, and the task ends with `taskTimedOut`. What it returns within the first
    /// grace period counts. A thread pool, which cannot end a running task, refuses this, ``queueTimeout`` and
    /// ``retries`` with `invalidArgument`; see ``validate(for:)``.
    public var timeout: Duration?

    /// How long the task may wait for a worker; nil for as long as it takes. Then it ends with `queueTimedOut`, and
    /// never starts.
    public var queueTimeout: Duration?

    /// How long each step of ending a running task waits before the next, harder one.
    public var gracePeriod: Duration

    /// When the task is run again.
    public var retries: RetryPolicy

    /// Which of the waiting tasks start first.
    public var priority: Priority

    /// What the numbers of the task's `context.random` depend on; nil for a seed by chance, which the task and its
    /// `PoolTask` can tell. Of several tasks that are submitted by one call, as by `map`, each has a seed of its own
    /// that follows from this one and its place: ``TaskRandom/seed(_:at:)``.
    public var seed: UInt64?

    /// What becomes of what the task prints. Threads and a simulation, whose tasks share standard output, refuse
    /// `.capture` with `invalidArgument`.
    public var output: Output

    /// What the task needs of the machine it runs on; nil for nothing in particular. Pools of this machine refuse it.
    public var resources: ResourceRequest? {
        get { rest?.resources }
        set { rest = RareOptions.with(newValue, name: name) }
    }

    /// What statistics and timelines call the task; nil for the name of its function. A session gives the name that the
    /// task has there. It decides nothing, and need not be the only one of its kind.
    public var name: String? {
        get { rest?.name }
        set { rest = RareOptions.with(resources, name: newValue) }
    }

    /// Apart, so that options stay small where nothing is asked for.
    @usableFromInline var rest: RareOptions?

    /// Makes options.
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

    /// The options of a task that asks for nothing special.
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
    /// Throws `invalidArgument` unless all times are positive and the number of retries can be counted.
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
                "output is to be kept up to \(limit) bytes; give a limit from 0 to 16 MiB (\(Output.largestLimit))")
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
