/// The contract of a backend, as test cases.
///
/// ```swift
/// @Test(arguments: Conformance.cases(for: MyBackend()))
/// func conforms(_ conformanceCase: ConformanceCase) async throws { try await conformanceCase.run(on: MyBackend()) }
/// ```
public enum Conformance {
    /// All cases, in reading order.
    public static let allCases: [ConformanceCase] = [
        backendCases, outcomeCases, runCases, captureCases, sharingCases, orderCases, workerCases, statisticsCases,
        taskOptionCases, reportCases, futureCases, waitCases, dependentCases, streamCases, cancelCases,
        environmentCases, signalCases, channelCases, channelEndCases, channelPeerCases, channelAsyncCases,
        channelBatchCases, channelElementsCases, rendezvousCases, selectCases, selectGoCases, sharedMemoryCases,
        limitCases, shutdownCases, crashCases, lossCases, historyCases,
    ].flatMap { $0 }

    /// Returns the cases for testing `backend`. These are all cases, so that omitted ones are shown as skipped. The
    /// first case fails if the backend omits a case that doesn't exist.
    public static func cases(for backend: some ConformanceBackend) -> [ConformanceCase] { allCases }

    /// Returns the case with a name, if there is one.
    public static func conformanceCase(named name: String) -> ConformanceCase? { allCases.first { $0.name == name } }

    /// Returns the cases that `backend` omits, each with the reason.
    public static func omitted(
        by backend: some ConformanceBackend
    ) -> [(conformanceCase: ConformanceCase, reason: String)] {
        allCases.compactMap { each in each.omission(by: backend).map { (each, $0.reason) } }
    }
}
