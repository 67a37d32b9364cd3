/// The clock of a backend: the machine's, or that of a simulation.
///
/// ```swift
/// let start = environment.clock.now
/// environment.clock.sleep(for: .seconds(1))   // takes no time in a simulation
/// ```
public protocol TaskClock: Sendable {
    /// The time since a fixed but arbitrary moment. It never decreases.
    var now: Duration { get }

    /// Blocks the calling task for `duration`.
    @available(*, noasync, message: "this blocks the thread; use Task.sleep")
    func sleep(for duration: Duration)
}
