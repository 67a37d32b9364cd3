public import MultitaskingCore
internal import RemoteWorkers

/// Options for connecting to a cluster, and for running the tasks of its pools.
///
/// ```swift
/// var options = RayOptions()
/// options.shipsExecutable = false                       // it is installed on all nodes
/// options.resources = ResourceRequest(cpus: 2)          // for each task, unless its own options say otherwise
/// let pool = try RayPool(address: "10.0.0.1:6379", maxWorkers: 64, options: options)
/// ```
public struct RayOptions: Sendable, Hashable {
    /// The resources that a task needs unless its own `TaskOptions.resources` specify them; one CPU by default.
    public var resources: ResourceRequest

    /// The nodes on which tasks run.
    public var placement: RayPlacement

    /// Environment variables for the workers on the nodes.
    public var environment: [String: String]

    /// Ray's namespace; nil for one that the cluster chooses. Pools of one program never conflict, whatever the
    /// namespace.
    public var namespace: String?

    /// The token that authenticates this program to the cluster.
    public var token: RayToken

    /// Whether to accept a cluster that requires no token. Anyone who can reach the ports of such a cluster can run
    /// code on it.
    ///
    /// If false, connecting throws `invalidArgument` if this program has no token, and `clusterUnreachable` if the
    /// cluster also answers without one, and `RAY_AUTH_MODE` is always `token`, whatever the environment contains. If
    /// true, nothing is checked, and `RAY_AUTH_MODE` of the environment applies.
    public var allowsUnauthenticated: Bool

    /// Whether to send the program's executable to the nodes. If false, it must be installed on each node at the same
    /// path. If a node has another build, its tasks fail with `functionNotFound` before they run.
    public var shipsExecutable: Bool

    /// How soon an unresponsive node or link is given up.
    public var health: RayHealth

    /// The Python interpreter with Ray installed, as a path or as a name in `PATH`. Its major and minor versions must
    /// match those of the cluster's nodes.
    public var python: String

    /// How long connecting may take. Ray takes 20 seconds to reject a wrong token.
    public var startTimeout: Duration

    /// How many calls to pass to Ray beyond `maxWorkers`, 0...10,000, so that it has the next one when a task ends.
    ///
    /// Without any, a worker waits about 5 milliseconds between two tasks. If the cluster has room, up to that many
    /// more tasks run concurrently. Cancelling a call that waits there takes a round trip.
    public var handOver: Int

    /// What to do with functions that capture values: copy the values or refuse the functions.
    public var captures: CapturePolicy

    /// Whether the output of tasks also appears on this program's standard output and standard error.
    public var forwardsOutput: Bool

    /// Started in place of the driver, by tests.
    package var driver: String?

    /// The executable that workers run in place of this program's, for tests of another build.
    package var executable: String?

    /// Creates options.
    public init(
        resources: ResourceRequest = ResourceRequest(cpus: 1), placement: RayPlacement = .packed,
        environment: [String: String] = [:], namespace: String? = nil, token: RayToken = .environment,
        allowsUnauthenticated: Bool = false, shipsExecutable: Bool = true, health: RayHealth = .responsive,
        python: String = "python3", startTimeout: Duration = .seconds(60), handOver: Int = 0,
        captures: CapturePolicy = .byValue, forwardsOutput: Bool = true
    ) {
        self.resources = resources
        self.placement = placement
        self.environment = environment
        self.namespace = namespace
        self.token = token
        self.allowsUnauthenticated = allowsUnauthenticated
        self.shipsExecutable = shipsExecutable
        self.health = health
        self.python = python
        self.startTimeout = startTimeout
        self.handOver = handOver
        self.captures = captures
        self.forwardsOutput = forwardsOutput
    }

    /// Throws `invalidArgument` unless the numbers are in their ranges and go together.
    func validate() throws {
        try TaskOptions(resources: resources).validate()
        try poolOptions.validate()
        if !(0...10_000).contains(handOver) {
            throw MultitaskingError(.invalidArgument, "handOver is \(handOver); give 0 to 10,000")
        }
        try health.validate()
    }
}

/// The nodes of a cluster on which tasks run.
///
/// ```swift
/// let options = RayOptions(placement: .spread)
/// ```
public enum RayPlacement: Sendable, Hashable {
    /// As few nodes as possible. This is Ray's default.
    case packed
    /// As many nodes as possible.
    case spread
    /// The node with this ID, as `ray list nodes` shows it.
    ///
    /// - Parameter isSoft: whether tasks may run on other nodes while this one isn't available.
    case node(String, isSoft: Bool)
}

/// The token that authenticates a program to a Ray cluster.
///
/// A token doesn't encrypt the connection: also use a private network or Ray's TLS variables (`RAY_USE_TLS` and related
/// variables).
///
/// ```swift
/// let options = RayOptions(token: .file("/run/secrets/ray"))
/// ```
public enum RayToken: Sendable, Hashable {
    /// The token that Ray finds itself: `RAY_AUTH_TOKEN`, the file named by `RAY_AUTH_TOKEN_PATH`, or
    /// `~/.ray/auth_token`.
    case environment
    /// This token.
    case value(String)
    /// The token in a file.
    case file(String)
}

/// How soon an unresponsive node or link is given up.
///
/// With Ray's default settings, a broken link goes unnoticed for minutes. These settings apply to this program; start
/// the nodes with the same settings in their environment, which ``variables`` lists.
///
/// ```swift
/// print(RayHealth.responsive.variables)   // for `ray start` on each node
/// ```
public struct RayHealth: Sendable, Hashable {
    /// How long a link may be silent before it is probed, and how long the answer may take.
    public var keepAlive: Duration
    /// How often nodes are probed, and how long the answer may take.
    public var period: Duration
    /// How many consecutive answers may be missing.
    public var failures: Int

    /// Creates settings.
    public init(keepAlive: Duration, period: Duration, failures: Int) {
        self.keepAlive = keepAlive
        self.period = period
        self.failures = failures
    }

    /// Settings with which an unresponsive node is given up after about seven seconds.
    public static let responsive = RayHealth(keepAlive: .seconds(2), period: .seconds(1), failures: 3)

    /// The environment variables from which Ray reads the settings.
    public var variables: [String: String] {
        func milliseconds(_ duration: Duration) -> String {
            String(max(1, Int((min(duration, .seconds(86_400)) / .milliseconds(1)).rounded())))
        }
        return [
            "RAY_grpc_client_keepalive_time_ms": milliseconds(keepAlive),
            "RAY_grpc_client_keepalive_timeout_ms": milliseconds(min(keepAlive, .seconds(86_400)) * 1.5),
            "RAY_health_check_initial_delay_ms": milliseconds(period),
            "RAY_health_check_period_ms": milliseconds(period),
            "RAY_health_check_timeout_ms": milliseconds(min(period, .seconds(86_400)) * 2),
            "RAY_health_check_failure_threshold": String(failures),
        ]
    }

    func validate() throws {
        guard keepAlive <= .zero || period <= .zero || !(1...1000).contains(failures) else { return }
        throw MultitaskingError(
            .invalidArgument,
            "health gives links \(keepAlive), nodes \(period) and \(failures) failures; give positive times, and 1 to "
                + "1000 failures")
    }
}
