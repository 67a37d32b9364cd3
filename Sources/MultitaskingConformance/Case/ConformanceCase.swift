/// One named part of the contract, which can be run on every backend.
///
/// ```swift
/// guard let smoke = Conformance.conformanceCase(named: "outcome.everyShapeOfFunctionReturnsItsValue") else { return }
/// try await smoke.run(on: MyBackend())
/// ```
public struct ConformanceCase: Sendable {
    /// What tells the case from the others: its subject, a point, and what is demanded, as
    /// `channel.closeDrainsThenEnds`.
    public let name: String

    /// What the case does, in a sentence.
    public let summary: String

    /// Whose duty is broken when the case fails: a protocol and its requirement, as `Channel.close(discarding:)`.
    public let duty: String

    /// What a backend must be able to do for the case to mean anything.
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

    /// Why `backend` leaves the case out; nil if it does not.
    public func omission(by backend: some ConformanceBackend) -> Omission? {
        backend.omissions.first { omission in
            switch omission.subject {
            case .capability(let capability): requires.contains(capability)
            case .conformanceCase(let other): name == other
            }
        }
    }
}
