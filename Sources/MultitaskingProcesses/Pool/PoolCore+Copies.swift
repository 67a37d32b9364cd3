import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSerialization
import Synchronization

// Copy-on-write tasks: a function that captures state cannot be sent, so this process is forked for it. The copy has the
// captured values and arguments as they were at `submit`; only the result is encoded. The copy waits until a worker claims
// the task and stands in for it, so that copies obey the pool's order and limit like every other task.

extension PoolCore {
    func submitCopy<Function: PortableFunction>(
        _ call: Invoker<Function>, options: TaskOptions
    ) throws -> ProcessFuture<Function> {
        if let obstacle = ForkSafety.obstacle { throw Self.capturesState(call.function, obstacle) }
        let member = try takeCopyMember(options.waitForRoom)
        let slot: TaskSlot
        do { slot = try takeSlot(waiting: options.waitForRoom) } catch {
            state.withLock { $0.copies[member] = nil }
            throw error
        }
        slot.prepare(kind: .copy, function: 0, copyMember: member, options: options)
        let copy = Member(arena: arena, index: member)
        copy.slot.store(UInt64(slot.index + 1))
        copy.phase.store(UInt64(WorkerFailure.Phase.idle.rawValue))
        let parent = getpid()
        let pid = ForkSafety.fork { runCopy(call, as: copy, slot, parent: parent) }
        guard pid > 0 else {
            releaseSlot(slot)
            state.withLock { $0.copies[member] = nil }
            throw MultitaskingError.system(
                -pid, "fork this process for a task that captures state",
                advice: "raise the limit of processes (ulimit -u), or pass what is captured as arguments")
        }
        copy.pid.store(UInt64(pid))
        copy.state = .ready
        state.withLock { $0.copies[member] = pid }
        ringDoorbell()
        try enqueue(slot)
        return ProcessFuture(core: self, slot: slot, companion: nil)
    }

    /// What the copy does; its exit code.
    private func runCopy<Function: PortableFunction>(
        _ call: Invoker<Function>, as me: Member, _ slot: TaskSlot, parent: pid_t
    ) -> Int32 {
        forkGeneration.add(1, ordering: .relaxed)
        membership.become(me.index)
        mt_reset_signals()
        setpgid(0, 0)
        unsafe mt_set_process_name("mt-copy")
        mt_null_stdin()
        while slot.word.status == .queued || slot.word.status == .free {
            let ticket = me.doorbell.load()
            // The client enqueues the slot after the fork; until then it still reads as free.
            if slot.word.status == .queued || slot.word.status == .free {
                me.doorbell.sleep(while: ticket, nanoseconds: 50_000_000)
            }
            if getppid() != parent { return 1 }
        }
        guard slot.word.status == .claimed else { return 0 }
        let phase = { (phase: WorkerFailure.Phase) in me.phase.store(UInt64(phase.rawValue)) }
        let environment = WorkerEnvironment(membership: membership, slot: slot)
        _ = TaskRunner(membership: membership, slot: slot)
            .run(Function.self, phase: phase, word: { slot.word }) { try call(in: environment) }
        fflush(nil)
        return 0
    }

    /// Lets a copy whose task was cancelled leave.
    func dismissCopy(_ member: Int) {
        let copy = Member(arena: arena, index: member)
        copy.doorbell.increment()
        copy.doorbell.wake()
    }

    // MARK: Members

    private func takeCopyMember(_ limit: WaitLimit) throws -> Int {
        let deadline = Deadline(limit)
        let members = arena.layout.workers + 1...arena.layout.workers + ArenaLayout.copyLimit
        while true {
            reapCopies()
            let member = state.withLock { state in
                let free = members.first { state.copies[$0] == nil }
                if let free { state.copies[free] = 0 }
                return free
            }
            if let member { return member }
            guard deadline.left > 0 else {
                throw MultitaskingError(
                    .arenaLimitReached,
                    "\(ArenaLayout.copyLimit) tasks that capture state are unfinished; wait for some, or pass what is "
                        + "captured as arguments")
            }
            usleep(500)
            membership.checkSupervisor()
            try checkUsable()
        }
    }

    /// Reaps copies that have ended; their numbers may be used again once the supervisor has settled them.
    func reapCopies() {
        state.withLock { state in
            for (member, pid) in state.copies {
                if pid > 0 {
                    var info = mt_exit_info()
                    // A copy that crashed is left for `crashError`, which wants to know how it ended.
                    let slot = Member(arena: arena, index: member).slot.load()
                    let isCrashed =
                        slot == 0 && Member(arena: arena, index: member).state == .left
                        && Member(arena: arena, index: member).phase.load() != 0
                    if isCrashed { continue }
                    guard unsafe mt_reap(pid, false, &info) != 0 else { continue }
                    state.copies[member] = -1
                }
                if state.copies[member] == -1, Member(arena: arena, index: member).state == .left {
                    Member(arena: arena, index: member).state = .absent
                    state.copies[member] = nil
                }
            }
        }
    }

    /// Waits for a copy that has died and says how; nil if somebody else reaped it.
    func reapCopy(_ pid: pid_t) -> mt_exit_info? {
        var info = mt_exit_info()
        guard pid > 0, unsafe mt_reap(pid, true, &info) == 1 else { return nil }
        state.withLock { state in
            for (member, other) in state.copies where other == pid { state.copies[member] = -1 }
        }
        return info
    }

    /// Waits for all copies; at the end of the pool.
    func reapAllCopies() {
        let pids = state.withLock { state in
            defer { state.copies = [:] }
            return state.copies.values.filter { $0 > 0 }
        }
        for pid in pids {
            var info = mt_exit_info()
            _ = unsafe mt_reap(pid, true, &info)
        }
    }

    private static func capturesState<Function: PortableFunction>(
        _ function: Function, _ obstacle: MultitaskingError
    ) -> MultitaskingError {
        let captures = FunctionAddress(of: function) == nil
        let what =
            captures
            ? "the function captures values, and cannot be sent to a worker: pass them as arguments"
            : "a type among the function's arguments or result is private or local, and has no name a worker could find: "
                + "make it internal or public"
        return MultitaskingError(
            .capturesState, "\(what). (A copy of this process could have run it, but: \(obstacle.message).)",
            cause: obstacle)
    }
}
