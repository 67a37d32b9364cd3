/// Measures how long something takes, in the machine's time or in that of a backend.
package struct Stopwatch: Sendable {
    private let clock: (any TaskClock)?
    private let started: Duration
    private var taken: Duration?

    /// Starts a stopwatch.
    ///
    /// - Parameter part: the executor or future that is measured; its time counts if it has one of its own.
    package init(in part: Any?) { self.init((part as? any HasTimeline)?.timeline) }

    /// Starts a stopwatch in this time; nil for the machine's.
    init(_ timeline: (any Timeline)?) {
        clock = timeline?.clock
        started = Self.now(clock)
    }

    /// The time since the start, or until it was stopped.
    package var elapsed: Duration { taken ?? max(.zero, Self.now(clock) - started) }

    /// Stops it; stopping twice is the same as once.
    package mutating func stop() { taken = elapsed }

    /// Lets it go on, as if it had never been stopped.
    package mutating func resume() { taken = nil }

    private static let origin = ContinuousClock.now

    private static func now(_ clock: (any TaskClock)?) -> Duration { clock?.now ?? origin.duration(to: .now) }
}
