public import MultitaskingCore

/// A description of a backend for the kit: how to create its executors, and which capabilities it lacks.
///
/// Conform a type in your tests to it, and run the cases one by one:
///
/// ```swift
/// @Test(arguments: Conformance.cases(for: MyBackend()))
/// func conforms(_ conformanceCase: ConformanceCase) async throws {
///     try await conformanceCase.run(on: MyBackend())
/// }
/// ```
public protocol ConformanceBackend: BackendRemains {
    /// The backend's name, for failure messages.
    var name: String { get }

    /// What the backend omits, each with a reason. A case that requires it is shown as skipped, with the reason.
    var omissions: [Omission] { get }

    /// Creates an executor of the backend. The kit calls this many times.
    func makeExecutor(_ settings: ExecutorSettings) throws -> any Executor

    /// Removes the workers of `executor` without notice, as if their machine lost power.
    ///
    /// The kit calls this only for a backend with ``Capability/nodes``. By default, this does nothing.
    func loseWorkers(of executor: any Executor) throws

    /// The environment of the backend; by default, the machine's time and threads.
    var world: any ConformanceWorld { get }
}

extension ConformanceBackend {
    /// Returns no omissions.
    public var omissions: [Omission] { [] }

    /// Does nothing: the backend's workers can't be lost.
    public func loseWorkers(of executor: any Executor) throws {}

    /// The machine's time and threads.
    public var world: any ConformanceWorld { MachineWorld() }
}
