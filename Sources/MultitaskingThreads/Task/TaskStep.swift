/// What is done with the place.
@usableFromInline
enum TaskStep {
    /// Replaces the call by its outcome.
    case run(ThreadEnvironment)
    /// Replaces the call by an error.
    case fail(any Error)
    /// Puts an error where a call was that was taken and never returns.
    case abandon(any Error)
    /// Gives the outcome to a closure.
    case read
    /// Drops the call.
    case dropCall
    /// Drops the outcome.
    case dropOutcome
}
