/// How long a call waits for room, for an element, or for an event.
///
/// ```swift
/// let first = try context.readInput(as: Int.self)                               // .never: nil if the queue is empty
/// let second = try context.readInput(as: Int.self, wait: .upTo(.seconds(1)))    // nil after a second
/// let third = try context.readInput(as: Int.self, wait: .forever)
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

extension WaitLimit {
    /// The time it lasts; nil if it has no limit.
    private var duration: Duration? {
        switch self {
        case .never: .zero
        case .forever: nil
        case .upTo(let duration): max(.zero, duration)
        }
    }

    /// Whether it leaves no time, as ``never`` does.
    package var isOver: Bool { duration == .zero }

    func isShorter(than other: WaitLimit) -> Bool {
        guard let duration else { return false }
        return other.duration.map { duration < $0 } ?? true
    }

    /// The shorter of the two.
    func limited(to other: WaitLimit) -> WaitLimit { isShorter(than: other) ? self : other }

    /// How long to wait for room in a pool at a time, when there is something else to do as well.
    static var roomPatience: WaitLimit { .upTo(.milliseconds(20)) }
}
