import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem

// How this module waits: look for a moment, then for as long as looking has recently paid off, then sleep.
//
// A wake-up of a sleeping core takes 15 to 40 µs each way on the machines we measured, a hand-over by looking less than
// 1 µs. Looking for about as long as a wake-up takes is never worse than twice the best choice (the ski-rental
// argument: Karlin et al., "Competitive randomized algorithms for nonuniform problems", 1990). But it is worse than
// useless when the spinning thread takes the core that the other side needs. As long as nothing else wants the
// machine's cores, yielding in between is enough: it puts the members of a pool behind each other, without a system
// call of the one that has something for them. Where others do, each of them would get a whole slice, while a sleeper
// keeps its turn. Then nobody yields, and `SpinHistory` learns how long it pays to look.

/// When a wait must end, in nanoseconds of CLOCK_MONOTONIC.
struct Deadline {
    /// `Int64.max` for a wait without end.
    let nanoseconds: Int64

    init(_ wait: WaitLimit) {
        switch wait {
        case .never: nanoseconds = 0
        case .forever: nanoseconds = .max
        case .upTo(let duration):
            nanoseconds = max(0, monotonicNanoseconds().addingSaturated(duration.nanoseconds))
        }
    }

    /// What is left, as a limit.
    var limit: WaitLimit { nanoseconds == .max ? .forever : left == 0 ? .never : .upTo(.nanoseconds(left)) }

    /// How long is left; 0 if it has passed.
    var left: Int64 {
        if nanoseconds == .max { return .max }
        return max(0, nanoseconds - monotonicNanoseconds())
    }
}

/// What a process waits for. How long it pays to look for it is learned for each alone.
enum WaitKind: Int, CaseIterable {
    /// A task, in a worker that has none.
    case work
    /// The end of a task.
    case result
    /// An element to receive.
    case element
    /// Room for an element.
    case room
    /// Anything else: a signal, the last report of an element, one of several sources.
    case change
}

/// What a process has learned of each kind of wait.
struct SpinHistories: Sendable {
    private let histories = WaitKind.allCases.map { _ in SpinHistory() }

    subscript(_ kind: WaitKind) -> SpinHistory { histories[kind.rawValue] }
}

extension LocalMember {
    /// How many pauses to look for in any case, about 1 µs: a hand-over between cores happens within that, and going to
    /// sleep takes as long.
    private static let glance = 40
    /// The same where looking hasn't paid off recently, because both sides share a core perhaps.
    private static let shortGlance = 12
    /// How long to look before yielding the core, which takes as long as a system call, in nanoseconds.
    private static let timeBeforeYield: Int64 = 2_000
    /// How long to sleep at most before looking whether the supervisor still lives.
    private static let slice: Int64 = 50_000_000

    /// Whether there are cores for all members of this pool that are awake.
    var maySpin: Bool { spinTime > 0 && awakeWorkers &+ (isClient ? 1 : 0) <= SpinningCores.count }

    /// Whether only members of this pool want a core, or there are enough cores for all.
    private func isAlone(at now: Int64) -> Bool { !machineLoad.exceeds(members: awakeWorkers &+ 1, now: now) }

    private var awakeWorkers: Int {
        let absent = Int(clamping: arena.header.absentWorkers.loadRelaxed())
        return arena.workerTarget &- absent &- arena.idleWorkers.parkedCount
    }

    /// Looks until `isReady`, for as long as it pays; false if it did not become ready.
    ///
    /// - Parameter pauses: how long to pause before each look. Each look takes the cache line away from the process
    ///   that is about to write to it, so it should not be looked at before it can have changed.
    @inline(__always)
    func spin(for kind: WaitKind, pauses: Int = 1, until isReady: () -> Bool) -> Bool {
        if isReady() { return true }
        // On a single core nothing happens while we look.
        guard spinTime > 0, SpinningCores.areSeveral else { return false }
        let history = spinHistories[kind]
        let glance = history.isDiscouraged ? Self.shortGlance : Self.glance
        if looks(glance / pauses, pauses, isReady) {
            history.foundAtOnce(of: spinTime)
            return true
        }
        guard maySpin else { return false }
        let start = monotonicNanoseconds()
        return isAlone(at: start)
            ? looksAndYields(from: start, pauses, isReady)
            : history.look(upTo: spinTime) { looks(32 / pauses, pauses, isReady) }
    }

    /// Looks for `spinTime`, and lets others have the core in between, as long as these are of this pool.
    @inline(__always)
    private func looksAndYields(from start: Int64, _ pauses: Int, _ isReady: () -> Bool) -> Bool {
        while !looks(32 / pauses, pauses, isReady) {
            let now = monotonicNanoseconds()
            if now - start >= spinTime || !isAlone(at: now) { return false }
            if now - start > Self.timeBeforeYield { sched_yield() }
        }
        return true
    }

    @inline(__always)
    private func looks(_ count: Int, _ pauses: Int, _ isReady: () -> Bool) -> Bool {
        for _ in 0..<count {
            for _ in 0..<pauses { mt_pause() }
            if isReady() { return true }
        }
        return false
    }

    /// Runs `sleep`, notes how long it took, and returns that, in nanoseconds. Meanwhile a worker's first thread need
    /// not look whether the main queue is used.
    @inline(__always) @discardableResult
    func sleep(for kind: WaitKind, _ sleep: () -> Void) -> Int64 {
        let start = monotonicNanoseconds()
        if isClient {
            sleep()
        } else {
            mt_begin_worker_sleep()
            sleep()
            mt_end_worker_sleep()
        }
        let duration = monotonicNanoseconds() - start
        spinHistories[kind].slept(for: duration, of: spinTime)
        return duration
    }

    /// Checks that the supervisor is alive, after every unsuccessful wait, however short: a caller that only ever waits
    /// for a moment must not wait for a dead pool. Cheap in a worker, which has no supervisor to look after. Gives back
    /// memory that others have asked for, too, since a wait may be long.
    func lookAfterSupervisor() {
        guard isOfThisProcess else { return }
        heap.giveBackEmptyChunksIfAsked()
        if isClient { checkSupervisor() }
    }

    /// Says that a task goes to sleep, if it sets no limit, for the check whether anything can still happen.
    func beginSleep(until deadline: Deadline) {
        guard deadline.nanoseconds == .max else { return }
        guard !isClient else {
            PoolIdentity.current?.beginEndlessWait()
            return
        }
        arena.member(member).beginEndlessWait()
    }

    /// The end of what `beginSleep(until:)` began.
    func endSleep(until deadline: Deadline) {
        guard deadline.nanoseconds == .max else { return }
        guard !isClient else {
            PoolIdentity.current?.endEndlessWait()
            return
        }
        arena.member(member).endEndlessWait()
    }

    /// Repeats `attempt` until it gives a value or the deadline passes, sleeping on `queue` in between.
    func wait<Value>(
        _ limit: WaitLimit, for kind: WaitKind, on queue: WaitQueue, isReady: () -> Bool,
        attempt: () throws -> Value?
    ) rethrows -> Value? {
        try wait(limit, for: kind, on: queue, spin: isReady, isReady: isReady, attempt: attempt)
    }

    /// Repeats `attempt` until it gives a value or the deadline passes, sleeping on `queue` in between.
    ///
    /// - Parameters:
    ///   - hint: what to look at while spinning; cheaper than `isReady`, which decides.
    ///   - isReady: whether `attempt` may succeed now; a process that makes it true looks for sleepers afterwards.
    ///   - nap: called where looking has not helped: sleeps without being woken, if that is better; whether it has.
    ///   - slept: told how long a sleep took.
    func wait<Value>(
        _ limit: WaitLimit, for kind: WaitKind, on queue: WaitQueue, spin hint: () -> Bool, isReady: () -> Bool,
        nap: (_ left: Int64) -> Bool = { _ in false }, slept: (Int64) -> Void = { _ in },
        attempt: () throws -> Value?
    ) rethrows -> Value? {
        if let value = try attempt() { return value }
        let deadline = Deadline(limit)
        if deadline.left == 0 {
            lookAfterSupervisor()
            return nil
        }
        var hasSlept = false
        // There may be more than this one needs.
        defer {
            if hasSlept {
                endSleep(until: deadline)
                if isReady() { queue.wakeOne() }
            }
        }
        while true {
            if spin(for: kind, until: hint), let value = try attempt() { return value }
            if nap(deadline.left), let value = try attempt() { return value }
            if !hasSlept { beginSleep(until: deadline) }
            hasSlept = true
            slept(sleep(for: kind) { queue.sleep(nanoseconds: min(deadline.left, Self.slice), unless: isReady) })
            if let value = try attempt() { return value }
            lookAfterSupervisor()
            if deadline.left == 0 { return nil }
        }
    }

    /// Waits until a task has ended; false if the deadline passed first.
    ///
    /// - Parameter expiry: when `hasEnded` should be asked in any case, in nanoseconds of CLOCK_MONOTONIC.
    func wait(
        _ limit: WaitLimit, for completion: Completion, expiry: Int64? = nil, hasEnded: () -> Bool
    ) -> Bool {
        if hasEnded() { return true }
        if case .never = limit {
            lookAfterSupervisor()
            return false
        }
        if spin(for: .result, pauses: 4, until: hasEnded) { return true }
        let deadline = Deadline(limit)
        while !hasEnded() {
            let left = deadline.left
            if left == 0 { return false }
            let untilExpiry = expiry.map { max(0, $0 - monotonicNanoseconds()) } ?? .max
            sleep(for: .result) {
                completion.sleep(nanoseconds: min(left, Self.slice, untilExpiry), unless: hasEnded)
            }
            lookAfterSupervisor()
        }
        return true
    }
}
