/// The contract of a backend, as cases.
///
/// ```swift
/// @Test(arguments: Conformance.cases(for: MyBackend()))
/// func conforms(_ conformanceCase: ConformanceCase) async throws { try await conformanceCase.run(on: MyBackend()) }
/// ```
public enum Conformance {
    /// All cases there are, in the order in which they are best read.
    public static let allCases: [ConformanceCase] = [
        backendCases, outcomeCases, captureCases, sharingCases, orderCases, workerCases, statisticsCases,
        taskOptionCases, futureCases, waitCases, dependentCases, streamCases, cancelCases, environmentCases,
        signalCases, channelCases, channelEndCases, channelPeerCases, channelAsyncCases, channelBatchCases,
        channelElementsCases, rendezvousCases, selectCases, selectGoCases, sharedMemoryCases, limitCases,
        shutdownCases, crashCases, lossCases, historyCases,
    ].flatMap { $0 }

    /// The cases for the test of `backend`: all of them, so that those it leaves out are seen to be skipped.
    ///
    /// The first one fails if the backend leaves out by name what does not exist.
    public static func cases(for backend: some ConformanceBackend) -> [ConformanceCase] { allCases }

    /// The case of the name, if there is one.
    public static func conformanceCase(named name: String) -> ConformanceCase? { allCases.first { $0.name == name } }

    /// The cases that `backend` leaves out, each with the reason.
    public static func omitted(
        by backend: some ConformanceBackend
    ) -> [(conformanceCase: ConformanceCase, reason: String)] {
        allCases.compactMap { each in each.omission(by: backend).map { (each, $0.reason) } }
    }
}
