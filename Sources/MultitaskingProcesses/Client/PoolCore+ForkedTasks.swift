import CMultitaskingLinux
import Glibc
public import MultitaskingCore
import MultitaskingSystem
import MultitaskingSerialization
import Synchronization

// Copy-on-write tasks: for a function that cannot be sent this process is forked. The copy has the
// captured values and arguments as they were at `submit`; only the result is encoded. The copy waits until a worker
// claims the task and stands in for it, so that copies obey the pool's order and limit like every other task.

extension PoolCore {
    /// A process forked for one task.
    struct ForkedTask {
        /// 0 until it is forked.
        var pid: pid_t = 0
        /// The task's slot, once there is one.
        var slot: TaskSlot?
        /// How it ended, once it was reaped.
        var end: End?

        enum End {
            case known(mt_exit_info)
            /// Somebody else reaped it.
            case unknown
        }
    }

    @usableFromInline
    func submitForked<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> ProcessFuture<Function.Output> {
        if let obstacle = ForkSafety.obstacle { throw Self.capturesState(call.function, obstacle) }
        guard options.retries.limit == 0 else { throw Self.runsOnlyOnce(call.function) }
        if let queueLimit {
            try waitForRoom(options.waitForRoom) { try state.withLock { try checkRoom(queueLimit, &$0) } }
        }
        let member = try takeForkedMember(options.waitForRoom)
        let slot: TaskSlot
        do { slot = try takeSlot(waiting: options.waitForRoom) } catch {
            giveBackForkedMember(member)
            throw error
        }
        slot.prepare(kind: .forked, function: 0, forkedMember: member, options: options, stamp: stampNow)
        if let name = options.name { state.withLock { $0.names.add(name, of: slot, arena, workers: peak) } }
        let copy = arena.member(member)
        copy.slot.store(slot.number)
        copy.enter(.idle)
        copy.endlessWaits.store(0)
        copy.crashTime.store(0)
        copy.refusedThread.store(0)
        // Until the copy says what it started with, nothing is too much.
        copy.baseMemory.store(UInt64(Int64.max))
        let parent = getpid()
        let nesting = supervision.nesting
        membership.shares.holdAll(by: member)
        let pid: pid_t
        do {
            pid = try ForkSafety.fork(
                named: "mt-copy", serving: copy,
                first: { CrashArea(copy).catchCrashes(doorbell: supervision.doorbell, asParent: false) },
                child: {
                    mt_set_nesting(nesting)
                    return runForked(call, as: copy, slot, parent: parent)
                })
            guard pid > 0 else {
                throw Refusal(.fork, -pid).error(
                    "fork this process for a task that captures state", or: "pass what is captured as arguments")
            }
        } catch {
            membership.shares.letGoAll(by: member)
            releaseSlot(slot)
            giveBackForkedMember(member)
            throw (error as? ForkObstacle).map { Self.capturesState(call.function, $0) } ?? error
        }
        // Before it can begin, and be watched: by this the supervisor knows it.
        ProcessMark(mapping).set(on: pid)
        copy.setProcess(pid)
        state.withLock { $0.forkedTasks[member] = ForkedTask(pid: pid, slot: slot) }
        do { try enqueue(slot, options.priority) } catch {
            // The slot was given back, and the copy ended with that.
            membership.shares.letGoAll(by: member)
            giveBackForkedMember(member)
            throw error
        }
        // Last: the supervisor settles the task of a copy that has ended, which must be queued by then.
        copy.state = .ready
        supervision.ringDoorbell()
        return ProcessFuture(core: self, slot: slot, companion: .of(call), reading: Function.outcomeBox)
    }

    /// What the copy does; its exit code.
    private func runForked<Function: PortableFunction>(
        _ call: Invocation<Function>, as me: MemberRecord, _ slot: TaskSlot, parent: pid_t
    ) -> Int32 {
        membership.adoptMember(me.index)
        OutputLog(arena: arena, member: me.index).capture()
        mt_reset_signals()
        mt_use_crash_stack()
        mt_end_with_this_thread()
        setpgid(0, 0)
        ProcessMark(mapping).set()
        mt_null_stdin()
        WorkerResourceLimits(me, arena.limits).noteBaseMemory()
        membership.relayLogs()
        repeat {
            var ticket = me.doorbell.ticket
            var status = slot.word.load().status
            // The client enqueues the slot after the fork; until then it still reads as free.
            while status == .queued || status == .free {
                me.doorbell.sleep(while: ticket, nanoseconds: 50_000_000)
                if getppid() != parent { return 1 }
                // The number may have had a copy before, whose chunks are this one's.
                membership.heap.giveBackEmptyChunksIfAsked()
                ticket = me.doorbell.ticket
                status = slot.word.load().status
            }
            guard status == .claimed, slot.kind == .forked, slot.forkedMember == me.index else { return 0 }
            // Once it has begun, the task is this copy's, even if its stand-in dies and it is queued again.
        } while !slot.beginForked()
        let environment = WorkerEnvironment(membership: membership, slot: slot)
        _ = TaskRunner(membership: membership, claim: Claim(ofForkedTask: slot))
            .run(Function.self) { try call(in: environment) }
        fflush(nil)
        return 0
    }

    /// Ends the copy of a task that has ended without it, and waits until it is gone.
    ///
    /// Otherwise it might take the next task of the slot for its own, and end it, if it runs: its stand-in may have
    /// died, and the task have been cancelled when it was queued again.
    func endForkedTask(of slot: TaskSlot) {
        let pid = state.withLock { state -> pid_t? in
            guard let copy = state.forkedTasks[slot.forkedMember], copy.pid > 0, copy.end == nil,
                copy.slot?.index == slot.index
            else { return nil }
            Self.kill(copy.pid)
            return copy.pid
        }
        if let pid { _ = endOfForkedTask(pid) }
    }

    // MARK: Members

    private func takeForkedMember(_ limit: WaitLimit) throws -> Int {
        hasForkedTasks.store(true, ordering: .relaxed)
        let deadline = Deadline(limit)
        let members = arena.layout.workers + 1...arena.layout.workers + ArenaLayout.forkedLimit
        while true {
            sweepAbandoned()
            reapForkedTasks()
            let member = state.withLock { state in
                let free = members.first { state.forkedTasks[$0] == nil && arena.member($0).take() }
                if let free {
                    state.forkedTasks[free] = ForkedTask()
                    // Before there can be one, since the supervisor looks no further.
                    let count = arena.header.forkedCount
                    count.store(max(count.load(), UInt64(free - arena.layout.workers)))
                }
                return free
            }
            if let member { return member }
            guard deadline.left > 0 else {
                throw MultitaskingError(
                    .arenaLimitReached,
                    "\(ArenaLayout.forkedLimit) tasks that capture state are unfinished; wait for some, or pass what "
                        + "is captured as arguments")
            }
            usleep(500)
            membership.checkSupervisor()
            try checkUsable()
        }
    }

    /// Gives back the number of a copy that there is not.
    private func giveBackForkedMember(_ member: Int) {
        state.withLock { state in
            state.forkedTasks[member] = nil
            arena.member(member).state = .left
        }
    }

    /// Reaps copies that have ended, and frees the numbers of those whose end nobody will ask for anymore.
    func reapForkedTasks() {
        guard hasForkedTasks.load(ordering: .relaxed), belongsToThisProcess else { return }
        state.withLock { state in
            for (member, copy) in state.forkedTasks where copy.pid > 0 {
                if copy.end == nil { state.forkedTasks[member]?.end = Self.reap(copy.pid, block: false) }
                // The supervisor must have settled it before another one gets its number. Looked at first: until then,
                // the task has not ended, and may still end as a crash.
                guard state.forkedTasks[member]?.end != nil, arena.member(member).state == .left,
                    !holdsCrash(copy, of: member)
                else { continue }
                state.forkedTasks[member] = nil
            }
        }
    }

    /// Whether the copy's task crashed and its future, which will want to know how, is still held.
    private func holdsCrash(_ copy: ForkedTask, of member: Int) -> Bool {
        guard let slot = copy.slot else { return false }
        return slot.kind == .forked && slot.forkedMember == member && slot.hasEnded
            && slot.resultKind.load() == .crashed
    }

    /// Waits until a copy has ended and says how; nil if nobody knows.
    ///
    /// The number may come from shared memory, so only a copy's is waited for.
    func endOfForkedTask(_ pid: pid_t) -> mt_exit_info? {
        guard state.withLock({ $0.forkedTasks.values.contains { $0.pid == pid } }) else { return nil }
        let known = { [self] in state.withLock { $0.forkedTasks.first { $0.value.pid == pid }?.value.end } }
        if known() == nil {
            let end = Self.reap(pid, block: true)
            state.withLock { state in
                for (member, copy) in state.forkedTasks where copy.pid == pid {
                    // Another thread that looked in between has found no child, and knows less.
                    if case .known? = copy.end { continue }
                    state.forkedTasks[member]?.end = end
                }
            }
        }
        if case .known(let info) = known() { return info }
        return nil
    }

    /// Kills the copies that the supervisor, going by shared memory, has not found.
    func killAllForkedTasks() {
        state.withLock { state in
            for copy in state.forkedTasks.values where copy.pid > 0 && copy.end == nil { Self.kill(copy.pid) }
        }
    }

    /// Waits for all copies; at the end of the pool.
    func reapAllForkedTasks() {
        for pid in state.withLock({ $0.forkedTasks.values.map(\.pid) }) where pid > 0 { _ = endOfForkedTask(pid) }
    }

    /// Kills a copy, unless it has ended and was reaped: its number may be another process's by then. The system reaps
    /// it if the program ignores SIGCHLD, and so does a program that waits for all of its children.
    private static func kill(_ pid: pid_t) {
        var info = unsafe siginfo_t()
        // SAFETY: the call writes one structure, which outlives it.
        guard unsafe waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 else { return }
        Glibc.kill(pid, SIGKILL)
    }

    private static func reap(_ pid: pid_t, block: Bool) -> ForkedTask.End? {
        var info = mt_exit_info()
        return switch unsafe mt_reap(pid, block, &info) {
        case 0: nil
        case 1: .known(info)
        default: .unknown
        }
    }

    private static func capturesState<Function: PortableFunction>(
        _ function: Function, _ obstacle: ForkObstacle
    ) -> MultitaskingError {
        MultitaskingError(
            .capturesState,
            "\(whyNotSent(function)). No copy of this process can be made to run it, because \(obstacle.reason).",
            cause: obstacle.cause)
    }

    private static func runsOnlyOnce<Function: PortableFunction>(_ function: Function) -> MultitaskingError {
        MultitaskingError(
            .invalidArgument,
            "\(whyNotSent(function)). A copy of this process runs it, and can't run it again, because the first run "
                + "has changed the copy: leave out the retries, or have it sent.")
    }

    static func cannotBeMadeEverywhere<Function: PortableFunction>(_ function: Function) -> MultitaskingError {
        MultitaskingError(
            FunctionAddress(of: function) == nil ? .capturesState : .invalidArgument,
            "\(whyNotSent(function)). A call that every worker makes can't run in a copy of this process.")
    }

    /// Why no worker can run a function, and what to do.
    private static func whyNotSent<Function: PortableFunction>(_ function: Function) -> String {
        FunctionTypeName(of: Function.self) == nil
            ? hasNoName.message
            : "the function captures values, and cannot be sent to a worker: pass them as arguments"
    }
}
