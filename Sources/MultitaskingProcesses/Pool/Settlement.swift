public import MultitaskingCore

/// How a task has ended, as an object.
///
/// One pointer, whatever the type of the value: code that is compiled before that type is known would look up how large
/// it is, and how it is copied, at each hand it goes through.
@usableFromInline
final class Settlement<Value: Sendable>: Sendable {
    /// How the task has ended.
    @usableFromInline let outcome: TaskOutcome<Value>

    /// Makes the object of an outcome.
    @inlinable
    init(_ outcome: TaskOutcome<Value>) { self.outcome = outcome }
}
