/// How the kit wants an executor.
public struct ExecutorSettings: Sendable, Hashable {
    /// How many workers it has, exactly.
    public var maxWorkers: Int

    /// How many tasks may wait for a worker; nil for no limit. Asked for only of a backend with
    /// ``Capability/limitedQueue``.
    public var queueLimit: Int?

    /// Makes settings.
    public init(maxWorkers: Int, queueLimit: Int? = nil) {
        self.maxWorkers = maxWorkers
        self.queueLimit = queueLimit
    }
}
