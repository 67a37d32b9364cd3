/// When `TaskSession.waitForAll` returns, if its time-out does not come first.
///
/// ```swift
/// let (done, notDone) = try session.waitForAll(timeout: .seconds(10), returnWhen: .firstCompleted)
/// ```
public enum ReturnWhen: Sendable, Hashable, CaseIterable {
    /// When every task has ended.
    case allCompleted
    /// When any task has ended, in whatever way.
    case firstCompleted
    /// When any task has failed, or every task has ended. A cancelled task has not failed.
    case firstFailed
    /// When any task has succeeded, or every task has ended.
    case firstSuccessful
}
