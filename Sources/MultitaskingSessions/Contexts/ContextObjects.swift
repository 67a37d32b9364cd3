/// The queues and the event of a context, for the context's own methods.
///
/// ```swift
/// if context.hasOutputQueue { try context.closeOutput() }   // what `context.objects` has
/// ```
///
/// Only this package creates it, so only the package's types can be contexts.
public struct ContextObjects: Sendable {
    let inputQueue: QueueHandle?
    let outputQueue: QueueHandle?
    let cancelSignal: (any CancelSignal)?

    init(inputQueue: QueueHandle? = nil, outputQueue: QueueHandle? = nil, cancelSignal: (any CancelSignal)? = nil) {
        self.inputQueue = inputQueue
        self.outputQueue = outputQueue
        self.cancelSignal = cancelSignal
    }

    func requireInputQueue() throws -> QueueHandle {
        guard let inputQueue else { throw MultitaskingError.noObject("input queue", parameter: "inputQueue") }
        return inputQueue
    }

    func requireOutputQueue() throws -> QueueHandle {
        guard let outputQueue else { throw MultitaskingError.noObject("output queue", parameter: "outputQueue") }
        return outputQueue
    }

    func requireCancelSignal() throws -> any CancelSignal {
        guard let cancelSignal else { throw MultitaskingError.noObject("cancel event", parameter: "cancelEvent") }
        return cancelSignal
    }
}

extension MultitaskingError {
    fileprivate static func noObject(_ object: String, parameter: String) -> Self {
        Self(
            .noSuchObject,
            """
            this context has no \(object): submit the task with scopes whose \(parameter) is .session, .global or \
            .perTask, or make the session or manager with its \(object)
            """)
    }
}
