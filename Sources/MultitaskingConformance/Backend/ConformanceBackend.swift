public import MultitaskingCore

/// A backend as the kit sees it: how its executors are made, and what it leaves out.
///
/// Conform a type of your tests to it, and run the cases one by one:
///
/// ```swift
/// @Test(arguments: Conformance.cases(for: MyBackend()))
/// func conforms(_ conformanceCase: ConformanceCase) async throws {
///     try await conformanceCase.run(on: MyBackend())
/// }
/// ```
public protocol ConformanceBackend: Sendable {
    /// The backend's name in failures.
    var name: String { get }

    /// What the backend does not do, each with the reason. A case that needs it is shown as skipped, with the reason.
    var omissions: [Omission] { get }

    /// Makes an executor whose workers are those of the backend; called many times.
    func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor

    /// What `executor` holds at the moment, counted by the backend itself: blocks of shared memory, tasks, channels.
    ///
    /// It must be the same before and after a case's work. Nothing by default.
    func holdings(of executor: any Executor) -> [String: Int]

    /// What the backend has left behind after its executors were shut down, in words, where the kit cannot see it: in a
    /// cluster, on other machines, in files. Empty if nothing.
    ///
    /// Asked after each case, again and again until it is empty or the patience ends. The kit itself looks at threads,
    /// descriptors and processes. Nothing by default.
    func residue() -> [String]

    /// Takes the workers of `executor` away, as a machine does that loses its power: nobody is told.
    ///
    /// Called only for a backend with ``Capability/nodes``. Does nothing by default.
    func loseWorkers(of executor: any Executor) throws

    /// The world the backend lives in; the machine's by default.
    var world: any ConformanceWorld { get }
}

extension ConformanceBackend {
    /// A backend that leaves nothing out.
    public var omissions: [Omission] { [] }

    /// A backend that counts nothing.
    public func holdings(of executor: any Executor) -> [String: Int] { [:] }

    /// A backend that leaves nothing anywhere else.
    public func residue() -> [String] { [] }

    /// A backend whose workers cannot be lost.
    public func loseWorkers(of executor: any Executor) throws {}

    /// The machine's.
    public var world: any ConformanceWorld { MachineWorld() }
}
