import MultitaskingCore

/// A queue under a lock.
final class SmallChannel: InProcessChannel {
    let reference: SharedObjectID

    private struct Element: Sendable {
        let type: Any.Type
        let value: any Sendable
    }

    private struct State: Sendable {
        let capacity: Int?
        var elements: [Element] = []
        var unfinished = 0
        var isClosed = false
        /// Whether the pool has ended.
        var hasEnded = false

        var hasRoom: Bool { capacity.map { elements.count < $0 } ?? true }
        /// Whether all elements were reported, or nobody is left who would; nil if neither.
        var isJoined: Bool? { unfinished == 0 ? true : hasEnded ? false : nil }
    }

    private let state: Watched<State>

    init(reference: SharedObjectID, capacity: Int?) {
        self.reference = reference
        state = Watched(State(capacity: capacity))
    }

    var status: ChannelStatus {
        state.access { ChannelStatus(count: $0.elements.count, capacity: $0.capacity, isClosed: $0.isClosed) }
    }

    func send<Value: Codable & Sendable>(_ element: Value, wait: WaitLimit) throws -> Bool {
        try sendInProcess(element, wait: wait)
    }

    func receive<Value: Codable & Sendable>(as type: Value.Type, wait: WaitLimit) throws -> Value? {
        try receiveInProcess(as: type, wait: wait)
    }

    func sendInProcess<Value: Sendable>(_ element: Value, wait: WaitLimit) throws -> Bool {
        let sent: Bool? = try state.wait(wait) { state in
            if state.isClosed { throw MultitaskingError(.closed, "the channel is closed and takes no more elements") }
            guard state.hasRoom else { return nil }
            state.elements.append(Element(type: Value.self, value: element))
            state.unfinished += 1
            return true
        }
        return sent ?? false
    }

    func receiveInProcess<Value: Sendable>(as type: Value.Type, wait: WaitLimit) throws -> Value? {
        let received: Value?? = try state.wait(wait) { state in
            guard let first = state.elements.first else { return state.isClosed ? .some(nil) : nil }
            guard first.type == type, let value = first.value as? Value else {
                throw MultitaskingError(.wrongType, "the first element is a \(first.type), not a \(type); ask for that")
            }
            state.elements.removeFirst()
            return value
        }
        return received ?? nil
    }

    func close(discarding: Bool) -> Int {
        // What is dropped is released after the lock, because a `deinit` may come back here.
        let dropped = state.access { state in
            state.isClosed = true
            guard discarding else { return [Element]() }
            defer { state.elements = [] }
            state.unfinished = max(0, state.unfinished - state.elements.count)
            return state.elements
        }
        return dropped.count
    }

    /// Closes the channel of a pool that has ended; what is left can still be received.
    func end() {
        state.access { state in
            state.isClosed = true
            state.hasEnded = true
        }
    }

    func taskDone() throws {
        try state.access { state in
            guard state.unfinished > 0 else {
                throw MultitaskingError(.invalidArgument, "taskDone() was called more often than elements were sent")
            }
            state.unfinished -= 1
        }
    }

    func join(wait: WaitLimit) -> Bool { state.wait(wait) { $0.isJoined } ?? false }

    func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws {
        _ = try await awaitCallback(wait) { callback in
            state.notify(
                when: { state in
                    switch operation {
                    case .send: state.isClosed || state.hasRoom
                    case .receive: state.isClosed || !state.elements.isEmpty
                    case .join: state.isJoined != nil
                    }
                }, callback)
        }
        if operation == .join, state.access({ $0.isJoined }) == false {
            throw MultitaskingError(.shutDown, "the pool has ended before every element was reported by taskDone()")
        }
    }
}
