// The asynchronous versions as they are made of the blocking calls, which are asked not to wait, and of `ready`.

extension Channel {
    /// Sends an element, suspending instead of blocking until it is accepted; false if the limit passes first.
    ///
    /// - Throws: what the blocking `send` throws; `CancellationError` if the awaiting task is cancelled, in which case
    ///   the element is not sent.
    public func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit = .never) async throws -> Bool {
        try await sendAsynchronously(element, wait: wait)
    }

    /// Tries to send, without waiting, each time the channel may have room.
    public func sendAsynchronously<Element: Codable & Sendable>(
        _ element: Element, wait: WaitLimit
    ) async throws -> Bool {
        if let channel = self as? any OfferingChannel, channel.isRendezvous {
            return try await handOver(wait) { try channel.offer(element) }
        }
        return try await retry(for: .send, wait: wait) { try self.attemptSend(element) ? true : nil } ?? false
    }

    /// Receives an element, suspending instead of blocking; nil if the limit passes first, or if the channel is closed
    /// and empty.
    ///
    /// - Throws: what the blocking `receive` throws; `CancellationError` if the awaiting task is cancelled.
    public func receive<Element: Codable & Sendable>(
        as type: Element.Type, wait: WaitLimit = .never
    ) async throws -> Element? {
        try await receiveAsynchronously(as: type, wait: wait)
    }

    /// Tries to receive, without waiting, each time there may be an element.
    public func receiveAsynchronously<Element: Codable & Sendable>(
        as type: Element.Type, wait: WaitLimit
    ) async throws -> Element? {
        try await retry(for: .receive, wait: wait) { try self.attemptReceive(as: type) }
    }

    /// Suspends, instead of blocking, until every element is reported as done; false if the limit passes first.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    public func join(wait: WaitLimit = .forever) async throws -> Bool { try await joinAsynchronously(wait: wait) }

    /// Checks again each time the last outstanding element may have been reported.
    public func joinAsynchronously(wait: WaitLimit) async throws -> Bool {
        try await retry(for: .join, wait: wait) { self.attemptJoin() ? true : nil } ?? false
    }

    // What does not wait may be called in an asynchronous context, by way of a function that is not `noasync`.

    private func attemptSend<Element: Codable & Sendable>(_ element: Element) throws -> Bool {
        try send(element, wait: .never)
    }

    private func attemptReceive<Element: Codable & Sendable>(as type: Element.Type) throws -> Element? {
        try receive(as: type, wait: .never)
    }

    private func attemptJoin() -> Bool { join(wait: .never) }

    /// Repeats `attempt` each time the channel is ready, until it returns a value, the limit passes, or none can
    /// follow.
    func retry<Value>(
        for operation: ChannelOperation, wait: WaitLimit, _ attempt: () throws -> Value?
    ) async throws -> Value? {
        let deadline = WaitDeadline(wait, in: self)
        while true {
            if let value = try attempt() { return value }
            if operation == .receive {
                let status = try await currentStatus()
                if status.isClosed, status.count == 0 { return nil }
            }
            let left = deadline.remaining
            if left.isOver { return nil }
            try await waitUntilReady(for: operation, wait: left)
        }
    }
}

extension InProcessChannel {
    /// Suspends where the blocking method of the same name blocks.
    public func sendInProcess<Element: Sendable>(_ element: Element, wait: WaitLimit = .never) async throws -> Bool {
        if let channel = self as? any InProcessOfferingChannel, channel.isRendezvous {
            return try await handOver(wait) { try channel.offerInProcess(element) }
        }
        return try await retry(for: .send, wait: wait) { try self.attemptSendInProcess(element) ? true : nil } ?? false
    }

    /// Suspends where the blocking method of the same name blocks.
    public func receiveInProcess<Element: Sendable>(
        as type: Element.Type, wait: WaitLimit = .never
    ) async throws -> Element? {
        try await retry(for: .receive, wait: wait) { try self.attemptReceiveInProcess(as: type) }
    }

    private func attemptSendInProcess<Element: Sendable>(_ element: Element) throws -> Bool {
        try sendInProcess(element, wait: .never)
    }

    private func attemptReceiveInProcess<Element: Sendable>(as type: Element.Type) throws -> Element? {
        try receiveInProcess(as: type, wait: .never)
    }
}
