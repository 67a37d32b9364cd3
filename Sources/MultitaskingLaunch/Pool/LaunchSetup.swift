public import MultitaskingCore
internal import RemoteWorkers

/// The calls that each process of a launched pool makes before its first task, and before it exits.
///
/// ```swift
/// let setup = LaunchSetup(initializer: connect, "db://…").finalizing(disconnect)
/// let pool = try LaunchPool(command: ["ssh", "{host}"], hosts: ["node1"], maxWorkers: 64, setup: setup)
/// ```
/// No task runs in a process whose initializer hasn't returned. The time of the initializer counts toward the time
/// limit of the first task of its process. A process that is killed, by a task, with its worker, or by
/// `shutdown(.kill)`, doesn't run the finalizer.
public struct LaunchSetup: Sendable {
    /// The calls.
    private(set) var calls = PoolSetup()

    /// Creates a setup without an initializer and a finalizer.
    public init() {}

    /// Creates a setup whose processes run `initializer` before their first task.
    ///
    /// If it throws, all tasks of that process fail with `initializerFailed`, whose cause is that error.
    /// - Parameters:
    ///   - initializer: a function; its result is discarded.
    ///   - arguments: one for each of its parameters; encoded once, and decoded in each process.
    public init<each Argument: Portable>(
        initializer: @autoclosure @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument
    ) { self.init(calling: initializer, repeat each arguments) }

    /// Like the initializer with the same parameters, for callers that already have an autoclosure.
    init<each Argument: Portable>(
        calling initializer: @escaping @Sendable () -> @Sendable (repeat each Argument) throws -> Void,
        _ arguments: repeat each Argument
    ) {
        calls = PoolSetup(calling: initializer, repeat each arguments)
    }

    /// Returns this setup with a finalizer that each process runs before it exits.
    ///
    /// - Parameter limit: how long the finalizer may take, more than zero and at most a day; after that, its process is
    ///   killed.
    public func finalizing(
        _ finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Void,
        within limit: Duration = .seconds(10)
    ) -> LaunchSetup { finalized(by: PlainFunction(finalizer), limit) }

    /// Returns this setup with a finalizer whose results are collected; see ``LaunchPool/finalizerResults(as:)``.
    ///
    /// - Parameter limit: how long the finalizer may take, more than zero and at most a day; after that, its process is
    ///   killed.
    public func finalizing<Output: Portable>(
        _ finalizer: @autoclosure @escaping @Sendable () -> @Sendable () throws -> Output,
        within limit: Duration = .seconds(10)
    ) -> LaunchSetup { finalized(by: PlainValueFunction(finalizer), limit) }

    func finalized<Function: PortableFunction>(
        by finalizer: Function, _ limit: Duration = .seconds(10)
    ) -> LaunchSetup where Function.Arguments == Void {
        var setup = self
        setup.calls.finalize(by: finalizer, limit)
        return setup
    }

    /// Throws `invalidArgument` for an invalid limit.
    func validate() throws { try calls.validate() }
}
