import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// One thread that waits on behalf of all that must not block: `async` callers and completion callbacks.
///
/// It sleeps on the pool's event and, when that is raised, asks the polls of what has changed whether they are over: in
/// the client, of the tasks, channels and signals that were noted; see `WatchedPolls`. In other processes, which few
/// wait in, it asks all. It holds no lock while it sleeps, so a process whose only other thread it is can be forked;
/// see `SleepGate`.
final class Watcher: SleepingThread {
    private struct State {
        var tasks = WatchedPolls()
        /// Those for channels, signals, and whatever else raises the event.
        var others = WatchedPolls()
        var nextID: UInt64 = 0
        var isStarted = false
        var isStopped = false

        var count: Int { tasks.count + others.count }

        /// The polls among which those for a subject are.
        subscript(subject: WatchedPolls.Subject) -> WatchedPolls {
            _read {
                if case .task = subject { yield tasks } else { yield others }
            }
            _modify {
                if case .task = subject { yield &tasks } else { yield &others }
            }
        }
    }

    /// By what a poll can be removed.
    struct Registration: Sendable {
        fileprivate let id: UInt64
        fileprivate let subject: WatchedPolls.Subject
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
    /// ORDERING: relaxed; nothing is decided by them.
    private let asked = Atomic<Int>(0)
    private let foundLate = Atomic<Int>(0)

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
    /// - Returns: by what it can be removed; nil if it is through.
    /// - Throws: `systemError` if the system has no thread to give; meanwhile this polls, and blocks, for ``patience``.
    @discardableResult
    func add(_ poll: @escaping @Sendable () -> Bool) throws -> Registration? {
        try register(for: .other, isOver: poll, {}).map { registration in
            // The change may have come between the last poll and its registration.
            event.signal()
            return registration
        }
    }

    /// Calls `body` once when a channel or signal is ready, at once if it is.
    ///
    /// - Parameters:
    ///   - object: its number in `ChangedObjects`.
    ///   - isReady: must first ask for the event, then look; as in ``add(_:)``. Several threads may ask at once.
    /// - Returns: by what it can be removed; nil if `body` was called.
    /// - Throws: as ``add(_:)``.
    @discardableResult
    func add(
        forObject object: Int, isReady: @escaping @Sendable () -> Bool, _ body: @escaping @Sendable () -> Void
    ) throws -> Registration? {
        guard let registration = try register(for: .object(object), isOver: isReady, body) else {
            body()
            return nil
        }
        return askAgain(registration, isReady, body)
    }

    /// Calls `body` when the task of a slot is over, at once if it is; only in the client.
    ///
    /// - Parameter isOver: whether it is; asked when its end was noted, and now and then.
    /// - Returns: by what it can be removed; nil if `body` was called.
    /// - Throws: as ``add(_:)``.
    @discardableResult
    func add(
        for slot: TaskSlot, isOver: @escaping @Sendable () -> Bool, _ body: @escaping @Sendable () -> Void
    ) throws -> Registration? {
        let expiry = slot.control.expiry
        guard let registration = try register(for: .task(slot.index), expiry: expiry, isOver: isOver, body) else {
            body()
            return nil
        }
        slot.completion.watch()
        return askAgain(registration, isOver, body)
    }

    /// Asks a poll that was registered just now: what it waits for may have come before that, and be noted no more.
    private func askAgain(
        _ registration: Registration, _ isOver: () -> Bool, _ body: () -> Void
    ) -> Registration? {
        guard isOver() else { return registration }
        // Otherwise the thread has found out as well, and calls back.
        if remove(registration) { body() }
        return nil
    }

    /// Makes the thread ask for a slot's task as if it had just ended.
    func lookAgain(at slot: Int) {
        EndedTasks(arena: arena).note(slot)
        event.signal()
    }

    /// Registers a poll unless it is over, and starts the thread if there is none.
    private func register(
        for subject: WatchedPolls.Subject, expiry: Int64? = nil, isOver: @escaping @Sendable () -> Bool,
        _ body: @escaping @Sendable () -> Void
    ) throws -> Registration? {
        var end: Int64?
        while true {
            if isOver() { return nil }
            let refusal: Refusal
            switch registerNow(subject, expiry, isOver, body) {
            case .success(let registration): return registration
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
    private func registerNow(
        _ subject: WatchedPolls.Subject, _ expiry: Int64?, _ isOver: @escaping @Sendable () -> Bool,
        _ body: @escaping @Sendable () -> Void
    ) -> Result<Registration, Refusal> {
        var isFirst = false
        let result: Result<Registration, Refusal> = state.withLock { state in
            if !state.isStarted {
                do throws(Refusal) {
                    try SystemThread(name: "pool-watcher") { self.run() }.detach()
                } catch {
                    return .failure(error)
                }
                state.isStarted = true
            }
            state.nextID += 1
            isFirst = state.count == 0
            let poll = WatchedPolls.Poll(id: state.nextID, isOver: isOver, body: body)
            state[subject].add(poll, for: subject, expiry: expiry)
            return .success(Registration(id: state.nextID, subject: subject))
        }
        // A thread that had nothing to watch sleeps until it is woken, and would see neither the end of the task's time
        // nor that of the supervisor.
        if isFirst { event.signal() }
        return result
    }

    /// For how long a thread that is refused is asked for again, in nanoseconds.
    private static let patience: Int64 = 2_000_000_000

    /// Forgets a poll whose caller waits no more; false if its end was found. It may be asked once more at this moment.
    @discardableResult
    func remove(_ registration: Registration) -> Bool {
        // What it leads to is let go of without the lock.
        state.withLock { $0[registration.subject].remove(registration.id, for: registration.subject) } != nil
    }

    /// Suspends until a channel or signal is ready; false if the limit passed first.
    ///
    /// - Parameters:
    ///   - object: its number in `ChangedObjects`.
    ///   - isReady: must first ask for the event, then look; as in `add(_:)`. Several threads may ask at once.
    /// - Throws: `CancellationError` when the awaiting task is cancelled; `systemError` if the system has no thread to
    ///   give.
    func wait(
        _ limit: WaitLimit, forObject object: Int, until isReady: @escaping @Sendable () -> Bool
    ) async throws -> Bool {
        var registration: Registration?
        defer { if let registration { remove(registration) } }
        // In the client, whose tasks run in threads, `awaitCallback` counts it.
        let isCounted = limit == .forever && member.index != ArenaLayout.client
        if isCounted { member.beginEndlessWait() }
        defer { if isCounted { member.endEndlessWait() } }
        var refusal: (any Error)?
        let isInTime = try await awaitCallback(limit) { resume in
            do {
                registration = try add(forObject: object, isReady: isReady, resume)
            } catch {
                refusal = error
                resume()
            }
        }
        if let refusal { throw refusal }
        return isInTime
    }

    /// How many polls are registered; for tests.
    var pollCount: Int { state.withLock { $0.count } }
    /// How many polls were asked because something may have changed; for tests.
    var askCount: Int { asked.load(ordering: .relaxed) }
    /// How many polls were found to be over without a word; for tests.
    var lateFindCount: Int { foundLate.load(ordering: .relaxed) }

    func stop() {
        state.withLock { state in
            // Whoever sees that it is stopped finds it among those that end.
            if !exchange(&state.isStopped, with: true), state.isStarted { EndingThreads.add(thread) }
        }
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

    /// Asks those for whom something may have changed; whether nobody is left to ask, or nil when the thread is to end.
    private func pollAll() -> Bool? {
        // ORDERING: what was noted is taken before the polls are looked up: one that is registered later looks itself,
        // after its registration.
        var changed: [WatchedPolls.Subject] = []
        // Other processes can't take what was noted for the client.
        var asksAllObjects = member.index != ArenaLayout.client
        if !asksAllObjects {
            asksAllObjects = ChangedObjects(arena: arena).take { changed.append(.object($0)) }
            EndedTasks(arena: arena).take(slotCount: Int(clamping: arena.header.slotCount.load())) {
                changed.append(.task($0))
            }
        }
        var entries: [WatchedPolls.Entry] = []
        let isStopped = state.withLock { state in
            if asksAllObjects || state.isStopped {
                state.others.appendAll(to: &entries)
            } else {
                state[.other].append(.other, to: &entries)
            }
            if state.isStopped {
                state.tasks.appendAll(to: &entries)
            } else {
                for subject in changed {
                    if case .object = subject, asksAllObjects { continue }
                    state[subject].append(subject, to: &entries)
                }
                state.tasks.appendExpired(at: monotonicNanoseconds(), to: &entries)
            }
            return state.isStopped
        }
        asked.add(entries.count, ordering: .relaxed)
        ask(entries)
        if isStopped { return nil }
        pollPart()
        let isIdle = state.withLock { $0.count == 0 }
        if !isIdle { idle() }
        return isIdle
    }

    /// Asks some of all if it is time for that, and the next at once if most of these were over without a word.
    private func pollPart() {
        while true {
            var entries: [WatchedPolls.Entry] = []
            state.withLock { state in
                let now = monotonicNanoseconds()
                state.tasks.appendPart(at: now, to: &entries)
                state.others.appendPart(at: now, to: &entries)
            }
            guard !entries.isEmpty else { return }
            let found = ask(entries)
            foundLate.add(found, ordering: .relaxed)
            guard found > entries.count / 2 else { return }
            state.withLock { state in
                state.tasks.hastenNextPart()
                state.others.hastenNextPart()
            }
        }
    }

    /// Asks polls, which stay where they are unless they are over; how many were.
    ///
    /// Not under the lock: they take those of what they ask, and end waits.
    @discardableResult
    private func ask(_ entries: [WatchedPolls.Entry]) -> Int {
        var count = 0
        for (subject, poll) in entries where poll.isOver() {
            count += 1
            // One that was taken back meanwhile, or found to be over by the caller, is called no more.
            if remove(Registration(id: poll.id, subject: subject)) { poll.body() }
        }
        return count
    }

    func whileHeld(_ body: () -> pid_t) -> pid_t? { gate.whileHeld(body) }
}
