/// The tasks among which a queue, an event or a lock is shared.
///
/// ```swift
/// let scopes = Scopes(inputQueue: .perTask, outputQueue: .session, cancelEvent: .global)
/// ```
public enum Scope: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nobody: it does not exist.
    case null
    /// All tasks of the manager.
    case global
    /// All tasks of the session.
    case session
    /// This task and its parent alone.
    case perTask
}

/// Which queues, event and lock a task gets, and with whom it shares them.
///
/// ```swift
/// try session.submit("a", echo, scopes: .session)
/// try session.submit("b", echo, scopes: Scopes(inputQueue: .perTask, outputQueue: .session))
/// ```
public struct Scopes: Sendable, Hashable, Codable {
    /// The queue that the task reads.
    public var inputQueue: Scope
    /// The queue that the task writes.
    public var outputQueue: Scope
    /// The event that asks the task to stop.
    public var cancelEvent: Scope
    /// The lock that makes draining the output queue one step.
    public var outputQueueLock: Scope

    /// Makes scopes; what is not named does not exist.
    public init(
        inputQueue: Scope = .null, outputQueue: Scope = .null, cancelEvent: Scope = .null,
        outputQueueLock: Scope = .null
    ) {
        self.inputQueue = inputQueue
        self.outputQueue = outputQueue
        self.cancelEvent = cancelEvent
        self.outputQueueLock = outputQueueLock
    }

    private init(all scope: Scope) {
        self.init(inputQueue: scope, outputQueue: scope, cancelEvent: scope, outputQueueLock: scope)
    }

    /// No queue, no event, no lock.
    public static let null = Scopes(all: .null)
    /// Everything shared by all tasks of the manager.
    public static let global = Scopes(all: .global)
    /// Everything shared by all tasks of the session.
    public static let session = Scopes(all: .session)
    /// Everything for this task alone.
    public static let perTask = Scopes(all: .perTask)
}
