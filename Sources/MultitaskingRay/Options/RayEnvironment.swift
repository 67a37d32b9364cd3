internal import Glibc
internal import MultitaskingCore
internal import RemoteWorkers

/// The environment that a driver is started with.
struct DriverEnvironment {
    private(set) var variables = DriverProgram.ownEnvironment

    /// Adds what the options say, and whatever authenticates to the cluster.
    ///
    /// - Throws: `invalidArgument` if there is nothing of the kind for a cluster that others may reach.
    mutating func apply(_ options: RayOptions, address: String?) throws {
        variables.merge(options.health.variables) { own, _ in own }
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
            // Ray listens on all addresses, even if it is started for this program alone.
            var random = SystemRandomNumberGenerator()
            variables["RAY_AUTH_TOKEN"] = (0..<4).map { _ in String(random.next() as UInt64, radix: 16) }.joined()
        }
        if hasToken {
            // What others have set in this environment isn't consent: with another mode, Ray would ignore the token.
            if !options.allowsUnauthenticated || variables["RAY_AUTH_MODE"] == nil {
                variables["RAY_AUTH_MODE"] = "token"
            }
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

extension RayOptions {
    /// The driver that speaks with Ray.
    ///
    /// - Throws: `invalidArgument` if nothing authenticates to the cluster.
    func program(address: String?) throws -> DriverProgram {
        var environment = DriverEnvironment()
        try environment.apply(self, address: address)
        return DriverProgram(
            python: python, advice: "give the path of a Python that has Ray as the option `python`", script: driver,
            files: RayDriverFiles.own, environment: environment.variables,
            shipped: shipsExecutable ? executable.map { .at($0) } ?? .own : nil)
    }

    /// What the pools of a connection have in common.
    var poolOptions: RemotePoolOptions {
        let place: JSON =
            switch placement {
            case .packed: .string("pack")
            case .spread: .string("spread")
            case .node(let id, let isSoft): .object(["node": .string(id), "soft": .bool(isSoft)])
            }
        return RemotePoolOptions(
            executable: shipsExecutable ? "app" : executable, placement: place, resources: resources,
            handOver: handOver, captures: captures, forwardsOutput: forwardsOutput, startTimeout: startTimeout,
            capabilities: [
                .timeout, .queueTimeout, .crashRetries, .errorRetries, .lossRetries, .resources, .priorities, .seeds,
                .output, .prefixedOutput,
            ])
    }
}
