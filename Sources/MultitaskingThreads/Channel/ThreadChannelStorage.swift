internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// A channel's state under its lock, and everything that is done outside it: waking, waiting, releasing.
final class ThreadChannelStorage: Sendable {
    typealias Waiter = @Sendable () -> Void
    typealias Machine = ChannelStateMachine<ChannelElement, Waiter>

    /// What the lock guards.
    private struct Guarded: ~Copyable {
        var machine: Machine
        var notes = ChannelNotes()
    }

    /// What trying an operation once gave.
    enum Attempt<Value> {
        case done(Value)
        /// Not now. The id is that of the waiter, if one was passed.
        case notYet(UInt64?)
    }

    private let guarded: Lock<Guarded>
    /// A bit for each operation that was possible a moment ago, for callers that look without the lock.
    private let hints: Atomic<UInt8>
    private let reference: SharedObjectID
    private let isRendezvous: Bool
    let log: TimelineLog

    /// How long a blocked thread looks at the channel before it goes to sleep.
    private static var spinNanoseconds: Int64 { 10_000 }

    /// - Parameters:
    ///   - reference: what names the channel.
    ///   - log: where its messages are noted.
    init(capacity: Int?, _ reference: SharedObjectID, _ log: TimelineLog) {
        self.reference = reference
        self.log = log
        isRendezvous = capacity == 0
        guarded = Lock(Guarded(machine: Machine(capacity: capacity)))
        hints = Atomic((capacity == 0 ? 0 : Self.bit(.send)) | Self.bit(.join))
    }

    deinit { takeNotes() }

    var status: ChannelStatus { guarded.withLock { $0.machine.status } }

    // `start` is when the call began whose message is noted, see `TimelineLog.start`.

    func send(_ element: ChannelElement, since start: Int64, orEnlist waiter: Waiter?) throws -> Attempt<Bool> {
        let (result, id) = update(since: start) { machine in
            let result = machine.send(element)
            if case .full = result { return (result, waiter.map { machine.enlist($0, for: .send) }) }
            return (result, nil)
        }
        switch result {
        case .accepted(let wakes):
            wake(wakes)
            return .done(true)
        case .full: return .notYet(id)
        case .closed:
            throw MultitaskingError(.closed, "the channel is closed and takes no more elements")
        }
    }

    /// Not generic, because what depends on a type that is known only at run time looks up many others.
    func receive(
        as type: Any.Type, since start: Int64, orEnlist waiter: Waiter?
    ) throws -> Attempt<ChannelElement?> {
        typealias Update = (Machine.ReceiveResult<ChannelElement>, Waiting)
        let (result, waiting) = update(since: start) { machine -> Update in
            let result = machine.receive { $0.type == type ? $0 : nil }
            if case .empty = result { return (result, Self.enlist(waiter, for: .receive, &machine)) }
            return (result, (nil, nil))
        }
        switch result {
        case .value(let element, let wakes):
            wake(wakes)
            return .done(element)
        case .refused(let element, let wakes):
            wake(wakes)
            throw Self.mismatch(element, type)
        case .empty:
            if let wakes = waiting.wakes { wake(wakes) }
            return .notYet(waiting.id)
        case .ended: return .done(nil)
        }
    }

    private static func mismatch(_ element: ChannelElement, _ type: Any.Type) -> MultitaskingError {
        MultitaskingError(
            .wrongType,
            "the first element is a \(qualifiedName(of: element.type)), not a \(qualifiedName(of: type)); ask for "
                + "that"
        )
    }

    /// Sends as many elements as there is room for, and drops them from `elements`; done when all are sent.
    func send(
        contentsOf elements: inout ArraySlice<ChannelElement>, since start: Int64, orEnlist waiter: Waiter?
    ) throws -> Attempt<Void> {
        let (wakes, id) = update(since: start) { machine -> (Machine.Wakes?, UInt64?) in
            let wakes = machine.send(contentsOf: &elements)
            guard wakes != nil, !elements.isEmpty else { return (wakes, nil) }
            return (wakes, waiter.map { machine.enlist($0, for: .send) })
        }
        guard let wakes else {
            throw MultitaskingError(.closed, "the channel is closed and takes no more elements")
        }
        wake(wakes)
        return elements.isEmpty ? .done(()) : .notYet(id)
    }

    /// Takes the first elements of a type, at most `count`; none if the channel is closed and empty.
    func receive(
        upTo count: Int, as type: Any.Type, since start: Int64, orEnlist waiter: Waiter?
    ) throws -> Attempt<[ChannelElement]> {
        typealias Update = (Machine.ReceiveResult<[ChannelElement]>, Waiting)
        let (result, waiting) = update(since: start) { machine -> Update in
            let result = machine.receive(upTo: count) { $0.type == type }
            if case .empty = result { return (result, Self.enlist(waiter, for: .receive, &machine)) }
            return (result, (nil, nil))
        }
        switch result {
        case .value(let elements, let wakes):
            wake(wakes)
            return .done(elements)
        case .refused(let element, let wakes):
            wake(wakes)
            throw Self.mismatch(element, type)
        case .empty:
            if let wakes = waiting.wakes { wake(wakes) }
            return .notYet(waiting.id)
        case .ended: return .done([])
        }
    }

    func join(orEnlist waiter: Waiter?) -> Attempt<Bool> {
        let (isJoined, id) = update { machine -> (Bool?, UInt64?) in
            if machine.isReady(for: .join) { return (machine.isJoined, nil) }
            return (nil, waiter.map { machine.enlist($0, for: .join) })
        }
        return isJoined.map(Attempt.done) ?? .notYet(id)
    }

    /// Whether the pool has ended before every element was reported.
    var hasEndedUnreported: Bool {
        guarded.withLock { $0.machine.isReady(for: .join) && !$0.machine.isJoined }
    }

    func taskDone() throws {
        guard let wakes = update({ $0.taskDone() }) else {
            throw MultitaskingError(
                .invalidArgument, "taskDone() was called more often than elements were sent; call it once for each")
        }
        wake(wakes)
    }

    func close(discarding: Bool) -> Int {
        let (discarded, wakes) = update { $0.close(discarding: discarding) }
        wake(wakes)
        return discarded.count
    }

    /// Closes the channel because its pool has ended.
    func end() { wake(update { $0.end() }) }

    /// Blocks the thread until `attempt` succeeds; nil if the limit passed first.
    ///
    /// - Parameter attempt: is given the waiters to wake, and when the call began.
    func block<Value, Failure: Error>(
        for operation: ChannelOperation, wait: WaitLimit,
        _ attempt: (Waiter?, Int64) throws(Failure) -> Attempt<Value>
    ) throws(Failure) -> Value? {
        var start = log.start
        if case .done(let value) = try attempt(nil, start) { return value }
        if case .never = wait { return nil }
        if start != 0 { start = eventNanoseconds() }
        let deadline = wait.deadline
        let semaphore = Semaphore()
        while true {
            _ = Spin.wait(Spin.change, nanoseconds: Self.spinNanoseconds) { isProbablyReady(for: operation) }
            switch try attempt({ semaphore.post() }, start) {
            case .done(let value): return value
            case .notYet(let id):
                let isWoken = Spin.sleep(Spin.change, nanoseconds: Self.spinNanoseconds) {
                    semaphore.wait(until: deadline)
                }
                if isWoken { continue }
                if let id { leave(id, operation) }
            }
            // It may have been woken at the last moment.
            if case .done(let value) = try attempt(nil, start) { return value }
            return nil
        }
    }

    /// Calls `waiter` when the operation may succeed, at once if it does now. Returns the id under which to leave.
    func enlist(_ waiter: @escaping Waiter, for operation: ChannelOperation) -> UInt64? {
        let waiting: Waiting = update { machine in
            machine.isReady(for: operation) ? (nil, nil) : Self.enlist(waiter, for: operation, &machine)
        }
        if let wakes = waiting.wakes { wake(wakes) }
        if waiting.id == nil { waiter() }
        return waiting.id
    }

    /// The waiters, and those that a change wakes.
    private typealias Waiting = (id: UInt64?, wakes: Machine.Wakes?)

    private static func enlist(
        _ waiter: Waiter?, for operation: ChannelOperation, _ machine: inout Machine
    ) -> Waiting {
        guard let waiter else { return (nil, nil) }
        let id = machine.enlist(waiter, for: operation)
        return (id, machine.wakesOfEnlisting())
    }

    // MARK: Capacity 0

    /// Holds an element out, and calls `waiter` when it was taken or the channel is closed.
    func offer(_ element: ChannelElement, _ waiter: @escaping Waiter) throws -> UInt64 {
        guard let (id, wakes) = update(since: log.start, { $0.offer(element, waiter) }) else {
            throw MultitaskingError.channelIsClosed
        }
        wake(wakes)
        return id
    }

    /// Takes back what was held out; false if it was taken.
    func withdraw(_ id: UInt64) -> Bool {
        guard let wakes = update({ $0.withdraw(id) }) else { return false }
        wake(wakes)
        return true
    }

    /// Blocks until a receiver has taken the element; false if the limit passed first.
    func handOver(_ element: ChannelElement, wait: WaitLimit) throws -> Bool {
        if wait.isOver, !isProbablyReady(for: .send) { return false }
        let semaphore = Semaphore()
        let id = try offer(element) { semaphore.post() }
        let limit = wait.isOver ? .upTo(.rendezvousPatience) : wait
        semaphore.wait(until: limit.deadline)
        guard withdraw(id) else { return true }
        if status.isClosed { throw MultitaskingError.channelIsClosed }
        return false
    }

    /// Lets a waiter go that gave up.
    func leave(_ id: UInt64, _ operation: ChannelOperation) {
        wake(update { $0.leave(id, operation) })
    }

    /// Hands what was noted to the pool's log.
    func takeNotes() {
        let (notes, lost) = guarded.withLock { $0.notes.take() }
        log.add(notes, lost: lost, of: reference)
        guarded.withLock { $0.notes.reuse(notes) }
    }

    private func wake(_ wakes: Machine.Wakes) {
        wakes.receiver?()
        wakes.sender?()
        for waiter in wakes.others { waiter() }
    }

    /// Changes the state; notes what that has sent or received, unless `start` is 0.
    private func update<Result>(since start: Int64 = 0, _ body: (inout Machine) -> Result) -> Result {
        guarded.withLock { guarded in
            let (sent, received) = (guarded.machine.sent, guarded.machine.received)
            let result = body(&guarded.machine)
            // ORDERING: relaxed: only a hint; the lock decides.
            hints.store(Self.hints(of: guarded.machine), ordering: .relaxed)
            if start != 0 {
                note(&guarded, isSend: true, from: sent, to: guarded.machine.sent, since: start)
                note(&guarded, isSend: false, from: received, to: guarded.machine.received, since: start)
            }
            return result
        }
    }

    /// Notes the elements between two positions; with the capacity 0, where they have ids, the last one.
    private func note(
        _ guarded: inout Guarded, isSend: Bool, from first: UInt64, to last: UInt64, since start: Int64
    ) {
        guard first < last else { return }
        guarded.notes.add(isSend: isSend, (isRendezvous ? last - 1 : first)..<last, since: start)
    }

    /// Whether the operation was possible a moment ago: exact for a thread that knows of the change, by whatever way.
    func isProbablyReady(for operation: ChannelOperation) -> Bool {
        hints.load(ordering: .relaxed) & Self.bit(operation) != 0
    }

    private static func hints(of machine: borrowing Machine) -> UInt8 {
        (machine.isReady(for: .send) ? bit(.send) : 0) | (machine.isReady(for: .receive) ? bit(.receive) : 0)
            | (machine.isReady(for: .join) ? bit(.join) : 0)
    }

    private static func bit(_ operation: ChannelOperation) -> UInt8 {
        switch operation {
        case .send: 1
        case .receive: 2
        case .join: 4
        }
    }
}
