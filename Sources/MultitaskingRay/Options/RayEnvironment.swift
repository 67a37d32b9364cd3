internal import Glibc
internal import MultitaskingCore

/// The environment that a driver is started with.
struct DriverEnvironment {
    private(set) var variables: [String: String]

    /// This program's own environment.
    init() {
        variables = [:]
        // SAFETY: a program that changes its environment while others read it is broken anyway; each entry is text.
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            let text = unsafe String(cString: entry)
            if let mark = text.firstIndex(of: "=") {
                variables[String(text[..<mark])] = String(text[text.index(after: mark)...])
            }
            unsafe next += 1
        }
    }

    /// Adds what the options say, and whatever authenticates to the cluster.
    ///
    /// - Throws: `invalidArgument` if there is nothing of the kind for a cluster that others may reach.
    mutating func apply(_ options: RayOptions, address: String?, directory: String) throws {
        variables.merge(options.health.variables) { own, _ in own }
        variables["SWIFTRAY_HOME"] = directory
        variables["PYTHONDONTWRITEBYTECODE"] = "1"
        variables["PYTHONUNBUFFERED"] = "1"
        switch options.token {
        case .value(let token):
            variables["RAY_AUTH_TOKEN"] = token
            variables["RAY_AUTH_TOKEN_PATH"] = nil
        case .file(let path):
            variables["RAY_AUTH_TOKEN_PATH"] = path
            variables["RAY_AUTH_TOKEN"] = nil
        case .environment: break
        }
        if !hasToken, address == nil {
            // Ray listens on all addresses, also where it is started for this program alone.
            var random = SystemRandomNumberGenerator()
            variables["RAY_AUTH_TOKEN"] = (0..<4).map { _ in String(random.next() as UInt64, radix: 16) }.joined()
        }
        if hasToken {
            variables["RAY_AUTH_MODE"] = variables["RAY_AUTH_MODE"] ?? "token"
        } else if !options.allowsUnauthenticated {
            throw MultitaskingError(
                .invalidArgument,
                "there is no token for the cluster at \(address ?? "this machine"): set RAY_AUTH_TOKEN or "
                    + "RAY_AUTH_TOKEN_PATH, or give one as the option `token`; without one, anyone who can reach the "
                    + "cluster can run code on it, which `allowsUnauthenticated: true` accepts")
        }
    }

    private var hasToken: Bool {
        if let token = variables["RAY_AUTH_TOKEN"], !token.isEmpty { return true }
        if let path = variables["RAY_AUTH_TOKEN_PATH"], !path.isEmpty { return true }
        guard let home = variables["HOME"] else { return false }
        return unsafe access(home + "/.ray/auth_token", R_OK) == 0
    }
}
