/// The condition on which `TaskSession.waitForAll` returns, unless its time limit passes first.
///
/// ```swift
/// let (done, notDone) = try session.waitForAll(timeout: .seconds(10), returnWhen: .firstCompleted)
/// ```
public enum ReturnWhen: Sendable, Hashable, CaseIterable {
    /// Every task has ended.
    case allCompleted
    /// Any task has ended, in whatever way.
    case firstCompleted
    /// Any task has failed, or every task has ended. A cancelled task doesn't count as failed.
    case firstFailed
    /// Any task has succeeded, or every task has ended.
    case firstSuccessful
}
