/// The set of tasks that share a queue, an event, or a lock.
///
/// ```swift
/// let scopes = Scopes(inputQueue: .perTask, outputQueue: .session, cancelEvent: .global)
/// ```
public enum Scope: String, Sendable, Hashable, CaseIterable, Codable {
    /// No tasks: the object doesn't exist.
    case null
    /// All tasks of the manager.
    case global
    /// All tasks of the session.
    case session
    /// Only this task and its parent.
    case perTask
}

/// Which queues, event, and lock a task uses, and which tasks share them.
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
    /// The lock that makes draining the output queue atomic.
    public var outputQueueLock: Scope

    /// Creates scopes; an omitted object doesn't exist.
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

    /// No queue, event, or lock.
    public static let null = Scopes(all: .null)
    /// Every object, shared by all tasks of the manager.
    public static let global = Scopes(all: .global)
    /// Every object, shared by all tasks of the session.
    public static let session = Scopes(all: .session)
    /// Every object, for this task alone.
    public static let perTask = Scopes(all: .perTask)
}
