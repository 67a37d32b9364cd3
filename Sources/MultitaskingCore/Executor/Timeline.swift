/// The time of a backend that doesn't use the machine's clock, such as a simulation. Its callers wait in this time,
/// too.
///
/// ```swift
/// if let timeline = (executor as? any HasTimeline)?.timeline {
///     isDone = timeline.wait(.upTo(.seconds(600))) { state.isDone }   // ten minutes of simulated time
/// }
/// ```
///
/// Layers above a backend that implement their own waits find the timeline through the backend's parts; see
/// ``HasTimeline``.
///
/// **Implementer's duties.** Any thread may call any method.
public protocol Timeline: Sendable {
    /// The clock that shows this time.
    var clock: any TaskClock { get }

    /// Blocks the caller until `condition` holds; false if the limit passes first.
    ///
    /// `condition` may be called often, on any thread and while a lock is held, so it must be short and must not call
    /// the backend.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    func wait(_ limit: WaitLimit, until condition: @escaping @Sendable () -> Bool) -> Bool

    /// Registers a suspended waiter, so that simulated time can advance; calls `timeIsUp` when the limit has passed.
    ///
    /// - Returns: a function to call with each stage in which the wait ends. The caller must always report
    ///   ``WaitStage/over``.
    func beginWait(
        _ limit: WaitLimit, timeIsUp: @escaping @Sendable () -> Void
    ) -> @Sendable (WaitStage) -> Void
}

/// The stages in which a suspended wait ends.
///
/// ```swift
/// let tell = timeline.beginWait(.forever) { … }
/// tell(.ending)   // the awaited event has happened
/// tell(.over)     // the waiter has resumed
/// ```
public enum WaitStage: Sendable, Hashable {
    /// The condition is met, and the waiter resumes soon. Simulated time doesn't advance until then.
    case ending
    /// The waiter has resumed.
    case over
}

/// A part of a backend, such as an executor, channel, or future, that uses a time other than the machine's.
///
/// ```swift
/// let clock = (pool as? any HasTimeline)?.timeline.clock
/// ```
public protocol HasTimeline {
    /// The time that it uses.
    var timeline: any Timeline { get }
}

/// The time at which a wait must end, in the machine's time or in that of a backend.
///
/// ```swift
/// let deadline = WaitDeadline(.upTo(.seconds(10)), in: pool)
/// for future in futures { guard future.waitUntilDone(deadline.remaining) else { return false } }
/// ```
public struct WaitDeadline: Sendable {
    private enum End {
        case never
        case machine(ContinuousClock.Instant)
        case own(Duration)
    }

    private let end: End

    /// The timeline of the wait; nil for the machine's time.
    public let timeline: (any Timeline)?

    /// Creates the deadline of a wait that begins now.
    ///
    /// - Parameter part: the executor, channel, or future to wait for, which may have its own timeline.
    public init(_ wait: WaitLimit, in part: Any) {
        self.init(wait, timeline: (part as? any HasTimeline)?.timeline)
    }

    /// - Parameter timeline: the time in which the wait takes place; nil for the machine's.
    package init(_ wait: WaitLimit, timeline: (any Timeline)?) {
        self.timeline = timeline
        switch (wait, timeline) {
        case (.forever, _): end = .never
        case (.never, let timeline?): end = .own(timeline.clock.now)
        case (.upTo(let duration), let timeline?): end = .own(timeline.clock.now + duration.clampedForWaiting)
        case (.never, nil): end = .machine(.now)
        case (.upTo(let duration), nil): end = .machine(.now + duration.clampedForWaiting)
        }
    }

    /// The remaining time: ``WaitLimit/forever``, or a duration that may be negative.
    public var remaining: WaitLimit {
        switch (end, timeline) {
        case (.never, _): .forever
        case (.machine(let instant), _): .upTo(instant - .now)
        case (.own(let time), let timeline?): .upTo(time - timeline.clock.now)
        case (.own, nil): .never
        }
    }

    /// Whether it is before another one of the same timeline; reads no clock.
    func isSooner(than other: WaitDeadline) -> Bool {
        switch (end, other.end) {
        case (.never, _): false
        case (_, .never): true
        case (.machine(let instant), .machine(let other)): instant < other
        case (.own(let time), .own(let other)): time < other
        case (.machine, .own), (.own, .machine): false
        }
    }
}
