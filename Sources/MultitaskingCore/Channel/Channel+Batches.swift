// Batches as they are made of calls for one element, for backends that have nothing better.

extension Channel {
    /// Sends the elements one by one.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func send<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) throws -> Int {
        try sendEach(elements, wait: wait)
    }

    /// Receives the elements one by one. If an element after the first can't be received, the next batch throws the
    /// error.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receive<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] {
        try receiveEach(upTo: count, as: type, wait: wait)
    }

    /// Sends elements, suspending instead of blocking: all of them, or as many as fit before the limit passes.
    ///
    /// - Returns: how many were accepted.
    /// - Throws: what sending the first element throws; `CancellationError` if the awaiting task is cancelled before
    ///   any element is sent.
    @discardableResult
    public func send<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) async throws -> Int { try await sendAsynchronously(contentsOf: elements, wait: wait) }

    /// Sends what fits, without waiting, each time the channel may have room.
    public func sendAsynchronously<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) async throws -> Int {
        if let channel = self as? any OfferingChannel, channel.isRendezvous {
            return try await sendEach(elements, wait: wait) { element, wait in
                try await self.handOver(wait) { try channel.offer(element) }
            }
        }
        return try await sendAll(elements, wait: wait) { try self.attemptSend(contentsOf: $0) }
    }

    /// Receives up to `count` elements, suspending instead of blocking until there is at least one.
    ///
    /// - Throws: what the blocking `receive` throws; `CancellationError` if the awaiting task is cancelled.
    public func receive<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) async throws -> [Element] { try await receiveAsynchronously(upTo: count, as: type, wait: wait) }

    /// Receives what is there, without waiting, each time there may be an element.
    public func receiveAsynchronously<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) async throws -> [Element] {
        guard count > 0 else { return [] }
        return try await retry(for: .receive, wait: wait) {
            let elements = try self.attemptReceive(upTo: count, as: type)
            return elements.isEmpty ? nil : elements
        } ?? []
    }

    private func attemptSend<Element: Codable & Sendable>(contentsOf elements: ArraySlice<Element>) throws -> Int {
        try send(contentsOf: elements, wait: .never)
    }

    private func attemptReceive<Element: Codable & Sendable>(upTo count: Int, as type: Element.Type) throws -> [Element]
    { try receive(upTo: count, as: type, wait: .never) }

    /// Sends until an element is refused or fails, and returns how many were accepted. Rethrows only for the first
    /// element.
    func countAccepted<Element>(
        _ elements: ArraySlice<Element>, _ send: (Element) throws -> Bool
    ) throws -> Int {
        var count = 0
        do {
            for element in elements {
                guard try send(element) else { break }
                count += 1
            }
        } catch  where count > 0 {}
        return count
    }

    /// Receives the first element within the limit, and the rest without waiting.
    ///
    /// An error behind the first element is left to the next such call.
    func takeUpTo<Element>(
        _ count: Int, wait: WaitLimit, _ receive: (WaitLimit) throws -> Element?
    ) throws -> [Element] {
        guard count > 0 else { return [] }
        try LateFailures.rethrow(of: self)
        guard let first = try receive(wait) else { return [] }
        var elements = [first]
        do {
            while elements.count < count, let next = try receive(.never) { elements.append(next) }
        } catch let error as MultitaskingError where error.code == .wrongType {
            // It stays, and the next call meets it.
        } catch { LateFailures.keep(error, of: self) }
        return elements
    }

    /// Repeats `attempt` with the remaining elements each time there may be room.
    func sendAll<Element>(
        _ elements: ArraySlice<Element>, wait: WaitLimit, _ attempt: (ArraySlice<Element>) throws -> Int
    ) async throws -> Int {
        let deadline = WaitDeadline(wait, in: self)
        var count = 0
        do {
            while count < elements.count {
                count += try attempt(elements.dropFirst(count))
                let left = deadline.remaining
                if count == elements.count { break }
                if case .upTo(let duration) = left, duration <= .zero { break }
                try await waitUntilReady(for: .send, wait: left)
            }
        } catch  where count > 0 {}
        return count
    }
}

extension InProcessChannel {
    /// Sends the elements one by one.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func sendInProcess<Element: Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) throws -> Int {
        try sendEachInProcess(elements, wait: wait)
    }

    /// Receives the elements one by one.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func receiveInProcess<Element: Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] {
        try takeUpTo(count, wait: wait) { try receiveInProcess(as: type, wait: $0) }
    }

    /// Suspends where the blocking method of the same name blocks.
    @discardableResult
    public func sendInProcess<Element: Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) async throws -> Int {
        if let channel = self as? any InProcessOfferingChannel, channel.isRendezvous {
            return try await sendEach(elements, wait: wait) { element, wait in
                try await self.handOver(wait) { try channel.offerInProcess(element) }
            }
        }
        return try await sendAll(elements, wait: wait) { try self.attemptSendInProcess(contentsOf: $0) }
    }

    /// Suspends where the blocking method of the same name blocks.
    public func receiveInProcess<Element: Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) async throws -> [Element] {
        guard count > 0 else { return [] }
        return try await retry(for: .receive, wait: wait) {
            let elements = try self.attemptReceiveInProcess(upTo: count, as: type)
            return elements.isEmpty ? nil : elements
        } ?? []
    }

    private func attemptSendInProcess<Element: Sendable>(contentsOf elements: ArraySlice<Element>) throws -> Int {
        try sendInProcess(contentsOf: elements, wait: .never)
    }

    private func attemptReceiveInProcess<Element: Sendable>(
        upTo count: Int, as type: Element.Type
    ) throws -> [Element] {
        try receiveInProcess(upTo: count, as: type, wait: .never)
    }
}
