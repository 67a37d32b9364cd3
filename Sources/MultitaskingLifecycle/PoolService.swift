#if Lifecycle
    public import Logging
    public import MultitaskingCore
    public import ServiceLifecycle

    /// A pool as a service, which shuts down in order with the program's other services.
    ///
    /// ```swift
    /// let pool = try ProcessPool()
    /// let group = ServiceGroup(
    ///     services: [PoolService(pool), server], gracefulShutdownSignals: [.sigterm], logger: logger)
    /// try await group.run()
    /// ```
    /// Services shut down in reverse order, so list the pool before the services that submit to it: they have ended
    /// when it drains.
    ///
    /// At a graceful shutdown, the pool accepts no further tasks and finishes those it has. Tasks that haven't ended
    /// within ``limit`` are killed, if the pool can do that: a process pool can, a thread pool can't. The group's own
    /// limit also applies: when `maximumGracefulShutdownDuration` passes, the group cancels its services, and a
    /// cancelled service kills its pool immediately. Tasks of a thread pool that don't end then run until the end of
    /// the program.
    public struct PoolService: Service, CustomStringConvertible {
        /// The pool.
        public let pool: any Executor

        /// How long tasks may continue at a graceful shutdown; nil for as long as the group allows.
        public let limit: Duration?

        private let logger: Logger

        /// Creates a service from a pool.
        ///
        /// - Parameters:
        ///   - pool: the pool, which the service shuts down.
        ///   - limit: how long tasks may continue at a graceful shutdown; nil for as long as the group allows. Zero or
        ///     less kills them immediately.
        ///   - logger: the logger to use if tasks have to be killed.
        public init(
            _ pool: any Executor, within limit: Duration? = nil, logger: Logger = Logger(label: "swift-multitasking")
        ) {
            self.pool = pool
            self.limit = limit
            self.logger = logger
        }

        /// Waits until the group shuts down, and then until the pool has ended.
        ///
        /// - Throws: `CancellationError` if the service is cancelled, after killing the pool.
        public func run() async throws {
            do {
                try await gracefulShutdown()
                if try await drain() { return }
                logger.warning("tasks of \(self) did not end in time and were killed")
            } catch {
                // A cancelled task suspends here all the same: for half a second if tasks do not end.
                let isEmpty = await pool.shutdown(.kill, within: .zero, then: .kill)
                if !isEmpty { logger.warning("\(self) was cancelled, and its tasks were killed") }
                throw error
            }
        }

        /// Returns false if tasks had to be killed.
        ///
        /// - Throws: `CancellationError` when the group has no more time; the end goes on.
        private func drain() async throws -> Bool {
            let isEmpty = Promise<Bool>()
            Task { [pool, limit] in
                if let limit {
                    isEmpty.fulfill(await pool.shutdown(.drain, within: limit, then: .kill))
                } else {
                    await pool.shutdown(.drain)
                    isEmpty.fulfill(true)
                }
            }
            return try await isEmpty.future.value()
        }

        /// The kind of the pool.
        public var description: String { "\(type(of: pool))" }
    }
#endif
