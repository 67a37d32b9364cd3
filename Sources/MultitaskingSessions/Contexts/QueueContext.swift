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

    /// Closes the input queue: writers get `closed`; readers get what waits, then nil.
    ///
    /// Both sides may close it, and more than once. A reader that waits `.forever` ends.
    /// - Parameter discarding: whether what waits is dropped, and counted as processed.
    /// - Returns: how many elements were dropped.
    /// - Throws: `noSuchObject` without the queue.
    @discardableResult
    public func closeInput(discarding: Bool = false) throws -> Int {
        try objects.requireInputQueue().channel.close(discarding: discarding)
    }

    /// Closes the output queue: writers get `closed`; readers get what waits, then nil.
    ///
    /// Both sides may close it, and more than once. A reader that waits `.forever` ends. A queue that several tasks
    /// share is closed for all of them.
    /// - Parameter discarding: whether what waits is dropped, and counted as processed.
    /// - Returns: how many elements were dropped.
    /// - Throws: `noSuchObject` without the queue.
    @discardableResult
    public func closeOutput(discarding: Bool = false) throws -> Int {
        try objects.requireOutputQueue().channel.close(discarding: discarding)
    }

    /// Whether the cancel event is set; costs no more than a load.
    ///
    /// - Throws: `noSuchObject` without a cancel event.
    public var isCancelEventSet: Bool {
        get throws { try objects.requireCancelSignal().isSet }
    }
}
