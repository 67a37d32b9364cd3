import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem

// How this module waits: spin while a core is free for it, then sleep.
//
// A wake-up of a sleeping core takes 25 to 40 µs each way on the machines we measured, a hand-over by spinning less
// than 1 µs. Spinning for about as long as a wake-up takes is never worse than twice the best choice (the ski-rental
// argument: Karlin et al., "Competitive randomized algorithms for nonuniform problems", 1990). But it is worse than
// useless when the spinner takes the core that the other side needs; so nobody spins while more members are awake than
// there are cores.

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

extension LocalMember {
    /// After how long to let others have the core while spinning: longer than a hand-over to another core takes.
    private static let yieldNanoseconds: Int64 = 2_000
    /// How long to sleep at most before looking whether the supervisor still lives.
    private static let slice: Int64 = 50_000_000

    /// Whether there is a core on which this process can spin without being in anybody's way.
    var maySpin: Bool {
        guard spinTime > 0 else { return false }
        let absent = Int(clamping: arena.header.absentWorkers.loadRelaxed())
        let workers = arena.workerTarget &- absent
        let parked = arena.idleWorkers.parkedCount
        return workers &- parked &+ (isClient ? 1 : 0) <= SpinningCores.count
    }

    /// Spins until `isReady`, for as long as it pays; false if it did not become ready.
    ///
    /// - Parameter pauses: how long to pause before each look. Each look takes the cache line away from whoever is
    ///   about to write to it, so it should not be looked at before it can have changed.
    @inline(__always)
    func spin(pauses: Int = 1, until isReady: () -> Bool) -> Bool {
        if isReady() { return true }
        guard maySpin else { return false }
        let start = monotonicNanoseconds()
        var passed: Int64 = 0
        repeat {
            for _ in 0..<32 / pauses {
                for _ in 0..<pauses { mt_pause() }
                if isReady() { return true }
            }
            passed = monotonicNanoseconds() - start
            // The system may have put whoever we wait for on this very core.
            if passed > Self.yieldNanoseconds { sched_yield() }
        } while passed < spinTime
        return false
    }

    /// Checks that the supervisor is alive, after every unsuccessful wait, however short: a caller that only ever waits
    /// for a moment must not wait for a dead pool. Cheap in a worker, which has no supervisor to look after. Gives back
    /// memory that others have asked for, too, since a wait may be long.
    func lookAfterSupervisor() {
        if arena.member(member).attention.loadRelaxed() & MemberRecord.Attention.chunks != 0 { answerRequests() }
        if isClient { checkSupervisor() }
    }

    /// Says that a task goes to sleep, if it sets no limit, to those who look whether anything can still happen.
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
        _ limit: WaitLimit, on queue: WaitQueue, isReady: () -> Bool, attempt: () throws -> Value?
    ) rethrows -> Value? {
        try wait(limit, on: queue, spin: isReady, isReady: isReady, attempt: attempt)
    }

    /// Repeats `attempt` until it gives a value or the deadline passes, sleeping on `queue` in between.
    ///
    /// - Parameters:
    ///   - hint: what to look at while spinning; cheaper than `isReady`, which decides.
    ///   - isReady: whether `attempt` may succeed now; whoever makes it true looks for sleepers afterwards.
    func wait<Value>(
        _ limit: WaitLimit, on queue: WaitQueue, spin hint: () -> Bool, isReady: () -> Bool,
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
            if spin(until: hint), let value = try attempt() { return value }
            if !hasSlept { beginSleep(until: deadline) }
            hasSlept = true
            queue.sleep(nanoseconds: min(deadline.left, Self.slice), unless: isReady)
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
        if spin(pauses: 4, until: hasEnded) { return true }
        let deadline = Deadline(limit)
        while !hasEnded() {
            let left = deadline.left
            if left == 0 { return false }
            let untilExpiry = expiry.map { max(0, $0 - monotonicNanoseconds()) } ?? .max
            completion.sleep(nanoseconds: min(left, Self.slice, untilExpiry), unless: hasEnded)
            lookAfterSupervisor()
        }
        return true
    }
}
