#if Dashboard
    import FlyingFox
    import FlyingSocks
    import MultitaskingPlatform

    /// Waits for sockets, and gives a client up that neither sends nor takes anything for a while: the descriptors that
    /// clients hold are missing in the program.
    struct ImpatientSocketPool: AsyncSocketPool {
        /// How long a client may do nothing while it is waited for.
        private static let patience = Duration.seconds(30)

        private let base: any AsyncSocketPool = HTTPServer.defaultPool()

        func prepare() async throws { try await base.prepare() }

        func run() async throws { try await base.run() }

        func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
            // The next client may come at any time.
            if isListening(socket) { return try await base.suspendSocket(socket, untilReadyFor: events) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await base.suspendSocket(socket, untilReadyFor: events) }
                group.addTask {
                    try await Task.sleep(for: Self.patience)
                    throw SocketError.disconnected
                }
                try await group.next()
            }
        }

        private func isListening(_ socket: Socket) -> Bool {
            var (isListening, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
            // SAFETY: the system fills the local variables.
            let result = unsafe getsockopt(socket.file.rawValue, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size)
            return result == 0 && isListening != 0
        }
    }
#endif
