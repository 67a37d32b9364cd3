/// How a task has ended, as an object: a `TaskOutcome`.
///
/// One pointer, whatever the type of the value: code that is compiled before that type is known would look up how large
/// it is, and how it is copied, at each hand it goes through. Generic over the outcome and not over its value, so that
/// the object's end has no type to look up either.
@usableFromInline
final class OutcomeBox<Outcome: Sendable>: Sendable {
    /// How the task has ended.
    @usableFromInline let outcome: Outcome

    /// Makes the object of an outcome.
    @inlinable
    init(_ outcome: Outcome) { self.outcome = outcome }
}
