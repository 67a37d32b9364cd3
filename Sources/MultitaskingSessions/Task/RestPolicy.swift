/// What becomes of the other tasks when what a `TaskSession` waited for has happened.
///
/// ```swift
/// try session.waitForAll(returnWhen: .firstFailed, rest: .cancel)
/// ```
public enum RestPolicy: Sendable, Hashable, CaseIterable {
    /// They go on.
    case goOn
    /// Those that have not started never do; those that have are asked to stop, by their cancel event, unless that is
    /// of scope `.global`: it would stop tasks of other sessions.
    case cancel
    /// Besides, those that run are ended, where the pool can (processes can, threads cannot): see `Future.cancel`.
    case cancelByForce
}
