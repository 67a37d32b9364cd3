/// The kit's requirements for an executor.
///
/// ```swift
/// func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor {
///     try MyPool(workers: settings.maxWorkers)
/// }
/// ```
public struct ExecutorSettings: Sendable, Hashable {
    /// The exact number of workers.
    public var maxWorkers: Int

    /// How many tasks may wait for a worker; nil for no limit. Only set for a backend with ``Capability/limitedQueue``.
    public var queueLimit: Int?

    /// The argument of the workers' initializer, which must be ``initialize(_:)``; the finalizer must be
    /// ``finalize()``. Nil for neither. Only set for a backend with ``Capability/workerSetup``.
    public var initializerArgument: Int?

    /// Creates settings.
    public init(maxWorkers: Int, queueLimit: Int? = nil, initializerArgument: Int? = nil) {
        self.maxWorkers = maxWorkers
        self.queueLimit = queueLimit
        self.initializerArgument = initializerArgument
    }

    /// The initializer of workers: `MyPool(initializer: ExecutorSettings.initialize, argument)`.
    @Sendable
    public static func initialize(_ argument: Int) throws { WorkerMarks.add(argument) }

    /// The finalizer of workers.
    @Sendable
    public static func finalize() throws -> String { "finalized" }
}
