/// A part of the contract that a backend omits, with the reason.
///
/// ```swift
/// Omission.capability(.redelivery, because: "a task's thread does not die alone")
/// ```
public struct Omission: Sendable, Hashable {
    enum Subject: Sendable, Hashable {
        case capability(Capability)
        case conformanceCase(String)
    }

    let subject: Subject

    /// The reason, which is shown with each skipped case.
    public let reason: String

    /// Omits every case that requires `capability`.
    public static func capability(_ capability: Capability, because reason: String) -> Omission {
        Omission(subject: .capability(capability), reason: reason)
    }

    /// Omits one case. Prefer to omit a capability: a case omitted by name is a known violation of the contract.
    public static func conformanceCase(_ name: String, because reason: String) -> Omission {
        Omission(subject: .conformanceCase(name), reason: reason)
    }
}
