/// What a process pool does with a function that captures values.
///
/// ```swift
/// try withProcessPoolExecutor(captures: .refused) { manager in … }   // a function that captures is an error
/// ```
///
/// Captured values are encoded and copied to the worker, like arguments. If a value can't be copied, or if copying it
/// would change the meaning of the function, `submit` throws `capturesState` with the reason. See Docs/captures.md.
public enum CapturePolicy: String, Sendable, Hashable, CaseIterable {
    /// Captured values are copied; if one can't be, `submit` throws `capturesState`. The outcome doesn't depend on
    /// whether this process has other threads.
    case byValue
    /// Captured values are copied; if one can't be, the function runs in a fork of this process if that is safe: while
    /// this process has no other threads and has never used Dispatch or Swift concurrency.
    case byValueOrCopies
    /// The function runs in a fork of this process if that is safe; no value is encoded. Otherwise, `submit` throws
    /// `capturesState`.
    case copiesOnly
    /// `submit` throws `capturesState`.
    case refused

    /// Whether captured values may be copied.
    package var sendsValues: Bool { self == .byValue || self == .byValueOrCopies }
    /// Whether functions that capture may run in a copy of this process.
    package var makesCopies: Bool { self == .byValueOrCopies || self == .copiesOnly }
}
