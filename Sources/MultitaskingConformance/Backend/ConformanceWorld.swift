public import MultitaskingCore
internal import MultitaskingSystem

/// The environment of a backend: its time, and how the parent's code runs.
///
/// ```swift
/// struct SlowWorld: ConformanceWorld {
///     var clock: any TaskClock { MachineWorld().clock }
///     var patience: Duration { .seconds(60) }
/// }
/// ```
///
/// A simulator with virtual time, or with a scheduler that has to know the parent, provides its own.
public protocol ConformanceWorld: Sendable {
    /// The clock for the backend's time limits. The parent calls its `sleep`, never in a loop with waits of less than a
    /// millisecond.
    var clock: any TaskClock { get }

    /// Runs a case, which creates executors and blocks in their calls, and returns when the case has returned. The kit
    /// calls this once per case, on a dedicated thread.
    func perform(_ body: @escaping @Sendable () throws -> Void) throws

    /// How long, by ``clock``, the kit waits for an event that should happen immediately. An event that takes longer is
    /// considered missing.
    var patience: Duration { get }

    /// How long, by the machine's clock, a case may take before it is abandoned as failed.
    ///
    /// The time that it takes to create and shut down the case's pools is added, up to this limit for each pool.
    var caseLimit: Duration { get }
}

extension ConformanceWorld {
    /// Calls `body`.
    public func perform(_ body: @escaping @Sendable () throws -> Void) throws { try body() }

    /// 20 seconds.
    public var patience: Duration { .seconds(20) }

    /// Three times the patience, in real time.
    public var caseLimit: Duration { patience * 3 }
}

/// The machine's time and threads.
///
/// ```swift
/// struct ClusterBackend: ConformanceBackend {
///     var world: any ConformanceWorld { MachineWorld(patience: .seconds(60)) }   // its workers start slowly
///     …
/// }
/// ```
public struct MachineWorld: ConformanceWorld {
    /// How long the kit waits for an event that should happen immediately.
    public let patience: Duration

    /// Creates the environment of a backend with real threads or processes.
    ///
    /// - Parameter patience: a duration from a millisecond to a day; other values are clamped.
    public init(patience: Duration = .seconds(20)) {
        self.patience = min(max(patience, .milliseconds(1)), .seconds(86_400))
    }

    /// The machine's monotonic clock.
    public var clock: any TaskClock { MachineClock() }
}
