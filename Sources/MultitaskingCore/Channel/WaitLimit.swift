/// How long a call may wait for room, for an element or for an event.
///
/// ```swift
/// try context.readInput(as: Int.self)                           // .never: nil if the queue is empty
/// try context.readInput(as: Int.self, wait: .upTo(.seconds(1)))  // nil after a second
/// try context.readInput(as: Int.self, wait: .forever)
/// ```
public enum WaitLimit: Sendable, Hashable {
    /// Do not wait: answer at once.
    case never
    /// Wait as long as it takes.
    case forever
    /// Wait for at most this long; zero or less is the same as ``never``.
    case upTo(Duration)

    /// The limit that an optional time-out stands for: nil is ``forever``.
    public init(timeout: Duration?) {
        self = timeout.map(WaitLimit.upTo) ?? .forever
    }

    /// When a wait that begins now must end; nil if it need not end.
    public var deadline: ContinuousClock.Instant? {
        switch self {
        case .never: .now
        case .forever: nil
        case .upTo(let duration): .now + duration.clampedForWaiting
        }
    }
}
