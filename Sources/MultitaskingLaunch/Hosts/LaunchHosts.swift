internal import MultitaskingCore
internal import RemoteWorkers

/// Hosts on which a command starts workers, for one or several pools.
///
/// ```swift
/// let hosts = try LaunchHosts(command: ["ssh", "{host}"], hosts: ["node1", "node2"])
/// let pool = try LaunchPool(on: hosts, maxWorkers: 16)
/// …
/// pool.shutdown(.drain)
/// hosts.close()
/// ```
/// The command runs on this machine once for each worker, without a terminal, and connects its standard input and
/// output to the worker that it starts. In the words of the command, `{host}` stands for the name of a host, and
/// `{worker}` stands for the command line that starts the worker there, in the syntax of a shell. Without `{worker}`,
/// that line becomes the last word:
///
/// | command | starts workers |
/// |---|---|
/// | `["ssh", "-o", "BatchMode=yes", "{host}"]` | on each host, by its shell |
/// | `["srun", "--unbuffered", "--overlap", "-n1", "-w", "{host}", "sh", "-c"]` | on nodes of a Slurm allocation |
/// | `["kubectl", "exec", "-i", "{host}", "--", "sh", "-c"]` | in running pods |
/// | `["sh", "-c"]` | on this machine |
///
/// A Python process alongside this program runs the commands. A pool that is created without hosts has its own
/// connection.
public final class LaunchHosts: Sendable {
    /// The command that starts a worker.
    public let command: [String]
    /// The names that replace `{host}`; workers are spread over them evenly, and a name that appears twice gets twice
    /// as many.
    public let hosts: [String]
    /// The options of the connection.
    public let options: LaunchOptions
    /// The hosts that answered when the connection was made.
    public let reachable: [String]

    let connection: DriverConnection

    /// Starts a worker on each host, blocking until all have answered or failed.
    ///
    /// - Parameters:
    ///   - command: the command that starts a worker, and its arguments.
    ///   - hosts: the names that replace `{host}`; none if the command doesn't need any.
    ///   - options: the options of the connection.
    /// - Throws: `invalidArgument`; `clusterUnreachable` if no host has answered, with the reason of each: no such
    ///   command, another build of the program, or whatever the command printed.
    @available(*, noasync, message: "this blocks the thread; await LaunchHosts.connect(command:hosts:options:)")
    public convenience init(
        command: [String], hosts: [String] = [], options: LaunchOptions = LaunchOptions()
    ) throws { try self.init(connecting: command, hosts, options) }

    /// Starts a worker on each host, suspending until all have answered or failed; see
    /// ``init(command:hosts:options:)``.
    ///
    /// Cancelling the awaiting task doesn't shorten the wait.
    public static func connect(
        command: [String], hosts: [String] = [], options: LaunchOptions = LaunchOptions()
    ) async throws -> LaunchHosts {
        try await awaitBlocking { Result { try LaunchHosts(connecting: command, hosts, options) } }.get()
    }

    private init(connecting command: [String], _ hosts: [String], _ options: LaunchOptions) throws {
        try options.validate()
        try Self.validate(command, hosts)
        self.command = command
        self.hosts = hosts
        self.options = options
        let place = hosts.isEmpty ? "what \(command[0]) starts" : "the hosts \(hosts.joined(separator: ", "))"
        // The driver gives up first, and knows why.
        let timeout = min(options.startTimeout, .seconds(86_400))
        connection = try DriverConnection(
            options.program, DriverConnection.Names(driver: "launching", place: place),
            startTimeout: timeout + .seconds(20)
        ) { _ in
            [
                "command": .array(command.map(JSON.string)),
                "hosts": .array(hosts.map(JSON.string)),
                "executable": .string(options.executable ?? RemotePool.ownPath),
                "environment": .object(options.environment.mapValues(JSON.string)),
                "python": .string(options.python),
                "period": .number(options.heartbeat / .seconds(1)),
                "startLimit": .number(timeout / .seconds(1)),
            ]
        }
        reachable = connection.greeting["nodes"]?.elements.compactMap(\.text) ?? []
    }

    private static func validate(_ command: [String], _ hosts: [String]) throws {
        func refuse(_ reason: String) -> MultitaskingError { MultitaskingError(.invalidArgument, reason) }
        guard let program = command.first, !program.isEmpty else {
            throw refuse("command is empty; give a program and its arguments, such as [\"ssh\", \"{host}\"]")
        }
        if let word = (command + hosts).first(where: { $0.utf8.contains(0) }) {
            throw refuse("\(word.debugDescription) contains a zero byte, which no argument of a program can")
        }
        let namesHosts = command.contains { $0.contains("{host}") }
        if namesHosts, hosts.isEmpty { throw refuse("command contains {host}, but hosts is empty; name one at least") }
        // A name that begins so would be an option of the command.
        if let host = hosts.first(where: { $0.isEmpty || $0.hasPrefix("-") }) {
            throw refuse("\(host.debugDescription) is not the name of a host")
        }
        if !namesHosts, hosts.count > 1 {
            throw refuse("there are \(hosts.count) hosts, but command has no {host} to be replaced by their names")
        }
    }

    /// The files of the driver that this library carries.
    package static var driverFileNames: [String] { (DriverFiles.shared + LaunchDriverFiles.own).map(\.name) }

    /// The driver's process, for tests that end it.
    package var driverProcess: Int32 { connection.driverProcess }

    /// Ends all workers, and blocks until nothing remains of the connection on this machine. Open pools are lost.
    /// Closing a closed connection is allowed.
    public func close() { connection.close() }
}
