import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// One thread that waits on behalf of all that must not block: `async` callers and completion callbacks.
///
/// It sleeps on the pool's event and, when that is raised, asks each registered poll whether it is through, and those
/// of tasks that were noted as ended; see `WatchedTasks`. It holds no lock while it sleeps, so a process whose only
/// other thread it is can be forked; see `SleepGate`.
final class Watcher: SleepingThread {
    private struct State {
        var polls: [UInt64: @Sendable () -> Bool] = [:]
        var tasks = WatchedTasks()
        var nextID: UInt64 = 0
        var isStarted = false
        var isStopped = false
    }

    /// Kept, because the thread may be the last to leave.
    private let mapping: ArenaMapping
    private let event: Event
    private let arena: Arena
    private let member: MemberRecord
    private let idle: @Sendable () -> Void
    private let state = Mutex(State())
    private let gate = SleepGate()
    private let thread = ThreadNumber()

    init(_ mapping: ArenaMapping, member: Int, idle: @escaping @Sendable () -> Void) {
        self.mapping = mapping
        arena = mapping.arena
        self.member = mapping.arena.member(member)
        event = mapping.arena.event
        self.idle = idle
    }

    var isAsleep: Bool { gate.isAsleep }
    var isRunning: Bool { state.withLock { $0.isStarted && !$0.isStopped } }

    /// Calls `poll` at once and whenever something may have happened, until it returns true.
    ///
    /// `poll` must first ask for the event (set a flag where the change will be made), then look.
    /// - Returns: the number under which it can be removed; nil if it is through.
    /// - Throws: `systemError` if the system has no thread to give; meanwhile this polls, and blocks, for ``patience``.
    @discardableResult
    func add(_ poll: @escaping @Sendable () -> Bool) throws -> UInt64? {
        try register(unless: poll) { $0.polls[$1] = poll }.map { id in
            // The change may have come between the last poll and its registration.
            event.signal()
            return id
        }
    }

    /// Calls `body` when the task of a slot is over, at once if it is; only in the client.
    ///
    /// - Parameter isOver: whether it is; asked when its end was noted, and now and then.
    /// - Returns: the number under which it can be removed; nil if `body` was called.
    /// - Throws: as ``add(_:)``.
    @discardableResult
    func add(
        for slot: TaskSlot, isOver: @escaping @Sendable () -> Bool, _ body: @escaping @Sendable () -> Void
    ) throws -> UInt64? {
        let isExpiring = slot.control.expiry != nil
        var isFirst = false
        let id = try register(unless: isOver) {
            let poll = WatchedTasks.Poll(id: $1, isOver: isOver, body: body)
            isFirst = $0.tasks.count == 0
            $0.tasks.add(poll, for: slot.index, isExpiring: isExpiring)
        }
        guard let id else {
            body()
            return nil
        }
        slot.completion.watch()
        // A thread that had nothing to watch sleeps until it is woken, and would see neither the end of the task's time
        // nor that of the supervisor.
        if isFirst { event.signal() }
        // It may have ended before the watch began.
        guard isOver() else { return id }
        if state.withLock({ $0.tasks.remove(id, for: slot.index) }) {
            body()
            return nil
        }
        // The thread has it in hand, and may have asked before.
        lookAgain(at: slot.index)
        return id
    }

    /// Has the thread ask for a slot's task as if it had ended just now.
    func lookAgain(at slot: Int) {
        EndedTasks(arena: arena).note(slot)
        event.signal()
    }

    /// Registers a poll unless it is through, and starts the thread if there is none.
    private func register(
        unless poll: () -> Bool, _ add: (inout State, UInt64) -> Void
    ) throws -> UInt64? {
        var end: Int64?
        while true {
            if poll() { return nil }
            let refusal: Refusal
            switch register(add) {
            case .success(let id): return id
            case .failure(let error): refusal = error
            }
            let now = monotonicNanoseconds()
            let limit = end ?? now + Self.patience
            end = limit
            guard now < limit else {
                throw refusal.error(
                    "start the thread that waits for asynchronous callers", or: "wait with the blocking calls")
            }
            idle()
            usleep(5_000)
        }
    }

    /// Registers a poll, and starts the thread if there is none: one that is refused must leave nobody waiting for it.
    private func register(_ add: (inout State, UInt64) -> Void) -> Result<UInt64, Refusal> {
        state.withLock { state in
            if !state.isStarted {
                do throws(Refusal) {
                    try SystemThread(name: "pool-watcher") { self.run() }.detach()
                } catch {
                    return .failure(error)
                }
                state.isStarted = true
            }
            state.nextID += 1
            add(&state, state.nextID)
            return .success(state.nextID)
        }
    }

    /// For how long a thread that is refused is asked for again, in nanoseconds.
    private static let patience: Int64 = 2_000_000_000

    /// Forgets a poll whose caller waits no more; it may be called once more at this moment.
    func remove(_ id: UInt64) { state.withLock { $0.polls[id] = nil } }

    /// Forgets the callback of a slot's task; it may be called once more at this moment.
    func remove(_ id: UInt64, for slot: TaskSlot) { state.withLock { $0.tasks.takeBack(id, for: slot.index) } }

    /// Suspends until `isReady`; false if the limit passed first.
    ///
    /// - Parameter isReady: must first ask for the event, then look; as in `add(_:)`.
    /// - Throws: `CancellationError` when the awaiting task is cancelled; `systemError` if the system has no thread to
    ///   give.
    func wait(_ limit: WaitLimit, until isReady: @escaping @Sendable () -> Bool) async throws -> Bool {
        var id: UInt64?
        defer { if let id { remove(id) } }
        // In the client, whose tasks run in threads, `awaitCallback` counts it.
        let isCounted = limit == .forever && member.index != ArenaLayout.client
        if isCounted { member.beginEndlessWait() }
        defer { if isCounted { member.endEndlessWait() } }
        var refusal: (any Error)?
        let isInTime = try await awaitCallback(limit) { resume in
            do {
                id = try add {
                    guard isReady() else { return false }
                    resume()
                    return true
                }
            } catch {
                refusal = error
                resume()
            }
        }
        if let refusal { throw refusal }
        return isInTime
    }

    /// How many polls are registered; for tests.
    var pollCount: Int { state.withLock { $0.polls.count + $0.tasks.count } }

    func stop() {
        let isRunning = state.withLock { !exchange(&$0.isStopped, with: true) && $0.isStarted }
        if isRunning { EndingThreads.add(thread) }
        event.signal()
    }

    /// Whether the caller runs on this thread, that is in a callback.
    var isCaller: Bool { thread.isCallers }

    private func run() {
        thread.takeCallers()
        while true {
            let ticket = event.futex.load()
            guard let isIdle = gate.whileAwake({ pollAll() }) else { return }
            gate.whileAsleep { event.futex.sleep(while: ticket, nanoseconds: isIdle ? -1 : 50_000_000) }
        }
    }

    /// Asks everybody once; whether nobody is left to ask, or nil when the thread is to end.
    private func pollAll() -> Bool? {
        let (polls, isStopped) = state.withLock { ($0.polls, $0.isStopped) }
        let finished = polls.filter { $0.value() }.map(\.key)
        if !finished.isEmpty { state.withLock { state in for id in finished { state.polls[id] = nil } } }
        let hasTasks = pollTasks(all: isStopped)
        if isStopped { return nil }
        let isIdle = finished.count == polls.count && !hasTasks
        if !isIdle { idle() }
        return isIdle
    }

    /// Asks for the tasks that have ended, and now and then for the others; whether any are left.
    private func pollTasks(all: Bool) -> Bool {
        guard member.index == ArenaLayout.client else { return false }
        var due = state.withLock { state in
            state.tasks.beginAsking()
            return state.tasks.takeDue(at: monotonicNanoseconds(), all: all)
        }
        EndedTasks(arena: arena).take(slotCount: Int(clamping: arena.header.slotCount.load())) { slot in
            state.withLock { state in if let polls = state.tasks.take(slot) { due.append((slot, polls)) } }
        }
        for (slot, polls) in due {
            var left: [WatchedTasks.Poll] = []
            for poll in polls.polls { if poll.isOver() { poll.body() } else { left.append(poll) } }
            guard !left.isEmpty else { continue }
            state.withLock { state in
                for poll in left { state.tasks.putBack(poll, for: slot, isExpiring: polls.areExpiring) }
            }
        }
        return state.withLock { state in
            state.tasks.endAsking()
            return state.tasks.count > 0
        }
    }

    func whileHeld(_ body: () -> pid_t) -> pid_t? { gate.whileHeld(body) }
}
