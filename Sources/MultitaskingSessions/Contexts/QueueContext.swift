/// What every context has: two queues and a cancel event, each of which may be missing.
///
/// ```swift
/// if context.hasOutputQueue { try context.writeOutput(progress) }
/// ```
///
/// The scopes with which a task was submitted, and the parameters with which its session and manager were made, decide
/// what exists. Using what is missing throws `noSuchObject`.
public protocol QueueContext: Sendable {
    /// The queues and the event.
    var objects: ContextObjects { get }
}

extension QueueContext {
    /// Whether there is an input queue.
    public var hasInputQueue: Bool { objects.inputQueue != nil }

    /// Whether there is an output queue.
    public var hasOutputQueue: Bool { objects.outputQueue != nil }

    /// Whether there is a cancel event.
    public var hasCancelEvent: Bool { objects.cancelSignal != nil }

    /// Whether the cancel event is set; costs no more than a load.
    ///
    /// - Throws: `noSuchObject` without a cancel event.
    public var isCancelEventSet: Bool {
        get throws { try objects.requireCancelSignal().isSet }
    }
}
