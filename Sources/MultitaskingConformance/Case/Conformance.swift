/// The contract of a backend, as cases.
public enum Conformance {
    /// All cases there are, in the order in which they are best read.
    public static let allCases: [ConformanceCase] = [
        outcomeCases, orderCases, futureCases, cancelCases, environmentCases, signalCases, channelCases,
        channelEndCases,
        channelPeerCases, channelAsyncCases, sharedMemoryCases, limitCases, shutdownCases, crashCases,
        historyCases,
    ].flatMap { $0 }

    /// The cases for the test of `backend`: all of them, so that those it leaves out are seen to be skipped.
    ///
    /// - Precondition: what the backend leaves out by name exists.
    public static func cases(for backend: some ConformanceBackend) -> [ConformanceCase] {
        let names = Set(allCases.map(\.name))
        for case .conformanceCase(let name) in backend.omissions.map(\.subject) {
            precondition(
                names.contains(name), "\(backend.name) leaves out \(name), but the kit has no case of that name")
        }
        return allCases
    }

    /// The case of the name, if there is one.
    public static func conformanceCase(named name: String) -> ConformanceCase? { allCases.first { $0.name == name } }

    /// The cases that `backend` leaves out, each with the reason.
    public static func omitted(
        by backend: some ConformanceBackend
    ) -> [(conformanceCase: ConformanceCase, reason: String)] {
        allCases.compactMap { each in each.omission(by: backend).map { (each, $0.reason) } }
    }
}
