/// The queues and the event that a context gives access to; what does not exist is nil.
public struct ContextObjects: Sendable {
    let inputQueue: QueueEnd?
    let outputQueue: QueueEnd?
    let cancelSignal: (any CancelSignal)?

    init(inputQueue: QueueEnd? = nil, outputQueue: QueueEnd? = nil, cancelSignal: (any CancelSignal)? = nil) {
        self.inputQueue = inputQueue
        self.outputQueue = outputQueue
        self.cancelSignal = cancelSignal
    }

    func requireInputQueue() throws -> QueueEnd {
        guard let inputQueue else { throw MultitaskingError.noObject("input queue", parameter: "inputQueue") }
        return inputQueue
    }

    func requireOutputQueue() throws -> QueueEnd {
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
