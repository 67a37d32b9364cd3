/// One thing that a backend leaves out of the contract, and why.
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

    /// Why; shown beside each case that is skipped for it.
    public let reason: String

    /// Leaves out every case that needs `capability`.
    public static func capability(_ capability: Capability, because reason: String) -> Omission {
        Omission(subject: .capability(capability), reason: reason)
    }

    /// Leaves out one case. Prefer a capability: a case left out by name is a breach that is known.
    public static func conformanceCase(_ name: String, because reason: String) -> Omission {
        Omission(subject: .conformanceCase(name), reason: reason)
    }
}
