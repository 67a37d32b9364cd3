/// How long a call waits for room, for an element, or for an event.
///
/// ```swift
/// try context.readInput(as: Int.self)                           // .never: nil if the queue is empty
/// try context.readInput(as: Int.self, wait: .upTo(.seconds(1)))  // nil after a second
/// try context.readInput(as: Int.self, wait: .forever)
/// ```
public enum WaitLimit: Sendable, Hashable {
    /// Returns immediately.
    case never
    /// Waits as long as it takes.
    case forever
    /// Waits for at most this long; zero or less is the same as ``never``.
    case upTo(Duration)

    /// Creates a limit from an optional timeout; nil means ``forever``.
    public init(timeout: Duration?) {
        self = timeout.map(WaitLimit.upTo) ?? .forever
    }

    /// The time at which a wait that begins now must end; nil if it has no limit.
    public var deadline: ContinuousClock.Instant? {
        switch self {
        case .never: .now
        case .forever: nil
        case .upTo(let duration): .now + duration.clampedForWaiting
        }
    }
}
