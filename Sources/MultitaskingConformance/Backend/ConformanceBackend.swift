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

    /// The world the backend lives in; the machine's by default.
    var world: any ConformanceWorld { get }
}

extension ConformanceBackend {
    /// A backend that leaves nothing out.
    public var omissions: [Omission] { [] }

    /// A backend that counts nothing.
    public func holdings(of executor: any Executor) -> [String: Int] { [:] }

    /// The machine's.
    public var world: any ConformanceWorld { MachineWorld() }
}
