import CMultitaskingLinux
import Glibc
import MultitaskingSystem

// Processes that are stopped. If it is the client, by Ctrl-Z for example, the whole job is meant: the pool stops and
// goes on with it. A member that is stopped while the client runs holds up all that wait for it: it is continued
// after a moment, and replaced if it is stopped for all that. One that a debugger holds is left to the debugger.
//
// Nobody tells the supervisor of the client's stops, so it looks now and then. While all workers sleep there is nothing
// to be stopped: then it rests, and the first worker that wakes rings.

/// What the supervisor knows of processes that are stopped. Times are nanoseconds of CLOCK_MONOTONIC.
struct Stops {
    /// How often the client is looked at: while a worker is at work, while none is but tasks have left something
    /// behind, and while it is stopped.
    static let busyPause: Int64 = 200_000_000
    static let idlePause: Int64 = 1_000_000_000
    static let stoppedPause: Int64 = 20_000_000
    /// After how long a member is continued, and killed if it does not continue.
    static let patience: Int64 = 500_000_000
    static let lastPatience: Int64 = 3_000_000_000
    /// How many threads a worker has by itself: one that works, and one that serves the main queue.
    static let threadsOfWorker: Int32 = 2
    /// How often members that are stopped are looked at.
    static let memberPause: Int64 = 100_000_000

    let client: pid_t
    /// Since when the client is stopped; nil while it runs.
    var clientStop: Int64?
    /// When the client is to be looked at next, and with it the copies, whose stops nobody tells the supervisor.
    var nextLook: Int64 = 0
    /// Whether all workers slept when the client was looked at last.
    var wereAllAsleep = false
    /// The members that are stopped and that nobody meant to stop.
    var members: [Int: Stop] = [:]
    /// When these are to be looked at next.
    var nextMemberLook = Int64.max

    struct Stop {
        let process: pid_t
        /// When it was seen first.
        let start: Int64
        /// How many tasks the member had run by then: one that has run more since is stopped anew.
        let finishedTasks: UInt64
    }
}

extension Supervisor {
    /// Whether the pool is stopped, because the client is.
    var isStoppedWithClient: Bool { stops.clientStop != nil }

    /// Looks whether the client and the members are stopped, and does what follows; when to look again.
    mutating func tendStops() -> Int64 {
        let now = monotonicNanoseconds()
        if stops.nextLook == .max, arena.header.supervisorRest.load() == 0 { stops.nextLook = now }
        let isDue = now >= stops.nextLook
        if isDue { followClient(now) }
        if !isStoppedWithClient {
            if mt_children_stopped() { lookAtWorkers(now) }
            if isDue { lookAtCopies(now) }
            if now >= stops.nextMemberLook { continueMembers(now) }
        }
        return min(stops.nextLook, isStoppedWithClient ? .max : stops.nextMemberLook)
    }

    // MARK: The client

    private mutating func followClient(_ now: Int64) {
        let isStopped = mt_is_stopped(stops.client)
        if let start = stops.clientStop, !isStopped {
            shiftTimeLimits(by: now - start)
            stops.clientStop = nil
            signalMembers(SIGCONT)
        } else if isStopped, !isStoppedWithClient {
            stops.clientStop = now
            stops.members = [:]
            stops.nextMemberLook = .max
            signalMembers(SIGSTOP)
        }
        let areAllAsleep = areAllAsleep
        defer { stops.wereAllAsleep = areAllAsleep }
        if isStopped {
            stops.nextLook = now + Stops.stoppedPause
        } else if areAllAsleep, stops.wereAllAsleep {
            stops.nextLook = rest() ? .max : now + Stops.idlePause
        } else {
            stops.nextLook = now + Stops.busyPause
        }
    }

    private var areAllAsleep: Bool {
        arena.idleWorkers.parkedCount >= workers.count { $0 != nil } && forkedTasks.isEmpty
    }

    /// Makes the next worker that wakes ring; false if one is awake already, or if workers have something beside their
    /// tasks that is to stop with the client: threads and processes that tasks have left.
    private func rest() -> Bool {
        let isNothingLeft = workers.allSatisfy { $0.map { mt_is_alone($0.pid, Stops.threadsOfWorker) } ?? true }
        guard isNothingLeft, !hasOrphans else { return false }
        arena.header.supervisorRest.store(1)
        // ORDERING: a worker that wakes is first taken out of those that sleep, then looks at the word. One of the two
        // sees the other.
        fence()
        if areAllAsleep { return true }
        arena.header.supervisorRest.store(0)
        return false
    }

    /// Looks at the client again soon if there is somebody awake: a new worker, which no other one has woken.
    mutating func endRestIfAwake() {
        guard stops.nextLook == .max, !areAllAsleep else { return }
        arena.header.supervisorRest.store(0)
        stops.nextLook = monotonicNanoseconds() + Stops.busyPause
    }

    /// Sends a signal to all members, and to what the workers' tasks have started and is in their groups.
    func signalMembers(_ signal: Int32) {
        for case let child? in workers {
            kill(-child.pid, signal)
            child.process.send(signal)
        }
        for copy in forkedTasks.values { copy.process.send(signal) }
    }

    /// Gives tasks, initializers, and members that die the time back during which they were stopped.
    private mutating func shiftTimeLimits(by nanoseconds: Int64) {
        for index in 1..<workers.count where workers[index] != nil {
            let deadline = arena.member(index).deadline
            let due = Int64(clamping: deadline.load())
            if due != 0 { deadline.store(UInt64(due.addingSaturated(nanoseconds))) }
            if arena.member(index).state == .starting { workers[index]?.stopTime += nanoseconds }
        }
        for (index, since) in dying { dying[index] = since.addingSaturated(nanoseconds) }
        for (index, teardown) in teardowns { teardowns[index]?.due = teardown.due.addingSaturated(nanoseconds) }
    }

    // MARK: Members

    private mutating func lookAtWorkers(_ now: Int64) {
        for index in 1..<workers.count {
            guard let child = workers[index], mt_is_stopped(child.pid) else { continue }
            noteStop(of: index, child.pid, now)
        }
    }

    private mutating func lookAtCopies(_ now: Int64) {
        for (index, copy) in forkedTasks where mt_is_stopped(copy.pid) {
            noteStop(of: index, copy.pid, now)
        }
    }

    private mutating func noteStop(of index: Int, _ process: pid_t, _ now: Int64) {
        let finishedTasks = arena.member(index).finishedTasks.load()
        if let stop = stops.members[index], stop.process == process, stop.finishedTasks == finishedTasks { return }
        stops.members[index] = Stops.Stop(process: process, start: now, finishedTasks: finishedTasks)
        stops.nextMemberLook = min(stops.nextMemberLook, now + Stops.patience)
    }

    private mutating func continueMembers(_ now: Int64) {
        for index in Array(stops.members.keys) {
            guard let process = process(of: index), mt_is_stopped(process.id) else {
                stops.members[index] = nil
                continue
            }
            noteStop(of: index, process.id, now)
            guard let stop = stops.members[index], now - stop.start >= Stops.patience else { continue }
            let isLost = now - stop.start >= Stops.lastPatience
            // The task may have stopped its whole group.
            if index < workers.count, !isLost { kill(-process.id, SIGCONT) }
            process.send(isLost ? SIGKILL : SIGCONT)
        }
        stops.nextMemberLook = stops.members.isEmpty ? .max : now + Stops.memberPause
    }
}
