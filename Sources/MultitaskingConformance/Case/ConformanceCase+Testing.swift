public import Testing

extension ConformanceCase {
    /// Runs the case as part of the current test. Each violation of the contract is recorded as an issue.
    ///
    /// A case that the backend omits is cancelled, which shows it as skipped with the reason.
    /// - Parameter seed: the seed of random choices; nil for a random seed. Failures print it.
    public func run(
        on backend: some ConformanceBackend, seed: UInt64? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        if let omission = omission(by: backend) {
            // Printed too, because the console's report of a test does not say what was cancelled in it.
            print("\(backend.name) leaves \(name) out: \(omission.reason)")
            try Test.cancel("\(backend.name) leaves \(name) out: \(omission.reason)", sourceLocation: sourceLocation)
        }
        for failure in await evaluate(on: backend, seed: seed) {
            Issue.record(failure, sourceLocation: sourceLocation)
        }
    }
}

extension ConformanceCase: CustomTestStringConvertible {
    /// The case's name.
    public var testDescription: String { name }
}
