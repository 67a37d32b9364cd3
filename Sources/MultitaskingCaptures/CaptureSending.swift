/// Support for sending functions with captured values.
///
/// ```swift
/// guard CaptureSending.isWorking else { return runInPlace() }
/// ```
///
/// Swift has no public API to inspect a function. This module reads the list of capture types that the compiler emits
/// for debuggers, encodes the values, and recreates the closure in another process of the same program. See
/// ``ClosureTrace`` and ``ClosureReceiver``.
public enum CaptureSending {
    /// Whether closures have the memory layout that this module assumes, which is tested on first use.
    ///
    /// If they don't, because the program was built with an untested compiler or without reflection metadata, every
    /// function that requires it is refused.
    public static let isWorking = SelfCheck().passes
}
