/// What a pool of other processes does with a function that captures values.
///
/// ```swift
/// try withProcessPoolExecutor(captures: .refused) { manager in … }   // a function that captures is an error
/// ```
///
/// Captured values are copied to the worker by their `Codable`, like arguments. What cannot be copied, and would change
/// the meaning of the function if it were, makes `submit` throw `capturesState`, with the reason. See Docs/captures.md.
public enum CapturePolicy: String, Sendable, Hashable, CaseIterable {
    /// Captured values are copied; if one cannot be, `submit` throws `capturesState`.
    ///
    /// What works is then the same whether or not this process happens to have other threads.
    case byValue
    /// Captured values are copied; if one cannot be, the function runs in a copy of this process, forked for it, where
    /// that is safe: while this process has no other threads and has never used Dispatch or Swift concurrency.
    case byValueOrCopies
    /// The function runs in a copy of this process where that is safe; nothing is copied one by one. `submit` throws
    /// `capturesState` elsewhere.
    case copiesOnly
    /// `submit` throws `capturesState`.
    case refused

    /// Whether captured values may be copied.
    package var sendsValues: Bool { self == .byValue || self == .byValueOrCopies }
    /// Whether functions that capture may run in a copy of this process.
    package var makesCopies: Bool { self == .byValueOrCopies || self == .copiesOnly }
}
