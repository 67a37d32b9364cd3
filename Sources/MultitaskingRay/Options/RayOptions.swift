public import MultitaskingCore

/// How a cluster is reached, and how the tasks of its pools are run.
///
/// ```swift
/// var options = RayOptions()
/// options.shipsExecutable = false                       // it is installed on all nodes
/// options.resources = ResourceRequest(cpus: 2)          // of each task, unless its own options say more
/// let pool = try RayPool(address: "10.0.0.1:6379", maxWorkers: 64, options: options)
/// ```
public struct RayOptions: Sendable, Hashable {
    /// What each task needs of its node, where its own `TaskOptions.resources` do not say it. One CPU by default.
    public var resources: ResourceRequest

    /// On which nodes tasks run.
    public var placement: RayPlacement

    /// Variables of the environment of workers on the nodes.
    public var environment: [String: String]

    /// Ray's namespace; nil for one of the cluster's choice. Pools of one program never meet, whatever it is.
    public var namespace: String?

    /// What authenticates this program to the cluster.
    public var token: RayToken

    /// Whether a cluster may be used that asks for no token: everybody who reaches its ports can run code on it.
    public var allowsUnauthenticated: Bool

    /// Whether the program's executable is sent to the nodes.
    ///
    /// If not, it must be installed on each node under the same path. Another build there is found out before a task
    /// runs, and is `functionNotFound`.
    public var shipsExecutable: Bool

    /// How soon a node or a link that does not answer is given up.
    public var health: RayHealth

    /// The Python interpreter that has Ray, by its path, or its name in PATH. Its version must be that of the cluster's
    /// nodes, up to the second number.
    public var python: String

    /// How long connecting may take. A wrong token takes Ray 20 seconds.
    public var startTimeout: Duration

    /// How many calls are given to Ray beyond `maxWorkers`, 0...10,000, so that it has the next one when a task ends.
    ///
    /// If the cluster has room for them, as many more tasks run at once. A call that waits there can still be
    /// cancelled, at the price of a round trip.
    public var handOver: Int

    /// What becomes of functions that capture values: they are copied, or refused.
    public var captures: CapturePolicy

    /// Whether what tasks print appears on this program's standard output and error too.
    public var forwardsOutput: Bool

    /// Started in place of the driver, by tests.
    package var driver: String?

    /// The executable that workers run in place of this program's, for tests of another build.
    package var executable: String?

    /// Makes options.
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
        if startTimeout <= .zero {
            throw MultitaskingError(.invalidArgument, "startTimeout is \(startTimeout); give a positive duration")
        }
        if !(0...10_000).contains(handOver) {
            throw MultitaskingError(.invalidArgument, "handOver is \(handOver); give 0 to 10,000")
        }
        if captures.makesCopies {
            throw MultitaskingError(
                .invalidArgument,
                "captures is .\(captures.rawValue), but a function cannot run in a copy of this "
                    + "process on another machine; give .byValue or .refused")
        }
        try health.validate()
    }
}

/// On which nodes of a cluster tasks run.
///
/// ```swift
/// let options = RayOptions(placement: .spread)
/// ```
public enum RayPlacement: Sendable, Hashable {
    /// On as few nodes as have room; Ray's default.
    case packed
    /// On as many nodes as there are.
    case spread
    /// On the node with this id, as `ray list nodes` shows it.
    ///
    /// - Parameter isSoft: whether another node will do while that one is not there.
    case node(String, isSoft: Bool)
}

/// What authenticates a program to a Ray cluster.
///
/// A token does not encrypt: use a private network, or Ray's TLS variables (`RAY_USE_TLS` and its kin) as well.
///
/// ```swift
/// let options = RayOptions(token: .file("/run/secrets/ray"))
/// ```
public enum RayToken: Sendable, Hashable {
    /// What Ray finds itself: `RAY_AUTH_TOKEN`, the file of `RAY_AUTH_TOKEN_PATH`, or `~/.ray/auth_token`.
    case environment
    /// This one.
    case value(String)
    /// The one in a file.
    case file(String)
}

/// How soon a node or a link that does not answer is given up.
///
/// With Ray's own settings a cut link goes unnoticed for minutes. These are set where the program connects; the nodes
/// must be started with the same environment: ``variables``.
///
/// ```swift
/// print(RayHealth.responsive.variables)   // for `ray start` on each node
/// ```
public struct RayHealth: Sendable, Hashable {
    /// How long a link may be silent before it is asked for a sign of life, and how long that may take.
    public var keepAlive: Duration
    /// How often nodes are asked, and how long an answer may take.
    public var period: Duration
    /// How many answers in a row may be missing.
    public var failures: Int

    /// Makes settings.
    public init(keepAlive: Duration, period: Duration, failures: Int) {
        self.keepAlive = keepAlive
        self.period = period
        self.failures = failures
    }

    /// A node that does not answer is given up after about seven seconds.
    public static let responsive = RayHealth(keepAlive: .seconds(2), period: .seconds(1), failures: 3)

    /// The variables of the environment by which Ray takes the settings.
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
