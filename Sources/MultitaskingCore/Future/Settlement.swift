/// How a task has ended, as an object.
///
/// One pointer, whatever the type of the value: code that is compiled before that type is known would look up how large
/// it is, and how it is copied, at each hand it goes through.
public final class Settlement<Value: Sendable>: Sendable {
    /// How the task has ended.
    public let outcome: TaskOutcome<Value>

    /// Makes the object of an outcome.
    @inlinable
    public init(_ outcome: TaskOutcome<Value>) { self.outcome = outcome }

    /// Runs `body` and keeps what it returns or throws.
    @inlinable
    public init(catching body: () throws -> Value) {
        do { outcome = .success(try body()) } catch { outcome = .failure(error) }
    }
}
