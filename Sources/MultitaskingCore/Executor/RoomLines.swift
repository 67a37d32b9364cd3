import Synchronization

/// The calls of each executor that have their arguments and wait for room, without blocking a thread.
///
/// Those of one executor are looked after together: a look that finds no room soon ends, and only one is planned, so
/// that thousands of calls cost as much as a few.
enum RoomLines {
    private struct State {
        var lines: [ObjectIdentifier: RoomLine] = [:]
        var lastNumber: UInt64 = 0

        /// A number for a call or a look, of whichever executor.
        mutating func nextNumber() -> UInt64 {
            lastNumber += 1
            return lastNumber
        }

        mutating func dropIfUnused(_ line: ObjectIdentifier) {
            if lines[line]?.isUnused == true { lines[line] = nil }
        }
    }

    private static let state = Lock(State())

    /// Whether calls wait for room in the executor.
    static func hasCalls(for executor: some Executor) -> Bool {
        state.withLock { $0.lines[ObjectIdentifier(executor)] != nil }
    }

    /// Makes a call wait for room; the executor lives as long as that. Returns the number by which the call can be
    /// withdrawn.
    static func add(_ call: RoomLine.Call, for executor: some Executor) -> UInt64 {
        let number = state.withLock { state in
            let number = state.nextNumber()
            state.lines[ObjectIdentifier(executor), default: RoomLine()].add(call, number)
            return number
        }
        planLook(for: executor)
        return number
    }

    /// Takes a call back that waits no more.
    static func remove(_ number: UInt64, for line: ObjectIdentifier) {
        let gone = state.withLock { state in
            let gone = state.lines[line]?.remove(number)
            state.dropIfUnused(line)
            return gone
        }
        // Released outside of the lock.
        withExtendedLifetime(gone) {}
    }

    /// Plans a look if one is needed: on word of room, or, where there is none, after a pause.
    private static func planLook(for executor: some Executor) {
        let line = ObjectIdentifier(executor)
        let plan: (look: UInt64, deadline: WaitDeadline?, pause: Duration)? = state.withLock { state in
            let number = state.nextNumber()
            guard state.lines[line]?.plan(number) == true, let planned = state.lines[line] else { return nil }
            return (number, planned.soonest, planned.pause)
        }
        guard let plan else { return }
        if let pool = executor as? any TellsOfRoom {
            return pool.whenRoom(plan.deadline?.remaining ?? .forever) { look(plan.look, for: executor) }
        }
        Task.detached {
            try? await Task.sleep(for: plan.pause)
            look(plan.look, for: executor)
        }
    }

    private static func look(_ number: UInt64, for executor: some Executor) {
        let line = ObjectIdentifier(executor)
        let begun: (look: RoomLine.Look, deadline: WaitDeadline?)? = state.withLock { state in
            guard let look = state.lines[line]?.beginLook(number) else { return nil }
            return (look, state.lines[line]?.soonest)
        }
        guard let begun else { return }
        var look = begun.look
        var followers: [Follower] = []
        // A clock that is read goes on in a simulation.
        if let deadline = begun.deadline, deadline.remaining.isOver {
            let now = WaitDeadline(.never, timeline: deadline.timeline)
            let overdue = state.withLock { $0.lines[line]?.takeOverdue(at: now) ?? [] }
            for call in overdue { followers += call.attempt().followers }
        }
        while let (number, call) = state.withLock({ $0.lines[line]?.next(in: look) }) {
            let result = call.attempt()
            followers += result.followers
            // What the user has given to the call is released outside of the lock.
            withExtendedLifetime(call) {
                state.withLock { _ = $0.lines[line]?.note(result.refusal, of: number, in: &look) }
            }
        }
        state.withLock { state in
            state.lines[line]?.endLook(look)
            state.dropIfUnused(line)
        }
        planLook(for: executor)
        // Last, as they are the user's and may take long.
        Follower.call(followers)
    }
}
