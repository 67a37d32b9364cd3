/// The time that a backend lives in: the machine's, or a simulation's.
///
/// ```swift
/// let start = environment.clock.now
/// environment.clock.sleep(for: .seconds(1))   // takes no time in a simulation
/// ```
public protocol TaskClock: Sendable {
    /// The time since a fixed but arbitrary moment. Never runs backwards.
    var now: Duration { get }

    /// Blocks the calling task for `duration`.
    @available(*, noasync, message: "this blocks the thread; use Task.sleep")
    func sleep(for duration: Duration)
}
