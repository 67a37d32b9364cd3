#if Dashboard
    public import MultitaskingCore
    public import MultitaskingSessions

    /// A live page in the browser that shows the workers, queues, sessions, crashes, and slowest tasks of pools.
    ///
    /// ```swift
    /// let pool = try ProcessPool()
    /// let dashboard = Dashboard(watching: pool, named: "importer")
    /// async let page: Void = dashboard.run(port: 8787)     // http://127.0.0.1:8787
    /// …
    /// ```
    /// The page is read-only: it can't start or end anything, and only exposes what it shows. `/statistics` returns the
    /// pool's `PoolStatistics` as JSON, `/metrics` returns them for Prometheus, and `/events` streams the page's data.
    ///
    /// The server uses threads. If you want to fork a pool, create it before you start the server; a pool that is
    /// created later is spawned. A pool that is shut down stays on the page with its last values.
    public final class Dashboard: Sendable {
        private let board = Board()

        /// Creates a page that shows a pool.
        ///
        /// - Parameter name: the name of the pool on the page and in metrics.
        public init(watching pool: any Executor, named name: String = "pool") { board.add(pool, named: name) }

        /// Creates a page that shows the pool of a manager.
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

        /// Shows another pool. If the name is already in use, a number is appended.
        public func watch(_ pool: any Executor, named name: String) { board.add(pool, named: name) }

        /// Shows a session's progress until the session is destroyed or released. If the name is already in use, a
        /// number is appended.
        ///
        /// ```swift
        /// dashboard.watch(session, named: "import")
        /// ```
        public func watch(_ session: TaskSession, named name: String) { board.add(session, named: name) }

        /// Serves the page until the awaiting task is cancelled.
        ///
        /// - Parameters:
        ///   - port: the port to listen on, 0...65535; 0 for any free port, which `onListening` reports.
        ///   - address: the IPv4 or IPv6 address to listen on; by default, only programs on this machine can connect.
        ///     Other addresses, such as `0.0.0.0` for all interfaces, require a token.
        ///   - token: a secret of at least 16 characters that a client must present; see ``makeToken()``. Clients pass
        ///     it in the address (`/?token=…`, which the browser stores in a cookie) or as a bearer token.
        ///   - refresh: how often to read the pools; values below 50 milliseconds are treated as 50 milliseconds.
        ///   - onListening: called once with the page's address, including the token.
        /// - Throws: `invalidArgument` for an invalid port, address, or token, and for an address that others can reach
        ///   without a token; `systemError` if the system refuses to listen; `CancellationError`.
        public func run(
            port: Int = 8787, address: String = "127.0.0.1", token: String? = nil, refresh: Duration = .seconds(1),
            onListening: @escaping @Sendable (String) -> Void = { _ in }
        ) async throws {
            let place = try ListeningPlace(port: port, address: address, token: token)
            let interval = min(max(refresh, .milliseconds(50)), .seconds(3600))
            try await DashboardServer(board, place).run(every: interval, onListening: onListening)
        }

        /// Returns a new random token of 32 hexadecimal digits.
        public static func makeToken() -> String {
            var generator = SystemRandomNumberGenerator()
            return (0..<4).map { _ in
                let digits = String(UInt32.random(in: 0...UInt32.max, using: &generator), radix: 16)
                return String(repeating: "0", count: 8 - digits.count) + digits
            }.joined()
        }
    }
#endif
