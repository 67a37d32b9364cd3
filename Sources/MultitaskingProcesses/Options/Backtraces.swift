/// What happens to the backtrace of a worker that crashes.
///
/// ```swift
/// let pool = try ProcessPool(maxWorkers: 4, backtraces: .both)
/// ```
/// The dying process itself records the backtrace in an error, in less than a millisecond; function names are looked up
/// when you read it. Swift's own backtracer prints more, including source lines, and takes about a second. It runs in a
/// copy of the process, so the task's error doesn't wait for it. `SWIFT_BACKTRACE` in the environment determines
/// whether and where it prints; statically linked programs don't have it.
///
/// The default is ``inError``. A server logs and counts the errors of tasks, whereas a page of text on standard error
/// for each crash would mix with other output. In a script, the error that ends or is printed by the program shows the
/// top of the stack.
public enum Backtraces: String, Sendable, Hashable, CaseIterable {
    /// The task's error contains the backtrace, as the `backtrace` of its `WorkerFailure`. Nothing is printed.
    case inError
    /// Swift's backtracer prints a backtrace. The error contains none.
    case printed
    /// The error contains the backtrace, and Swift's backtracer prints one.
    case both
    /// Neither.
    case off

    /// Whether errors contain backtraces.
    var areKept: Bool { self == .inError || self == .both }
    /// Whether Swift's backtracer prints backtraces.
    var arePrinted: Bool { self == .printed || self == .both }
}
