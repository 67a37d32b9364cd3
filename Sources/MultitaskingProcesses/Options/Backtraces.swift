/// What becomes of the backtrace of a worker that a signal or a trap ends.
///
/// ```swift
/// let pool = try ProcessPool(maxWorkers: 4, backtraces: .both)
/// ```
/// The stack in an error is taken by the dying process itself, in less than a millisecond, and given names where
/// somebody reads it. Swift's own backtracer prints more, source lines among it, and takes a second or so; a copy of
/// the process runs it while the task has its error already. It prints to where, and only if, the environment's
/// `SWIFT_BACKTRACE` says so; statically linked programs have none.
///
/// The default is ``inError``. In a server, the error of a task is what is logged and counted, and a page of text on
/// standard error for each crash, between the lines of others, is not. In a script, the error that ends it, or is
/// printed, shows the top of the stack.
public enum Backtraces: String, Sendable, Hashable, CaseIterable {
    /// The task's error has the stack, as the `backtrace` of its `WorkerFailure`. Nothing is printed.
    case inError
    /// Swift's backtracer prints it. The error has none.
    case printed
    /// The error has it, and it is printed.
    case both
    /// Neither.
    case off

    /// Whether errors carry stacks.
    var areKept: Bool { self == .inError || self == .both }
    /// Whether Swift's backtracer prints them.
    var arePrinted: Bool { self == .printed || self == .both }
}
