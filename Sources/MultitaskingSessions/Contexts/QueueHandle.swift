/// One queue as a context holds it: the channel, and the lock that makes draining it one step.
struct QueueHandle: Sendable {
    let channel: any Channel
    let lock: QueueLock?
    /// What a call that had elements to return met after them.
    private let lateFailure = LateFailure()

    init(_ channel: any Channel, lock: QueueLock? = nil) {
        self.channel = channel
        self.lock = lock
    }

    /// The channel as one that takes elements that are not `Codable`.
    func inProcess(_ element: Any.Type) throws -> any InProcessChannel {
        if let channel = channel as? any InProcessChannel { return channel }
        throw MultitaskingError(
            .notCodable,
            "\(element) is not Codable, so it cannot cross to or from a worker process: "
                + "make it Codable, or use withThreadPoolExecutor")
    }

    /// Whether it is closed and empty.
    var isFinished: Bool {
        let status = channel.status
        return status.isClosed && status.count == 0
    }

    /// The channel for a call that receives, which throws what an earlier one has left to it.
    func receiver() throws -> any Channel {
        try lateFailure.rethrow()
        return channel
    }

    private func inProcessReceiver(_ element: Any.Type) throws -> any InProcessChannel {
        try lateFailure.rethrow()
        return try inProcess(element)
    }

    private func withLock(_ body: () throws -> Void) rethrows {
        if let lock { try lock.withLock(body) } else { try body() }
    }

    /// When a wait for room, and then for the end of all that was sent, must be over. Without a limit, joining has
    /// none.
    private func joinDeadline(_ wait: WaitLimit?) -> WaitDeadline { WaitDeadline(wait ?? .forever, in: channel) }

    private func report(_ elements: [some Any], _ taskDone: Bool) throws {
        if taskDone { for _ in elements { try channel.taskDone() } }
    }

    /// Reports what was taken and is about to be returned: what that throws must not lose it.
    private func finish<Element>(taken elements: [Element], taskDone: Bool) throws -> [Element] {
        do { try report(elements, taskDone) } catch { try leave(error, after: elements) }
        return elements
    }

    private func finish<Element>(taken element: Element?, taskDone: Bool) throws -> Element? {
        guard let element else { return nil }
        return try finish(taken: [element], taskDone: taskDone).first
    }

    /// How many elements are taken out of the queue at once.
    private static let batch = 256

    /// Takes what there is, without waiting.
    private func drainNow<Element>(
        into elements: inout [Element], taskDone: Bool, _ take: (_ upTo: Int) throws -> [Element]
    ) throws {
        try withLock {
            while true {
                let some = try take(Self.batch)
                elements += some
                try report(some, taskDone)
                // If there were no more, or the next one has to be met by the next call.
                if some.count < Self.batch { return }
            }
        }
    }

    /// Leaves an error to the next call, if there are elements to return first.
    ///
    /// The next call meets an element of another type by itself, as that stays in the queue; and a cancellation, if
    /// the same task makes it.
    private func leave(_ error: any Error, after elements: [some Any]) throws {
        if elements.isEmpty { throw error }
        if error is CancellationError || (error as? MultitaskingError)?.code == .wrongType { return }
        lateFailure.keep(error)
    }
}

// Blocking calls.
extension QueueHandle {
    @available(*, noasync)
    func put<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit?, join: Bool) throws -> Bool {
        let deadline = joinDeadline(wait)
        return finish(put: try channel.send(element, wait: wait ?? .never), join: join, deadline)
    }

    @available(*, noasync)
    func put<Element: Sendable>(_ element: Element, wait: WaitLimit?, join: Bool) throws -> Bool {
        let deadline = joinDeadline(wait)
        let accepted = try inProcess(Element.self).sendInProcess(element, wait: wait ?? .never)
        return finish(put: accepted, join: join, deadline)
    }

    @available(*, noasync)
    func take<Element: Codable & Sendable>(as type: Element.Type, wait: WaitLimit, taskDone: Bool) throws -> Element? {
        try finish(taken: receiver().receive(as: type, wait: wait), taskDone: taskDone)
    }

    @available(*, noasync)
    func take<Element: Sendable>(as type: Element.Type, wait: WaitLimit, taskDone: Bool) throws -> Element? {
        try finish(taken: inProcessReceiver(type).receiveInProcess(as: type, wait: wait), taskDone: taskDone)
    }

    @available(*, noasync)
    func drain<Element: Codable & Sendable>(as type: Element.Type, wait: WaitLimit, taskDone: Bool) throws -> [Element]
    {
        let channel = try receiver()
        return try drain(wait: wait, taskDone: taskDone) { try channel.receive(upTo: $0, as: type, wait: $1) }
    }

    @available(*, noasync)
    func drain<Element: Sendable>(as type: Element.Type, wait: WaitLimit, taskDone: Bool) throws -> [Element] {
        let channel = try inProcessReceiver(type)
        return try drain(wait: wait, taskDone: taskDone) {
            try channel.receiveInProcess(upTo: $0, as: type, wait: $1)
        }
    }

    @available(*, noasync)
    private func finish(put accepted: Bool, join: Bool, _ deadline: WaitDeadline) -> Bool {
        guard accepted else { return false }
        return join ? channel.join(wait: deadline.remaining) : true
    }

    @available(*, noasync)
    private func drain<Element>(
        wait: WaitLimit, taskDone: Bool, _ take: (_ upTo: Int, WaitLimit) throws -> [Element]
    ) throws -> [Element] {
        var elements: [Element] = []
        do {
            while true {
                try drainNow(into: &elements, taskDone: taskDone) { try take($0, .never) }
                guard wait != .never else { break }
                let next = try take(1, wait)
                if next.isEmpty { break }
                elements += next
                try report(next, taskDone)
            }
        } catch { try leave(error, after: elements) }
        return elements
    }

    // MARK: Batches

    @available(*, noasync)
    func put<Element: Codable & Sendable>(contentsOf elements: ArraySlice<Element>, wait: WaitLimit) throws -> Int {
        try channel.send(contentsOf: elements, wait: wait)
    }

    @available(*, noasync)
    func put<Element: Sendable>(contentsOf elements: ArraySlice<Element>, wait: WaitLimit) throws -> Int {
        try inProcess(Element.self).sendInProcess(contentsOf: elements, wait: wait)
    }

    @available(*, noasync)
    func take<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit, taskDone: Bool
    ) throws -> [Element] {
        let elements = try receiver().receive(upTo: count, as: type, wait: wait)
        return try finish(taken: elements, taskDone: taskDone)
    }

    @available(*, noasync)
    func take<Element: Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit, taskDone: Bool
    ) throws -> [Element] {
        let elements = try inProcessReceiver(type).receiveInProcess(upTo: count, as: type, wait: wait)
        return try finish(taken: elements, taskDone: taskDone)
    }
}

// Their asynchronous versions.
extension QueueHandle {
    func put<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit?, join: Bool) async throws -> Bool {
        let deadline = joinDeadline(wait)
        return try await finish(put: try await channel.send(element, wait: wait ?? .never), join: join, deadline)
    }

    func put<Element: Sendable>(_ element: Element, wait: WaitLimit?, join: Bool) async throws -> Bool {
        let deadline = joinDeadline(wait)
        let accepted = try await inProcess(Element.self).sendInProcess(element, wait: wait ?? .never)
        return try await finish(put: accepted, join: join, deadline)
    }

    func take<Element: Codable & Sendable>(
        as type: Element.Type, wait: WaitLimit, taskDone: Bool
    ) async throws -> Element? {
        try await finish(taken: try await receiver().receive(as: type, wait: wait), taskDone: taskDone)
    }

    func take<Element: Sendable>(as type: Element.Type, wait: WaitLimit, taskDone: Bool) async throws -> Element? {
        let element = try await inProcessReceiver(type).receiveInProcess(as: type, wait: wait)
        return try await finish(taken: element, taskDone: taskDone)
    }

    func drain<Element: Codable & Sendable>(
        as type: Element.Type, wait: WaitLimit, taskDone: Bool
    ) async throws -> [Element] {
        let channel = try receiver()
        return try await drain(wait: wait, taskDone: taskDone) {
            try drainNow(channel, into: &$0, taskDone: taskDone)
        } next: {
            try await channel.receive(as: type, wait: wait)
        }
    }

    func drain<Element: Sendable>(as type: Element.Type, wait: WaitLimit, taskDone: Bool) async throws -> [Element] {
        let channel = try inProcessReceiver(type)
        return try await drain(wait: wait, taskDone: taskDone) {
            try drainNow(channel, into: &$0, taskDone: taskDone)
        } next: {
            try await channel.receiveInProcess(as: type, wait: wait)
        }
    }

    private func drain<Element>(
        wait: WaitLimit, taskDone: Bool, now: (inout [Element]) throws -> Void, next: () async throws -> Element?
    ) async throws -> [Element] {
        var elements: [Element] = []
        do {
            while true {
                try now(&elements)
                guard wait != .never, let element = try await next() else { break }
                elements.append(element)
                if taskDone { try await report(1) }
            }
        } catch { try leave(error, after: elements) }
        return elements
    }

    private func finish(put accepted: Bool, join: Bool, _ deadline: WaitDeadline) async throws -> Bool {
        guard accepted else { return false }
        return join ? try await channel.join(wait: deadline.remaining) : true
    }

    private func finish<Element>(taken elements: [Element], taskDone: Bool) async throws -> [Element] {
        do { if taskDone { try await report(elements.count) } } catch { try leave(error, after: elements) }
        return elements
    }

    private func finish<Element>(taken element: Element?, taskDone: Bool) async throws -> Element? {
        guard let element else { return nil }
        return try await finish(taken: [element], taskDone: taskDone).first
    }

    /// Reports what was taken, which is returned even if the awaiting task is cancelled meanwhile.
    private func report(_ count: Int) async throws {
        for _ in 0..<count {
            do { try await channel.taskDoneAsynchronously() } catch is CancellationError {
                try await Task { [channel] in try await channel.taskDoneAsynchronously() }.value
            }
        }
    }

    // These two do not wait and so may be called in an asynchronous context.

    private func drainNow<Element: Codable & Sendable>(
        _ channel: any Channel, into elements: inout [Element], taskDone: Bool
    ) throws {
        try drainNow(into: &elements, taskDone: taskDone) {
            try channel.receive(upTo: $0, as: Element.self, wait: .never)
        }
    }

    private func drainNow<Element: Sendable>(
        _ channel: any InProcessChannel, into elements: inout [Element], taskDone: Bool
    ) throws {
        try drainNow(into: &elements, taskDone: taskDone) {
            try channel.receiveInProcess(upTo: $0, as: Element.self, wait: .never)
        }
    }

    // MARK: Batches

    func put<Element: Codable & Sendable>(
        contentsOf elements: ArraySlice<Element>, wait: WaitLimit
    ) async throws -> Int {
        try await channel.send(contentsOf: elements, wait: wait)
    }

    func put<Element: Sendable>(contentsOf elements: ArraySlice<Element>, wait: WaitLimit) async throws -> Int {
        try await inProcess(Element.self).sendInProcess(contentsOf: elements, wait: wait)
    }

    func take<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit, taskDone: Bool
    ) async throws -> [Element] {
        let elements = try await receiver().receive(upTo: count, as: type, wait: wait)
        return try await finish(taken: elements, taskDone: taskDone)
    }

    func take<Element: Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit, taskDone: Bool
    ) async throws -> [Element] {
        let elements = try await inProcessReceiver(type).receiveInProcess(upTo: count, as: type, wait: wait)
        return try await finish(taken: elements, taskDone: taskDone)
    }
}
