/// How the kit wants an executor.
///
/// ```swift
/// func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
///     try MyPool(workers: settings.maxWorkers)
/// }
/// ```
public struct ExecutorSettings: Sendable, Hashable {
    /// How many workers it has, exactly.
    public var maxWorkers: Int

    /// How many tasks may wait for a worker; nil for no limit. Asked for only of a backend with
    /// ``Capability/limitedQueue``.
    public var queueLimit: Int?

    /// The argument of the workers' initializer, which is to be ``initialize(_:)``; their finalizer is ``finalize()``.
    /// Nil for none of both. Asked for only of a backend with ``Capability/workerSetup``.
    public var initializerArgument: Int?

    /// Makes settings.
    public init(maxWorkers: Int, queueLimit: Int? = nil, initializerArgument: Int? = nil) {
        self.maxWorkers = maxWorkers
        self.queueLimit = queueLimit
        self.initializerArgument = initializerArgument
    }

    /// What workers run first: `MyPool(initializer: ExecutorSettings.initialize, argument)`.
    @Sendable
    public static func initialize(_ argument: Int) throws { WorkerMarks.add(argument) }

    /// What workers run last.
    @Sendable
    public static func finalize() throws -> String { "finalized" }
}
