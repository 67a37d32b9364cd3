/// A breach of the contract that a case has found.
///
/// ```swift
/// catch let failure as ConformanceFailure { print(failure.duty, failure.message) }
/// ```
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// How the breach showed.
    public enum Kind: Sendable, Hashable {
        /// Something else came than was expected.
        case breach
        /// The case did not end within its limit and was abandoned.
        case blocked
        /// Something was left behind.
        case leak
    }

    /// The name of the case.
    public let caseName: String
    /// The name of the backend.
    public let backend: String
    /// The protocol and the requirement whose duty is broken.
    public let duty: String
    /// How the breach showed.
    public let kind: Kind
    /// What was expected, and what came.
    public let message: String
    /// Where in the kit the expectation is written.
    public let place: String

    /// All of it in a sentence or two.
    public var description: String { "\(backend) breaks \(duty) in \(caseName): \(message) [\(place)]" }
}
