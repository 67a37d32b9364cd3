#if Dashboard
    import FlyingFox
    import FlyingSocks
    import Foundation
    import Logging
    import MultitaskingCore

    /// Answers the page's requests.
    struct DashboardServer: Sendable {
        private let board: Board
        private let place: ListeningPlace

        init(_ board: Board, _ place: ListeningPlace) {
            self.board = board
            self.place = place
        }

        func run(every interval: Duration, onListening: @escaping @Sendable (String) -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await serve(onListening) }
                group.addTask {
                    while true {
                        board.sample(every: interval)
                        try await Task.sleep(for: interval)
                    }
                }
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(15))
                        board.knock()
                    }
                }
                for try await _ in group {}
            }
        }

        /// Serves until the awaiting task is cancelled.
        ///
        /// The server may fail later, for example if the program closes its socket. As that may pass, another one
        /// begins in its place.
        private func serve(_ onListening: @escaping @Sendable (String) -> Void) async throws {
            let failure = try await serve(at: place) { onListening(place.url(port: $0)) }
            guard let port = failure.port else {
                throw MultitaskingError(
                    .systemError,
                    "the page cannot be served at \(place.name), port \(place.port); choose another port or address",
                    cause: failure.error)
            }
            Logger(label: "swift-multitasking.dashboard").warning(
                "the page at \(place.name), port \(port) is not served until this passes: \(failure.error)")
            let again = try ListeningPlace(port: Int(port), address: place.name, token: place.token)
            while true {
                try await Task.sleep(for: .seconds(1))
                _ = try await serve(at: again) { _ in }
            }
        }

        /// Serves until that fails. Returns the port, if the server has listened, and why it failed.
        ///
        /// - Throws: `CancellationError`.
        private func serve(
            at place: ListeningPlace, _ onListening: (UInt16) -> Void
        ) async throws -> (port: UInt16?, error: any Error) {
            var port: UInt16?
            do {
                try await PageListener { answer($0) }.run(at: place.address) { found in
                    port = found
                    onListening(found)
                }
                return (port, SocketError.disconnected)
            } catch {
                try Task.checkCancellation()
                return (port, error)
            }
        }

        // MARK: Requests

        private func answer(_ request: HTTPRequest) -> HTTPResponse {
            guard request.method == .GET || request.method == .HEAD else {
                return text(.methodNotAllowed, "Only GET and HEAD.", [HTTPHeader("Allow"): "GET, HEAD"])
            }
            guard isOurHost(request.headers[.host]) else {
                return text(.misdirectedRequest, "This page is served at \(place.name).")
            }
            if let token = place.token {
                switch credentials(of: request, token) {
                case .wrong: return text(.unauthorized, "The token is missing or wrong.")
                case .inAddress: return keepToken(token, request)
                case .right: break
                }
            }
            var response = page(request)
            if request.method == .HEAD { response.payload = .httpBody(HTTPBodySequence(data: Data())) }
            return response
        }

        private func page(_ request: HTTPRequest) -> HTTPResponse {
            switch request.path {
            case "/": content("text/html; charset=utf-8", PackageResources.index_html)
            case "/dashboard.css": content("text/css; charset=utf-8", PackageResources.dashboard_css)
            case "/dashboard.js": content("text/javascript; charset=utf-8", PackageResources.dashboard_js)
            case "/statistics": statistics(request.query.first { $0.name == "pool" }?.value)
            case "/metrics": content("text/plain; version=0.0.4; charset=utf-8", Array(prometheus.utf8))
            case "/events": events()
            default: text(.notFound, "There is nothing here: see /, /statistics and /metrics.")
            }
        }

        /// One pool's figures as they are, those of several under their names.
        private func statistics(_ name: String?) -> HTTPResponse {
            let all = board.statistics
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let data: Data?
            if let name {
                guard let one = all.first(where: { $0.name == name }) else {
                    return text(.notFound, "There is no pool of this name.")
                }
                data = try? encoder.encode(one.statistics)
            } else if all.count == 1 {
                data = try? encoder.encode(all[0].statistics)
            } else {
                data = try? encoder.encode(Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.statistics) }))
            }
            guard let data else { return text(.internalServerError, "The figures cannot be encoded.") }
            return content("application/json", Array(data))
        }

        private var prometheus: String {
            var text = PrometheusText()
            for (name, statistics) in board.statistics { text.add(statistics, of: name) }
            for session in board.sessions { text.add(session) }
            return text.description
        }

        private func events() -> HTTPResponse {
            guard let stream = board.read() else {
                return text(.serviceUnavailable, "Too many pages are open.", [HTTPHeader("Retry-After"): "5"])
            }
            return HTTPResponse(
                statusCode: .ok, headers: headers("text/event-stream; charset=utf-8"),
                body: HTTPBodySequence(from: EventBytes(stream)))
        }

        // MARK: Who may look

        private enum Credentials {
            case right, wrong, inAddress
        }

        private func credentials(of request: HTTPRequest, _ token: String) -> Credentials {
            if let given = request.query.first(where: { $0.name == "token" })?.value, isSame(given, token) {
                // A browser gets a cookie, so that the token does not stay in the address.
                return request.path == "/" ? .inAddress : .right
            }
            if let given = request.headers[.authorization], isSame(given, "Bearer \(token)") { return .right }
            let cookies = request.headers[.cookie]?.split(separator: ";") ?? []
            let name = cookie(of: request) + "="
            let isKept = cookies.map { $0.trimmingCharacters(in: .whitespaces) }.contains { cookie in
                cookie.hasPrefix(name) && isSame(String(cookie.dropFirst(name.count)), token)
            }
            return isKept ? .right : .wrong
        }

        /// The name of the cookie that holds the token. Cookies of one host are the same at all ports, so the name
        /// tells them apart.
        private func cookie(of request: HTTPRequest) -> String {
            let port = request.headers[.host]?.split(separator: ":").last.flatMap { UInt16($0) } ?? 80
            return "multitasking-token-\(port)"
        }

        /// Takes the same time wherever the texts differ.
        private func isSame(_ given: String, _ expected: String) -> Bool {
            let (given, expected) = (Array(given.utf8), Array(expected.utf8))
            var difference = given.count ^ expected.count
            for (index, byte) in expected.enumerated() {
                difference |= Int(byte ^ (index < given.count ? given[index] : ~byte))
            }
            return difference == 0
        }

        private func keepToken(_ token: String, _ request: HTTPRequest) -> HTTPResponse {
            let cookie = "\(cookie(of: request))=\(token); HttpOnly; SameSite=Strict; Path=/"
            return text(.seeOther, "", [.location: "/", .setCookie: cookie])
        }

        /// Whether a page on this machine is asked for by its own name: under a foreign one that leads here, a page of
        /// that name's owner could read this one.
        private func isOurHost(_ host: String?) -> Bool {
            guard place.isLoopback, place.token == nil else { return true }
            guard let host else { return false }
            let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
            return ["localhost", "[::1]"].contains(String(name)) || name.hasPrefix("127.") && isNumeric(name)
        }

        private func isNumeric(_ name: some StringProtocol) -> Bool {
            name.allSatisfy { $0 == "." || $0.isWholeNumber }
        }

        // MARK: Answers

        private func headers(_ type: String) -> HTTPHeaders {
            [
                .contentType: type, .cacheControl: "no-store",
                HTTPHeader("Content-Security-Policy"):
                    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
                    + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
                HTTPHeader("Referrer-Policy"): "no-referrer", HTTPHeader("X-Content-Type-Options"): "nosniff",
            ]
        }

        private func content(_ type: String, _ bytes: [UInt8]) -> HTTPResponse {
            HTTPResponse(statusCode: .ok, headers: headers(type), body: Data(bytes))
        }

        private func text(
            _ status: HTTPStatusCode, _ text: String, _ more: [HTTPHeader: String] = [:]
        ) -> HTTPResponse {
            var headers = headers("text/plain; charset=utf-8")
            for (header, value) in more { headers[header] = value }
            return HTTPResponse(statusCode: status, headers: headers, body: Data((text + "\n").utf8))
        }
    }

    /// Events as the body of an answer that does not end.
    private struct EventBytes: AsyncBufferedSequence {
        typealias Element = UInt8

        private let events: AsyncStream<[UInt8]>

        init(_ events: AsyncStream<[UInt8]>) { self.events = events }

        func makeAsyncIterator() -> Iterator { Iterator(events: events.makeAsyncIterator()) }

        struct Iterator: AsyncBufferedIteratorProtocol {
            var events: AsyncStream<[UInt8]>.Iterator
            private var rest: ArraySlice<UInt8> = []

            init(events: AsyncStream<[UInt8]>.Iterator) { self.events = events }

            mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

            mutating func nextBuffer(suggested count: Int) async throws -> ArraySlice<UInt8>? {
                if rest.isEmpty {
                    guard let event = await events.next() else { return nil }
                    rest = event[...]
                }
                let some = rest.prefix(Swift.max(1, count))
                rest = rest.dropFirst(some.count)
                return some
            }
        }
    }
#endif
