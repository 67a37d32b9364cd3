#if Dashboard
    import FlyingFox
    import FlyingSocks
    import Foundation
    import MultitaskingPlatform
    import Synchronization

    /// Accepts connections, and has their requests answered.
    ///
    /// The descriptors and the memory that clients hold are missing in the program, and who connects has shown no token
    /// yet. So there are few connections, and each has little time and room to say what it wants. FlyingFox's own
    /// server limits neither, and its pool of sockets can't: it is only asked when there is nothing to read.
    struct PageListener: Sendable {
        private static let connectionLimit = 128
        private static let headLimit = 16 << 10
        /// How long a client may take to send the head of a request, from the beginning or the answer before.
        private static let headPatience = Duration.seconds(10)
        /// How long to wait for a descriptor before asking again.
        private static let pause = Duration.milliseconds(200)
        /// How long a client may take to receive a part of an answer.
        private static let partPatience = Duration.seconds(30)
        private static let bufferSize = 4 << 10

        private let answer: @Sendable (HTTPRequest) -> HTTPResponse
        private let places = Places(free: connectionLimit)

        init(answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) { self.answer = answer }

        /// Serves until that fails, or the awaiting task is cancelled. Says the port once it listens.
        func run(at address: any SocketAddress, onListening: (UInt16) -> Void) async throws {
            let socket = try Socket(domain: Int32(address.family))
            defer { try? socket.close() }
            socket.keepFromOtherPrograms()
            try socket.setValue(true, for: .localAddressReuse)
            try socket.bind(to: address)
            try socket.listen()
            let pool = HTTPServer.defaultPool()
            try await pool.prepare()
            let listening = try AsyncSocket(socket: socket, pool: pool)
            if let port = try socket.sockname().portNumber { onListening(port) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await pool.run() }
                group.addTask { try await accept(from: listening, pool as? any Actor) }
                try await group.next()
            }
        }

        /// - Parameter pool: what waits for all sockets.
        private func accept(from listening: AsyncSocket, _ pool: (any Actor)?) async throws {
            try await withThrowingDiscardingTaskGroup { group in
                while true {
                    guard let connection = try await next(of: listening) else { continue }
                    connection.socket.keepFromOtherPrograms()
                    guard places.take() else {
                        try? connection.close()
                        continue
                    }
                    group.addTask {
                        // Whatever fails is the end of this connection alone.
                        try? await serve(connection)
                        // The pool may be about to forget the descriptor: it can't once that is closed, and would take
                        // the next connection, which gets the same number, for this one.
                        if let pool { await waitForTurn(of: pool) }
                        try? connection.close()
                        places.giveBack()
                    }
                }
            }
        }

        /// The next connection; nil after a pause if there is no descriptor for it, which may pass.
        private func next(of listening: AsyncSocket) async throws -> AsyncSocket? {
            do { return try await listening.accept() } catch SocketError.failed(_, let code, _)
                where [EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED].contains(code)
            {
                try await Task.sleep(for: Self.pause)
                return nil
            }
        }

        private func waitForTurn(of actor: isolated any Actor) {}

        // MARK: A connection

        private func serve(_ connection: AsyncSocket) async throws {
            var received: [UInt8] = []
            while true {
                let known = received
                let found = try await limited(to: Self.headPatience) {
                    try await readHead(after: known, of: connection)
                }
                guard let found else { return try await refuse(.requestHeaderFieldsTooLarge, connection) }
                guard let request = HTTPRequest(head: found.head) else {
                    return try await refuse(.badRequest, connection)
                }
                received = found.rest
                try await write(answer(request), to: connection, isLast: !request.keepsConnection)
                if request.hasBody { try await hangUp(connection) }
                if !request.keepsConnection { return }
            }
        }

        /// The head of the next request, and what has come behind it; nil if it is too long.
        private func readHead(
            after received: [UInt8], of connection: AsyncSocket
        ) async throws -> (head: [UInt8], rest: [UInt8])? {
            var received = received
            var searched = 0
            while true {
                if let end = HTTPRequest.endOfHead(received, from: searched) {
                    return (Array(received[..<end]), Array(received[end...]))
                }
                if received.count >= Self.headLimit { return nil }
                searched = max(0, received.count - 2)
                let room = min(Self.bufferSize, Self.headLimit - received.count)
                received += try await connection.read(atMost: room)
            }
        }

        private func write(_ response: HTTPResponse, to connection: AsyncSocket, isLast: Bool) async throws {
            guard case .httpBody(let body) = response.payload else { throw SocketError.disconnected }
            var headers = response.headers
            headers[.contentLength] = body.count.map(String.init)
            // A body that doesn't say its length is in such parts already.
            headers[.transferEncoding] = body.count == nil ? "chunked" : nil
            headers[.connection] = isLast ? "close" : "keep-alive"
            let status = "HTTP/1.1 \(response.statusCode.code) \(response.statusCode.phrase)\r\n"
            let lines = headers.map { "\($0.key.rawValue): \($0.value)\r\n" }.sorted()
            let head = Data((status + lines.joined() + "\r\n").utf8)
            try await limited(to: Self.partPatience) { try await connection.write(head) }
            for try await part in body {
                try await limited(to: Self.partPatience) { try await connection.write(part) }
            }
        }

        private func refuse(_ status: HTTPStatusCode, _ connection: AsyncSocket) async throws {
            try await write(HTTPResponse(statusCode: status, body: Data()), to: connection, isLast: true)
            try await hangUp(connection)
        }

        /// Closing while there is something to be read would take the answer from the client, which may still send.
        private func hangUp(_ connection: AsyncSocket) async throws {
            shutdown(connection.socket.file.rawValue, Int32(SHUT_WR))
            try await limited(to: .seconds(1)) {
                var left = 4 * Self.headLimit
                while left > 0 { left -= try await connection.read(atMost: Self.bufferSize).count }
            }
        }

        /// Throws if it takes longer.
        private func limited<Result: Sendable>(
            to limit: Duration, _ body: @escaping @Sendable () async throws -> Result
        ) async throws -> Result {
            try await withThrowingTaskGroup(of: Result.self) { group in
                defer { group.cancelAll() }
                group.addTask(operation: body)
                group.addTask {
                    try await Task.sleep(for: limit)
                    throw SocketError.disconnected
                }
                guard let result = try await group.next() else { throw SocketError.disconnected }
                return result
            }
        }
    }

    /// How many more connections there may be.
    private final class Places: Sendable {
        private let free: Mutex<Int>

        init(free: Int) { self.free = Mutex(free) }

        func take() -> Bool {
            free.withLock { free in
                guard free > 0 else { return false }
                free -= 1
                return true
            }
        }

        func giveBack() { free.withLock { $0 += 1 } }
    }

    extension Socket {
        /// Closes it in programs that this one executes: one that outlives this program would keep the port.
        fileprivate func keepFromOtherPrograms() { _ = fcntl(file.rawValue, F_SETFD, FD_CLOEXEC) }
    }

    extension Socket.Address {
        fileprivate var portNumber: UInt16? {
            switch self {
            case .ip4(_, let port), .ip6(_, let port): port
            case .unix: nil
            }
        }
    }
#endif
