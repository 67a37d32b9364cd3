// The queues and the event of a context, for `select`, and the end of the queues.

extension QueueContext {
    /// The cancel event as a source for `select`, ready when the event is set.
    ///
    /// - Throws: `noSuchObject` without a cancel event.
    public var cancelEventSource: any Selectable {
        get throws { try objects.requireCancelSignal() }
    }

    /// Whether the input queue is closed and empty, so that there is nothing more to read. Reading it may need a round
    /// trip.
    ///
    /// - Throws: `noSuchObject` without the queue.
    public var isInputFinished: Bool {
        get throws { try objects.requireInputQueue().isFinished }
    }

    /// Whether the output queue is closed and empty, so that there is nothing more to read. Reading it may need a round
    /// trip.
    ///
    /// - Throws: `noSuchObject` without the queue.
    public var isOutputFinished: Bool {
        get throws { try objects.requireOutputQueue().isFinished }
    }
}

extension TaskSideContext {
    /// The input queue as a source for `select`, ready when there is an element to read, or when the queue is closed
    /// and empty.
    ///
    /// ```swift
    /// while try select(context.inputSource, context.cancelEventSource) == 0 {
    ///     guard let order = try context.readInput(as: Order.self) else {
    ///         if try context.isInputFinished { break }
    ///         continue   // another task was faster
    ///     }
    ///     …
    /// }
    /// ```
    /// - Throws: `noSuchObject` without the queue.
    public var inputSource: any Selectable {
        get throws { try objects.requireInputQueue().channel }
    }

    /// The output queue as a source for `select`, ready when there is room for an element, or when the queue is closed.
    ///
    /// - Throws: `noSuchObject` without the queue.
    public var outputSource: any Selectable {
        get throws { try objects.requireOutputQueue().channel.sending }
    }
}

extension ParentSideContext {
    /// The input queue as a source for `select`, ready when there is room for an element, or when the queue is closed.
    ///
    /// - Throws: `noSuchObject` without the queue.
    public var inputSource: any Selectable {
        get throws { try objects.requireInputQueue().channel.sending }
    }

    /// The output queue as a source for `select`, ready when there is an element to read, or when the queue is closed
    /// and empty.
    ///
    /// ```swift
    /// switch try select(task.outputSource, task) {
    /// case 0: let line = try task.readOutput(as: String.self)
    /// default: print(task.result())   // the task has ended
    /// }
    /// ```
    /// - Throws: `noSuchObject` without the queue.
    public var outputSource: any Selectable {
        get throws { try objects.requireOutputQueue().channel }
    }
}
