import Synchronization

/// Submits a stream's inputs and hands out their results; what the blocking and the asynchronous stream have in common.
@usableFromInline
final class StreamEngine<Element: Portable, Output: Portable>: Sendable {
    typealias State = StreamState<Element, Output>

    let executor: any Executor
    let order: StreamOrder
    let mailbox = NumberMailbox()
    private let submitter: StreamSubmitter<Element, Output>
    private let timeline: (any Timeline)?
    private let start = ContinuousClock.now
    private struct Guarded {
        var stream: State
        var isStopped = false
        /// Whether the pool has refused inputs for good.
        var poolHasEnded = false
        /// Until when the inputs that found no room wait for some; nil if none do.
        var roomDeadline: WaitDeadline?
        /// How often in a row they found none.
        var refusals = 0
        /// The numbers of tasks that wait for room, in the order of completion.
        var stalled: [Int] = []

        mutating func takeStalled() -> [Int] { exchange(&stalled, with: []) }
    }

    private let state: Lock<Guarded>

    init(_ executor: any Executor, _ submitter: StreamSubmitter<Element, Output>, ahead: Int?, order: StreamOrder) {
        self.executor = executor
        self.submitter = submitter
        self.order = order
        timeline = (executor as? any HasTimeline)?.timeline
        let state = State(ahead: ahead, workers: executor.maxWorkers, submitsElements: submitter.submitsElements)
        self.state = Lock(Guarded(stream: state))
    }

    /// How many inputs the next task may have; 0 if none is to be submitted now.
    var room: Int {
        let workers = executor.maxWorkers
        return state.withLock { $0.isStopped ? 0 : $0.stream.room(workers: workers) }
    }

    /// Whether fewer tasks are under way than there are workers.
    var hasIdleWorkers: Bool {
        let workers = executor.maxWorkers
        return state.withLock { $0.stream.unitCount < workers }
    }

    /// Whether the reader has ended the stream.
    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Whether the pool has refused inputs for good, so that no others are to be taken.
    var poolHasEnded: Bool { state.withLock { $0.poolHasEnded } }

    /// Whether everything that was submitted was taken.
    var isEmpty: Bool { state.withLock { $0.stream.isEmpty } }

    /// The time of the backend if it has one of its own, so that a simulation's runs are the same each time.
    var now: Duration { timeline?.clock.now ?? start.duration(to: .now) }

    /// Submits inputs as one task, or the first of them if all can never fit the pool's memory together.
    ///
    /// One that can never fit fails alone, in its place.
    /// - Parameters:
    ///   - gathering: how long it took to take them from where they come from.
    ///   - mayBlock: whether the calling thread may wait for room in the pool.
    /// - Returns: how many were submitted, or dropped because the stream has been ended; 0 if there is no room for them
    ///   now. The others are to be submitted again, in that case when something has been read or `waitForResult`
    ///   returns.
    func submit(_ elements: [Element], gathering: Duration = .zero, mayBlock: Bool) -> Int {
        // Not under the lock: submitting may wait for room in the pool.
        let (isStopped, offset, mayBeInTheWay, known) = state.withLock {
            ($0.isStopped, $0.stream.offset, !$0.stream.isEmpty, $0.roomDeadline)
        }
        if isStopped { return elements.count }
        let deadline = known ?? WaitDeadline(submitter.waitForRoom, timeline: timeline)
        // Results that nobody reads meanwhile may be what fills the pool, or what its tasks wait for.
        let patience = patience(mayBlock: mayBlock, mayBeInTheWay: mayBeInTheWay)
        let unit = StreamUnit(
            elements, offset: offset, gathering: gathering, by: submitter,
            waitingForRoom: (patience ?? .forever).limited(to: deadline.remaining), in: timeline, now: { now })
        if let refusal = unit.refusal {
            if refusal.neverFits, elements.count > 1 {
                return submit(Array(elements.prefix(elements.count / 2)), gathering: gathering, mayBlock: mayBlock)
            }
            if patience != nil, refusal.meansNoRoom, !deadline.remaining.isOver {
                state.withLock { state in
                    state.roomDeadline = deadline
                    state.refusals += 1
                }
                return 0
            }
        }
        let poolHasEnded = unit.refusal.map(meansEnd) ?? false
        let number = state.withLock { state -> Int? in
            state.roomDeadline = nil
            state.refusals = 0
            if poolHasEnded { state.poolHasEnded = true }
            guard !state.isStopped else { return nil }
            state.stream.add(unit)
            return state.stream.next - 1
        }
        guard let number else {
            unit.askToEnd()
            return elements.count
        }
        if order == .completion { watch(unit, number) }
        return elements.count
    }

    /// Whether a refusal of some inputs shows that the pool refuses all others, too.
    private func meansEnd(_ refusal: MultitaskingError) -> Bool {
        if refusal.meansEndOfPool { return true }
        // Many an error that breaks a pool is also one of a pool that goes on.
        guard let pool = executor as? any ChecksSubmissions else { return false }
        return (try? pool.checkUsable()) == nil
    }

    /// How long to wait for room at once; nil for as long as that is possible.
    private func patience(mayBlock: Bool, mayBeInTheWay: Bool) -> WaitLimit? {
        // In a simulation, which goes on as long as somebody waits, every caller may.
        guard mayBlock || timeline != nil else { return .never }
        return mayBeInTheWay ? .roomPatience : nil
    }

    /// Whether the pool has its own time.
    var isSimulated: Bool { timeline != nil }

    /// Whether inputs wait for room in the pool. Nobody tells when there is some.
    var waitsForRoom: Bool { state.withLock { $0.roomDeadline != nil } }

    /// How long to wait at most before something is to be submitted again: longer each time that there is no room, so
    /// that a worker which is about to make some is given the next inputs soon.
    var untilNextAttempt: WaitLimit {
        let refusals = state.withLock { $0.roomDeadline == nil ? nil : $0.refusals }
        return refusals.map { .upTo(.microseconds(100 << min($0, 8))).limited(to: .roomPatience) } ?? .forever
    }

    private func watch(_ unit: StreamUnit<Element, Output>, _ number: Int) {
        if unit.whenProgressed({ [mailbox] in mailbox.post(number) }) { return }
        state.withLock { $0.stalled.append(number) }
    }

    /// The next results that are there; never waits.
    func nextBatch() -> StreamBatch<Output>? {
        mailbox.takeOtherNews()
        guard let (number, unit) = order == .input ? endedHead : nextEnded() else { return nil }
        state.withLock { $0.stream.take(number) }
        let start = now
        let batch = unit.batch()
        if let cost = unit.cost(reading: now - start) { state.withLock { $0.stream.note(cost) } }
        return batch
    }

    /// The first task in the order of input, if it has ended. Asked outside of the lock, since a chunk whose worker
    /// died is submitted again by that.
    private var endedHead: (Int, StreamUnit<Element, Output>)? {
        let (number, head) = state.withLock { ($0.stream.first, $0.stream.head) }
        guard let head, head.isDone else { return nil }
        return (number, head)
    }

    /// The first of those that have ended.
    private func nextEnded() -> (Int, StreamUnit<Element, Output>)? {
        // Nobody tells when there is room for them.
        for number in state.withLock({ $0.takeStalled() }) { mailbox.post(number) }
        while let number = mailbox.takeNumber() {
            guard let unit = state.withLock({ $0.stream.unit(number) }) else { continue }
            if unit.isDone { return (number, unit) }
            // A chunk whose worker died goes on as others.
            watch(unit, number)
        }
        return nil
    }

    /// Notes that all results that were handed out were read.
    func noteRead() { state.withLock { $0.stream.noteRead() } }

    /// The task whose end is waited for in the order of input.
    var head: StreamUnit<Element, Output>? { state.withLock { $0.stream.head } }

    /// Blocks until there may be a result.
    @available(*, noasync)
    func waitForResult() {
        let patience = untilNextAttempt
        if order == .input, let head, head.waitForProgress(patience) { return }
        let limit = makeRoom().limited(to: patience)
        if let timeline {
            // A latch would block a thread without which the simulation does not go on.
            _ = timeline.wait(limit) { [mailbox] in mailbox.hasNews }
            return
        }
        let latch = Latch()
        mailbox.onPost { latch.open() }
        latch.waitCounted(limit)
    }

    /// Suspends until there may be a result, or something else has changed.
    func waitForResult() async throws {
        let patience = untilNextAttempt
        if order == .input, let head, try await head.waitForProgress(patience) { return }
        _ = try await awaitCallback(makeRoom().limited(to: patience), in: timeline, register: mailbox.onPost)
    }

    /// Reads what has ended if a task waits for room: that leaves some.
    ///
    /// - Returns: how long to wait for word of something new. Of room, there is none.
    private func makeRoom() -> WaitLimit {
        let units = state.withLock { state in
            let waitsForRoom = order == .input ? !state.stream.isEmpty : !state.stalled.isEmpty
            return waitsForRoom ? state.stream.all : []
        }
        for unit in units { _ = unit.isDone }
        return units.isEmpty ? .forever : .roomPatience
    }

    /// Ends what was submitted and not read; nothing is submitted after this.
    func stop() {
        let units = state.withLock { state in
            state.isStopped = true
            return state.stream.removeAll()
        }
        // From the last to the first, because workers take the first; and before any that runs makes its worker idle.
        for unit in units.reversed() { unit.cancelUnlessStarted() }
        for unit in units.reversed() { unit.askToEnd() }
        mailbox.post()
    }
}

/// Ends a stream when the last iterator over it is gone.
@usableFromInline
final class StreamLifetime<Element: Portable, Output: Portable>: Sendable {
    let engine: StreamEngine<Element, Output>

    init(_ engine: StreamEngine<Element, Output>) { self.engine = engine }

    deinit { engine.stop() }
}
