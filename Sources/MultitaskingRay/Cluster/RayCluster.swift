internal import MultitaskingCore
internal import MultitaskingSystem
internal import RemoteWorkers

/// A connection to a Ray cluster, for one or several pools.
///
/// ```swift
/// let cluster = try RayCluster(address: "10.0.0.1:6379")
/// let pool = try RayPool(on: cluster, maxWorkers: 64)
/// …
/// pool.shutdown(.drain)
/// cluster.close()
/// ```
/// A Python process alongside this program communicates with Ray. A pool that is created without a cluster has its own
/// connection.
public final class RayCluster: Sendable {
    /// The address of the cluster's head; nil for a Ray instance that this program started on this machine.
    public let address: String?
    /// The options of the connection.
    public let options: RayOptions
    /// The state of the cluster at the time of the connection.
    public let status: RayClusterStatus

    let connection: DriverConnection

    /// Connects to a cluster, blocking until the connection is established.
    ///
    /// - Parameters:
    ///   - address: the host and port of the cluster's head, as `ray start --head` prints them; nil starts a Ray
    ///     instance on this machine, which ends with the connection.
    ///   - options: the options of the connection.
    /// - Throws: `invalidArgument`, including if there is no token; `clusterUnreachable` with the end of the driver's
    ///   log.
    @available(*, noasync, message: "this blocks the thread; await RayCluster.connect(to:options:)")
    public convenience init(address: String?, options: RayOptions = RayOptions()) throws {
        try self.init(connecting: address, options)
    }

    /// Connects to a cluster, suspending until the connection is established; see ``init(address:options:)``.
    ///
    /// Cancelling the awaiting task doesn't shorten the wait.
    public static func connect(to address: String?, options: RayOptions = RayOptions()) async throws -> RayCluster {
        try await awaitBlocking { Result { try RayCluster(connecting: address, options) } }.get()
    }

    private init(connecting address: String?, _ options: RayOptions) throws {
        try options.validate()
        if address?.isEmpty == true {
            throw MultitaskingError(
                .invalidArgument,
                "the cluster's address is empty; give the host and port of its head, or nil for a Ray on this machine")
        }
        self.address = address
        self.options = options
        connection = try DriverConnection(
            options.program(address: address),
            DriverConnection.Names(
                driver: "Ray", place: address.map { "the cluster at \($0)" } ?? "a Ray on this machine"),
            startTimeout: options.startTimeout
        ) { directory in
            [
                "address": address.map(JSON.string) ?? .null,
                "namespace": options.namespace.map(JSON.string) ?? .null,
                "requiresToken": .bool(!options.allowsUnauthenticated),
                "workingDirectory": options.shipsExecutable ? .string(directory) : .null,
                "cpus": .number(Double(UsableResources.current.cores)),
                "environment": .object(options.environment.mapValues(JSON.string)),
            ]
        }
        let greeting = connection.greeting
        status = RayClusterStatus(
            rayVersion: greeting["ray"]?.text, pythonVersion: greeting["python"]?.text,
            nodes: greeting["nodes"]?.elements.compactMap(\.text) ?? [], cpus: greeting["cpus"]?.value ?? 0)
    }

    /// The files of the driver that this library carries.
    package static var driverFileNames: [String] { (DriverFiles.shared + RayDriverFiles.own).map(\.name) }

    /// The driver's process, for tests that end it.
    package var driverProcess: Int32 { connection.driverProcess }

    /// Closes the connection, and blocks until nothing remains of it on this machine. Open pools are lost. Closing a
    /// closed connection is allowed.
    public func close() { connection.close() }
}

/// The state of a cluster at the time of a connection.
///
/// ```swift
/// print(cluster.status.nodes, cluster.status.rayVersion)
/// ```
public struct RayClusterStatus: Sendable, Hashable {
    /// The version of Ray; nil if the driver doesn't report it.
    public let rayVersion: String?
    /// The version of Python; nil if the driver doesn't report it.
    public let pythonVersion: String?
    /// The addresses of the live nodes.
    public let nodes: [String]
    /// The number of CPUs.
    public let cpus: Double
}
