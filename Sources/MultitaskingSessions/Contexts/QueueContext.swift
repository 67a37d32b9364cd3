/// The common part of all contexts: two queues and a cancel event, each of which may be missing.
///
/// ```swift
/// if context.hasOutputQueue { try context.writeOutput(progress) }
/// ```
///
/// The scopes of a task and the parameters of its session and manager determine which of them exist. Using a missing
/// one throws `noSuchObject`.
///
/// Only this package's contexts conform to it. Use it to write a function that takes any of them.
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

    /// Closes the input queue: writers then throw `closed`, and readers receive the remaining elements and then nil.
    ///
    /// Either side may close the queue, and more than once. Readers that wait `.forever` return.
    /// - Parameter discarding: whether to drop the remaining elements, which counts them as processed.
    /// - Returns: the number of dropped elements.
    /// - Throws: `noSuchObject` without the queue.
    @discardableResult
    public func closeInput(discarding: Bool = false) throws -> Int {
        try objects.requireInputQueue().channel.close(discarding: discarding)
    }

    /// Closes the output queue: writers then throw `closed`, and readers receive the remaining elements and then nil.
    ///
    /// Either side may close the queue, and more than once. Readers that wait `.forever` return. A queue that several
    /// tasks share is closed for all of them.
    /// - Parameter discarding: whether to drop the remaining elements, which counts them as processed.
    /// - Returns: the number of dropped elements.
    /// - Throws: `noSuchObject` without the queue.
    @discardableResult
    public func closeOutput(discarding: Bool = false) throws -> Int {
        try objects.requireOutputQueue().channel.close(discarding: discarding)
    }

    /// Whether the cancel event is set. Reading it costs at most one load.
    ///
    /// - Throws: `noSuchObject` without a cancel event.
    public var isCancelEventSet: Bool {
        get throws { try objects.requireCancelSignal().isSet }
    }
}
