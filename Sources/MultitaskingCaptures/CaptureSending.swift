/// Sending functions that capture.
///
/// ```swift
/// guard CaptureSending.isWorking else { return runInPlace() }
/// ```
///
/// Swift has no public way to look into a function. This module reads what the compiler writes for debuggers, a list of
/// the types of each closure's captures, copies the values by their `Codable`, and puts the closure together again in
/// another process of the same program. See ``ClosureTrace`` and ``ClosureReceiver``.
public enum CaptureSending {
    /// Whether closures lie in memory as this module believes, which is found out when first asked for.
    ///
    /// If they do not, since the program was built by another compiler than those this was tested with, or without the
    /// metadata for reflection, everything that would need it is refused.
    public static let isWorking = SelfCheck().passes
}
