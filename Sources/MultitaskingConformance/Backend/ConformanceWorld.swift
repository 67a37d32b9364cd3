public import MultitaskingCore

/// The time a backend lives in, and how the code of a parent runs there.
///
/// ```swift
/// struct SlowWorld: ConformanceWorld {
///     var clock: any TaskClock { MachineWorld().clock }
///     var patience: Duration { .seconds(60) }
/// }
/// ```
///
/// A simulator whose time is virtual, or whose parent must be known to its scheduler, has one of its own.
public protocol ConformanceWorld: Sendable {
    /// The clock by which the backend's time limits pass. Its `sleep` is called by the parent, never in a loop that
    /// waits for less than a millisecond.
    var clock: any TaskClock { get }

    /// Runs a case's work, which makes executors and blocks in their calls, and returns when it has returned.
    ///
    /// Called once a case, on a thread of the kit that does nothing else.
    func perform(_ body: @escaping @Sendable () throws -> Void) throws

    /// How long, by ``clock``, the kit waits for what should happen at once. What takes longer counts as never.
    var patience: Duration { get }

    /// How long, by the machine's clock, a case may take. One that takes longer is abandoned and has failed.
    ///
    /// What making and ending the case's pools takes is added: a case that makes 50 pools may take as much longer as 50
    /// of the backend's pools cost, each up to this limit.
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
/// let world = MachineWorld(patience: .seconds(60))   // for a backend with slow starts
/// ```
public struct MachineWorld: ConformanceWorld {
    /// How long the kit waits for what should happen at once.
    public let patience: Duration

    /// Makes the world of a backend on real threads or processes.
    ///
    /// - Parameter patience: from a millisecond to a day; others are taken for the nearer of these.
    public init(patience: Duration = .seconds(20)) {
        self.patience = min(max(patience, .milliseconds(1)), .seconds(86_400))
    }

    /// The machine's monotonic clock.
    public var clock: any TaskClock { MachineClock() }
}
