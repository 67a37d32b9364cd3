/// A named test case of the contract, which runs on every backend.
///
/// ```swift
/// guard let smoke = Conformance.conformanceCase(named: "outcome.everyShapeOfFunctionReturnsItsValue") else { return }
/// try await smoke.run(on: MyBackend())
/// ```
public struct ConformanceCase: Sendable {
    /// The unique name of the case: its subject and its requirement, for example `channel.closeDrainsThenEnds`.
    public let name: String

    /// A one-sentence description of the case.
    public let summary: String

    /// The protocol requirement that is violated if the case fails, for example `Channel.close(discarding:)`.
    public let duty: String

    /// The capabilities that the case requires.
    public let requires: Set<Capability>

    let body: @Sendable (Trial) throws -> Void

    init(
        _ name: String, duty: String, _ summary: String, requires: Set<Capability> = [],
        _ body: @escaping @Sendable (Trial) throws -> Void
    ) {
        self.name = name
        self.duty = duty
        self.summary = summary
        self.requires = requires
        self.body = body
    }

    /// Returns the reason why `backend` omits the case, if it does.
    public func omission(by backend: some ConformanceBackend) -> Omission? {
        backend.omissions.first { omission in
            switch omission.subject {
            case .capability(let capability): requires.contains(capability)
            case .conformanceCase(let other): name == other
            }
        }
    }
}
