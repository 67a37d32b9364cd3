#if Dashboard
    public import MultitaskingCore
    public import MultitaskingSessions

    /// A live page in the browser that shows what pools do: workers, queues, sessions, crashes, slowest tasks.
    ///
    /// ```swift
    /// let pool = try ProcessPool()
    /// let dashboard = Dashboard(watching: pool, named: "importer")
    /// async let page: Void = dashboard.run(port: 8787)     // http://127.0.0.1:8787
    /// …
    /// ```
    /// It only looks: nothing can be started, ended or read by it but what is shown. `/statistics` has the pool's
    /// `PoolStatistics` as JSON, `/metrics` the same for Prometheus, `/events` what the page draws.
    ///
    /// The server has threads, so make pools that are to be forked first; a pool that is made while it runs is spawned.
    /// A pool that is shut down stays on the page with its last figures.
    public final class Dashboard: Sendable {
        private let board = Board()

        /// Makes a page that shows a pool.
        ///
        /// - Parameter name: what the pool is called on the page and in metrics.
        public init(watching pool: any Executor, named name: String = "pool") { board.add(pool, named: name) }

        /// Makes a page that shows the pool of a manager.
        ///
        /// ```swift
        /// try await withProcessPoolExecutor { manager in
        ///     let dashboard = Dashboard(watching: manager)
        ///     async let page: Void = dashboard.run()
        ///     …
        /// }
        /// ```
        public convenience init(watching manager: TaskManager, named name: String = "pool") {
            self.init(watching: manager.executor, named: name)
        }

        /// Shows another pool; one that has the name already gets a number behind it.
        public func watch(_ pool: any Executor, named name: String) { board.add(pool, named: name) }

        /// Shows a session's progress, until the session is destroyed or dropped.
        ///
        /// ```swift
        /// dashboard.watch(session, named: "import")
        /// ```
        public func watch(_ session: TaskSession, named name: String) { board.add(session, named: name) }

        /// Serves the page until the awaiting task is cancelled.
        ///
        /// - Parameters:
        ///   - port: where to listen, 0...65535; 0 for one that is free, which `onListening` tells.
        ///   - address: whom to listen to, as an IPv4 or IPv6 address: by default this machine's own programs alone.
        ///     Others, as `0.0.0.0` for everybody, need a token.
        ///   - token: a secret of at least 16 characters without which nothing is shown: see ``makeToken()``. It is
        ///     asked for in the address (`/?token=…`, which the browser keeps in a cookie) or as a bearer token.
        ///   - refresh: how often the pools are looked at, at least 50 milliseconds; less is taken for that.
        ///   - onListening: called once with the page's address, the token in it.
        /// - Throws: `invalidArgument` for a port, address or token that cannot be used, and for an address others can
        ///   reach without a token; `systemError` if the system refuses to listen there; `CancellationError`.
        public func run(
            port: Int = 8787, address: String = "127.0.0.1", token: String? = nil, refresh: Duration = .seconds(1),
            onListening: @escaping @Sendable (String) -> Void = { _ in }
        ) async throws {
            let place = try ListeningPlace(port: port, address: address, token: token)
            let interval = min(max(refresh, .milliseconds(50)), .seconds(3600))
            try await DashboardServer(board, place).run(every: interval, onListening: onListening)
        }

        /// A new token by chance: 32 hexadecimal digits.
        public static func makeToken() -> String {
            var generator = SystemRandomNumberGenerator()
            return (0..<4).map { _ in
                let digits = String(UInt32.random(in: 0...UInt32.max, using: &generator), radix: 16)
                return String(repeating: "0", count: 8 - digits.count) + digits
            }.joined()
        }
    }
#endif
