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
    /// A pool has no room if as many tasks wait for a worker as its `queueLimit` allows, or if its shared memory is
    /// full. By default, `submit` waits as long as it takes. If it fails, it throws `timedOut` if there is no room in
    /// the queue, or `arenaLimitReached` if there is none in memory, and there is no task.
    ///
    /// While `submit` waits, it blocks the calling thread. In asynchronous code, this is a thread of Swift's
    /// cooperative thread pool, which has about one for each core. There, use `run`, which suspends for as long as this
    /// option allows, or `stream`, or submit with ``WaitLimit/never``. With `never`, `submit` doesn't wait for memory
    /// that workers can give back, either; a later call may find it.
    public var waitForRoom: WaitLimit {
        get { asked?.values.waitForRoom ?? .forever }
        set { change { $0.waitForRoom = newValue } }
    }

    /// How long the task may run; nil for no limit.
    ///
    /// When the limit passes, the task is asked to stop: its context reads as cancelled, and if its function is
    /// asynchronous, the Swift task that runs it is cancelled. After ``gracePeriod``, its process receives SIGTERM;
    /// after another grace period, it receives SIGKILL, and the task ends with `taskTimedOut`. If the task throws
    /// `CancellationError` after it was asked to stop, it also ends with `taskTimedOut`, but its process stays.
    /// Anything else that it returns or throws within the first grace period is its result. A thread pool can't end a
    /// running task, and refuses this, ``queueTimeout`` and ``retries`` with `invalidArgument`; see ``validate(for:)``.
    public var timeout: Duration? {
        get { asked?.values.timeout }
        set { change { $0.timeout = newValue } }
    }

    /// How long the task may wait for a worker; nil for no limit. When the limit passes, the task ends with
    /// `queueTimedOut` and never starts. A task that waits for a retry has started, and has no such limit.
    ///
    /// The time begins when the task is in the queue. While `submit` waits for room there, this limit doesn't run; see
    /// ``waitForRoom``.
    public var queueTimeout: Duration? {
        get { asked?.values.queueTimeout }
        set { change { $0.queueTimeout = newValue } }
    }

    /// The time between the steps of ending a running task, each of which is stricter than the one before.
    public var gracePeriod: Duration {
        get { asked?.values.gracePeriod ?? Values.usualGracePeriod }
        set { change { $0.gracePeriod = newValue } }
    }

    /// The failures after which the task runs again. A process pool refuses them for a task that it would run in a fork
    /// of this process.
    public var retries: RetryPolicy {
        get { asked?.values.retries ?? .never }
        set { change { $0.retries = newValue } }
    }

    /// Which of the waiting tasks start first.
    public var priority: Priority {
        get { asked?.values.priority ?? .normal }
        set { change { $0.priority = newValue } }
    }

    /// The seed of the task's `context.random`; nil for a random seed, which you can read from the task and its
    /// `PoolTask`. If one call submits several tasks, as `map` does, each task's seed is derived from this one and its
    /// index; see ``TaskRandom/seed(_:at:)``.
    public var seed: UInt64? {
        get { asked?.values.seed }
        set { change { $0.seed = newValue } }
    }

    /// What happens to the task's output. Tasks of a thread pool or a simulation share standard output, so these
    /// backends refuse `.capture` and `.prefixed` with `invalidArgument`.
    public var output: Output {
        get { asked?.values.output ?? .inherited }
        set { change { $0.output = newValue } }
    }

    /// The resources that the task needs; nil for no requirement. Pools on this machine refuse requests.
    public var resources: ResourceRequest? {
        get { asked?.values.resources }
        set { change { $0.resources = newValue } }
    }

    /// The task's name in statistics and timelines; nil for the name of its function. A session sets this to the task's
    /// name in the session. It has no other effect and doesn't need to be unique.
    public var name: String? {
        get { asked?.values.name }
        set { change { $0.name = newValue } }
    }

    /// What is asked for; nil for the defaults. One reference, because options are copied several times for each task.
    /// Where it is nil, the properties above are constants to the compiler, so they say their defaults themselves.
    @usableFromInline var asked: Asked?

    /// Creates options.
    public init(
        waitForRoom: WaitLimit = .forever, timeout: Duration? = nil, queueTimeout: Duration? = nil,
        gracePeriod: Duration = .milliseconds(500), retries: RetryPolicy = .never, priority: Priority = .normal,
        seed: UInt64? = nil, output: Output = .inherited, resources: ResourceRequest? = nil,
        name: String? = nil
    ) {
        asked = .holding(
            Values(
                waitForRoom: waitForRoom, timeout: timeout, queueTimeout: queueTimeout, gracePeriod: gracePeriod,
                retries: retries, priority: priority, seed: seed, output: output, resources: resources, name: name))
    }

    @inlinable
    init(_ asked: Asked?) { self.asked = asked }

    /// The default options.
    @inlinable
    public static var `default`: TaskOptions { TaskOptions(nil) }

    /// Whether nothing is asked for.
    @inlinable
    package var areDefaults: Bool { asked == nil }

    /// Whether anything is asked for but to wait for room. Inlined, so that nothing is left of it where that is known.
    @inlinable
    package var asksForMoreThanRoom: Bool { asked?.asksForMoreThanRoom ?? false }

    private mutating func change(_ change: (inout Values) -> Void) {
        var values = asked?.values ?? Values()
        change(&values)
        asked = .holding(values)
    }
}

extension TaskOptions: CustomReflectable {
    /// The options, for printing and debugging.
    public var customMirror: Mirror {
        Mirror(
            self, children: Mirror(reflecting: asked?.values ?? .defaults).children, displayStyle: .struct)
    }
}

extension TaskOptions {
    struct Values: Sendable, Hashable {
        var waitForRoom = WaitLimit.forever
        var timeout: Duration?
        var queueTimeout: Duration?
        var gracePeriod = usualGracePeriod
        var retries = RetryPolicy.never
        var priority = Priority.normal
        var seed: UInt64?
        var output = Output.inherited
        var resources: ResourceRequest?
        var name: String?

        static let usualGracePeriod = Duration.milliseconds(500)
        static let defaults = Values()
    }

    /// Options that are not the default ones.
    @usableFromInline
    final class Asked: Sendable, Hashable {
        let values: Values

        private init(_ values: Values) { self.values = values }

        /// Options with these values; nil if they are the defaults.
        static func holding(_ values: Values) -> Asked? { values == .defaults ? nil : Asked(values) }

        /// A grace period that can be kept asks for nothing by itself.
        @usableFromInline
        var asksForMoreThanRoom: Bool {
            var others = values
            others.waitForRoom = .forever
            if others.gracePeriod >= .zero { others.gracePeriod = Values.usualGracePeriod }
            return others != .defaults
        }

        @usableFromInline
        static func == (first: Asked, second: Asked) -> Bool { first.values == second.values }

        @usableFromInline
        func hash(into hasher: inout Hasher) { hasher.combine(values) }
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
