/// A violation of the contract that a case found.
///
/// ```swift
/// catch let failure as ConformanceFailure { print(failure.duty, failure.message) }
/// ```
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// How the violation became visible.
    public enum Kind: Sendable, Hashable {
        /// The result differs from the expected one.
        case breach
        /// The case didn't end within its limit and was abandoned.
        case blocked
        /// A resource was left behind.
        case leak
    }

    /// The name of the case.
    public let caseName: String
    /// The name of the backend.
    public let backend: String
    /// The protocol requirement that is violated.
    public let duty: String
    /// How the violation became visible.
    public let kind: Kind
    /// The expected and the actual result.
    public let message: String
    /// The location of the expectation in the kit.
    public let place: String

    /// A summary of the violation.
    public var description: String { "\(backend) breaks \(duty) in \(caseName): \(message) [\(place)]" }
}
