#if Dashboard
    import FlyingFox
    import FlyingSocks
    import MultitaskingCore
    import MultitaskingPlatform

    /// Where the server listens, and what it asks of its clients.
    struct ListeningPlace: Sendable {
        let address: any SocketAddress
        let name: String
        let port: UInt16
        let isLoopback: Bool
        let token: String?

        private static let shortestToken = 16

        init(port: Int, address: String, token: String?) throws {
            guard let port = UInt16(exactly: port) else {
                throw MultitaskingError(.invalidArgument, "port is \(port); give a number from 0 to 65535")
            }
            let name = address == "localhost" ? "127.0.0.1" : address
            if let ip4 = try? sockaddr_in.inet(ip4: name, port: port) {
                self.address = ip4
                isLoopback = name.hasPrefix("127.")
            } else if let ip6 = try? sockaddr_in6.inet6(ip6: name, port: port) {
                self.address = ip6
                isLoopback = name == "::1"
            } else {
                throw MultitaskingError(
                    .invalidArgument, "\"\(address)\" isn't an address; give one like 127.0.0.1, ::1 or 0.0.0.0")
            }
            if let token {
                let allowed = token.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
                guard allowed, token.utf8.count >= Self.shortestToken else {
                    throw MultitaskingError(
                        .invalidArgument,
                        "the token must have at least \(Self.shortestToken) letters, digits, hyphens and underscores; "
                            + "Dashboard.makeToken() makes one")
                }
            } else if !isLoopback {
                throw MultitaskingError(
                    .invalidArgument,
                    "others can reach \(address): give a token, as Dashboard.makeToken() makes, or listen to 127.0.0.1")
            }
            self.name = name
            self.port = port
            self.token = token
        }

        /// The address of the page for a browser, at the port that the system has given.
        func url(port: UInt16) -> String {
            let host =
                switch name {
                case "0.0.0.0": "127.0.0.1"
                case "::": "[::1]"
                case let name where name.contains(":"): "[\(name)]"
                default: name
                }
            return "http://\(host):\(port)/" + (token.map { "?token=\($0)" } ?? "")
        }
    }
#endif
