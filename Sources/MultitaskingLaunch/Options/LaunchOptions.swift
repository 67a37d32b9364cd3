public import MultitaskingCore
internal import RemoteWorkers

/// Options for starting workers by a command, and for running the tasks of their pools.
///
/// ```swift
/// var options = LaunchOptions()
/// options.executable = "/opt/report/bin/report"         // where this build of the program is on the hosts
/// options.heartbeat = .seconds(2)                       // a silent host is given up after six seconds
/// let pool = try LaunchPool(command: ["ssh", "{host}"], hosts: ["a", "b"], maxWorkers: 8, options: options)
/// ```
public struct LaunchOptions: Sendable, Hashable {
    /// The path of the program on the hosts; nil for the path that it has on this machine. A worker that finds another
    /// build there is refused before it runs anything.
    public var executable: String?

    /// Environment variables for the workers.
    public var environment: [String: String]

    /// The Python interpreter, 3.9 or newer, as a path or as a name in `PATH`, on this machine and on the hosts. It
    /// needs no packages.
    public var python: String

    /// How often this machine and a worker tell each other that they are alive, from 100 milliseconds to an hour. A
    /// worker that isn't heard from for three times as long is lost, and a worker that doesn't hear from this machine
    /// for that time ends.
    public var heartbeat: Duration

    /// How long a command may take until its worker answers.
    public var startTimeout: Duration

    /// What to do with functions that capture values: copy the values or refuse the functions.
    public var captures: CapturePolicy

    /// Whether the output of tasks also appears on this program's standard output and standard error.
    public var forwardsOutput: Bool

    /// Creates options.
    public init(
        executable: String? = nil, environment: [String: String] = [:], python: String = "python3",
        heartbeat: Duration = .seconds(5), startTimeout: Duration = .seconds(60), captures: CapturePolicy = .byValue,
        forwardsOutput: Bool = true
    ) {
        self.executable = executable
        self.environment = environment
        self.python = python
        self.heartbeat = heartbeat
        self.startTimeout = startTimeout
        self.captures = captures
        self.forwardsOutput = forwardsOutput
    }

    /// Throws `invalidArgument` unless the values are in their ranges and go together.
    func validate() throws {
        try poolOptions.validate()
        if !(.milliseconds(100) ... .seconds(3600)).contains(heartbeat) {
            throw MultitaskingError(
                .invalidArgument, "heartbeat is \(heartbeat); give a time from 100 milliseconds to an hour")
        }
    }

    /// The driver that launches workers.
    var program: DriverProgram {
        DriverProgram(
            python: python, advice: "give the path of Python 3.9 or newer as the option `python`", main: "launch.py",
            files: LaunchDriverFiles.own, environment: DriverProgram.ownEnvironment)
    }

    /// What the pools of a connection have in common.
    var poolOptions: RemotePoolOptions {
        RemotePoolOptions(
            executable: executable, placement: .null, resources: ResourceRequest(), handOver: 0, captures: captures,
            forwardsOutput: forwardsOutput, startTimeout: startTimeout,
            capabilities: [
                .timeout, .queueTimeout, .crashRetries, .errorRetries, .lossRetries, .priorities, .seeds, .output,
                .prefixedOutput,
            ])
    }
}
