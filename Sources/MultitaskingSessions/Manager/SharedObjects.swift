/// The queues, event and locks of a session or a manager.
struct SharedObjects: Sendable {
    let inputQueue: (any Channel)?
    let outputQueue: (any Channel)?
    let cancelSignal: (any CancelSignal)?
    let inputQueueLock: QueueLock?
    let outputQueueLock: QueueLock?
    /// The same for all who ask, as its queues keep what one call leaves to the next.
    let context: CombinedContext

    init(_ settings: QueueSettings, of executor: any Executor) throws {
        try settings.validate()
        inputQueue = settings.inputQueue ? try executor.makeChannel(capacity: settings.inputQueueSize) : nil
        outputQueue = settings.outputQueue ? try executor.makeChannel(capacity: settings.outputQueueSize) : nil
        cancelSignal = settings.cancelEvent ? try executor.makeCancelSignal() : nil
        inputQueueLock = settings.inputQueueLock ? QueueLock() : nil
        outputQueueLock = settings.outputQueueLock ? QueueLock() : nil
        let (inputLock, outputLock) = (inputQueueLock, outputQueueLock)
        context = CombinedContext(
            ContextObjects(
                inputQueue: inputQueue.map { QueueHandle($0, lock: inputLock) },
                outputQueue: outputQueue.map { QueueHandle($0, lock: outputLock) }, cancelSignal: cancelSignal))
    }
}

/// Where a task's queues and event come from: a new one, its session's or its manager's.
struct ScopeResolver {
    let executor: any Executor
    let global: SharedObjects
    let session: SharedObjects
    let inputQueueSize: Int?
    let outputQueueSize: Int?

    func objects(for scopes: Scopes) throws -> ContextObjects {
        let input = try resolve(scopes.inputQueue, \.inputQueue, "inputQueue") {
            try executor.makeChannel(capacity: inputQueueSize)
        }
        let output = try resolve(scopes.outputQueue, \.outputQueue, "outputQueue") {
            try executor.makeChannel(capacity: outputQueueSize)
        }
        let signal = try resolve(scopes.cancelEvent, \.cancelSignal, "cancelEvent") { try executor.makeCancelSignal() }
        // The lock of a queue that is shared without one is none: `scopes: .global` asks for all that there is.
        let isTheQueues = output != nil && scopes.outputQueueLock == scopes.outputQueue
        let lock =
            isTheQueues && !hasLock(scopes.outputQueueLock)
            ? nil : try resolve(scopes.outputQueueLock, \.outputQueueLock, "outputQueueLock") { QueueLock() }
        return ContextObjects(
            inputQueue: input.map { QueueHandle($0) }, outputQueue: output.map { QueueHandle($0, lock: lock) },
            cancelSignal: signal)
    }

    private func hasLock(_ scope: Scope) -> Bool {
        switch scope {
        case .null, .perTask: true
        case .session: session.outputQueueLock != nil
        case .global: global.outputQueueLock != nil
        }
    }

    private func resolve<Object>(
        _ scope: Scope, _ shared: KeyPath<SharedObjects, Object?>, _ parameter: String, make: () throws -> Object
    ) throws -> Object? {
        switch scope {
        case .null: return nil
        case .perTask: return try make()
        case .session:
            if let object = session[keyPath: shared] { return object }
            throw MultitaskingError(
                .noSuchObject,
                "\(parameter): the session has none; make the session with \(parameter): true, or use another scope")
        case .global:
            if let object = global[keyPath: shared] { return object }
            let globalName = "global" + parameter.prefix(1).uppercased() + parameter.dropFirst()
            throw MultitaskingError(
                .noSuchObject,
                """
                \(parameter): the manager has none; make the manager with \(globalName): true (or with globals: \
                QueueSettings(\(parameter): true), where it takes those), or use another scope
                """)
        }
    }
}
