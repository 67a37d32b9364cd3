import CMultitaskingLinux
import Glibc
import MultitaskingCore

/// The process that forks the workers, reaps them, settles what they held, and replaces them.
///
/// It has one thread and never uses Dispatch, Swift concurrency or Foundation, so that forking it is always safe. It takes
/// no part in the passing of tasks: it sleeps unless somebody dies or the pool's phase changes.
struct Supervisor {
    private let mapping: ArenaMapping
    private let arena: Arena
    private let doorbell: Int32
    private let client: Int32
    private let initializer: WorkerInitializer?
    private let pid = getpid()
    private var workers: [Child?]
    private var copies: [Int: Int32] = [:]

    private struct Child {
        var pid: pid_t
        var pidfd: Int32
    }

    /// - Parameters:
    ///   - doorbell: an eventfd that the client writes to when the supervisor should look at the arena.
    ///   - client: a pidfd of the client.
    ///   - initializer: what each worker runs first; nil if it is in the function table.
    init(_ mapping: ArenaMapping, doorbell: Int32, client: Int32, initializer: WorkerInitializer?) {
        self.mapping = mapping
        arena = mapping.arena
        self.doorbell = doorbell
        self.client = client
        self.initializer = initializer
        workers = Array(repeating: nil, count: arena.layout.workers + 1)
    }

    /// Runs until the pool ends, and returns the process's exit code.
    mutating func run() -> Int32 {
        mt_reset_signals()
        // The terminal's Ctrl-C is the client's to handle; in a group of their own the pool's processes do not see it.
        setpgid(0, 0)
        unsafe mt_set_process_name("mt-supervisor")
        mt_null_stdin()
        arena.header(ArenaLayout.Header.supervisorPid).store(UInt64(pid))
        recoverAfterPredecessor()
        while true {
            if let exitCode = superviseOnce() { return exitCode }
        }
    }

    // MARK: The loop

    private mutating func superviseOnce() -> Int32? {
        let phase = PoolPhase(arena).value
        if phase == .killing { killWorkers() }
        if phase == .broken { failQueuedTasks() }
        watchCopies()
        let mayWork = phase == .running || phase == .draining && hasQueuedTasks
        var missing = false
        if mayWork {
            for index in 1..<workers.count where workers[index] == nil && !start(index) { missing = true }
        }
        if phase != .running, !mayWork, workers.allSatisfy({ $0 == nil }), copies.isEmpty {
            if phase == .killing { settleQueuedTasks() }
            return 0
        }
        return sleep(milliseconds: missing ? 100 : -1) ? nil : clientIsGone()
    }

    /// Sleeps until something happens, and deals with deaths; false if the client is gone.
    private mutating func sleep(milliseconds: Int32) -> Bool {
        var descriptors = [
            pollfd(fd: doorbell, events: Int16(POLLIN), revents: 0),
            pollfd(fd: client, events: Int16(POLLIN), revents: 0),
        ]
        var members: [Int] = []
        for case (let index, let child?) in workers.enumerated() {
            members.append(index)
            descriptors.append(pollfd(fd: child.pidfd, events: Int16(POLLIN), revents: 0))
        }
        for (index, pidfd) in copies {
            members.append(index)
            descriptors.append(pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0))
        }
        let count = unsafe descriptors.withUnsafeMutableBufferPointer {
            unsafe poll($0.baseAddress, nfds_t($0.count), milliseconds)
        }
        guard count > 0 else { return true }
        if descriptors[1].revents != 0 { return false }
        if descriptors[0].revents != 0 {
            var value: UInt64 = 0
            _ = unsafe read(doorbell, &value, 8)
        }
        for (offset, index) in members.enumerated() where descriptors[offset + 2].revents != 0 {
            if index < workers.count { workerEnded(index) } else { copyEnded(index) }
        }
        return true
    }

    /// Nobody is left to work for.
    private mutating func clientIsGone() -> Int32 {
        watchCopies()
        killWorkers()
        for pidfd in copies.values { _ = mt_pidfd_send_signal(pidfd, SIGKILL) }
        return 1
    }

    private var hasQueuedTasks: Bool {
        !JobRing(arena: arena, isRetry: false).isEmpty || !JobRing(arena: arena, isRetry: true).isEmpty
    }

    // MARK: Workers

    /// Forks a worker; false if the system cannot make a process now.
    private mutating func start(_ index: Int) -> Bool {
        let member = Member(arena: arena, index: index)
        member.slot.store(0)
        member.phase.store(UInt64(WorkerFailure.Phase.idle.rawValue))
        member.state = .starting
        let child = mt_fork()
        // Not `exit`: the handlers registered in the client are the client's to run.
        if child == 0 { _exit(runWorker(index)) }
        guard child > 0 else { return false }
        let pidfd = mt_pidfd_open(child)
        guard pidfd >= 0 else {
            kill(child, SIGKILL)
            var info = mt_exit_info()
            _ = unsafe mt_reap(child, true, &info)
            return false
        }
        member.pid.store(UInt64(child))
        workers[index] = Child(pid: child, pidfd: pidfd)
        return true
    }

    /// What a forked worker does; the exit code it must leave with.
    private func runWorker(_ index: Int) -> Int32 {
        guard mt_die_with_parent(pid) else { return 1 }
        // Its own group, so that whatever it starts can be killed with it.
        setpgid(0, 0)
        unsafe mt_set_process_name("mt-worker-\(index - 1)")
        for case let child? in workers { close(child.pidfd) }
        for pidfd in copies.values { close(pidfd) }
        close(doorbell)
        close(client)
        var worker = Worker(mapping, member: index)
        let code = worker.run(initializer: initializer)
        fflush(nil)
        return code
    }

    private mutating func workerEnded(_ index: Int) {
        guard let child = workers[index] else { return }
        var info = mt_exit_info()
        guard unsafe mt_reap(child.pid, false, &info) != 0 else { return }
        close(child.pidfd)
        workers[index] = nil
        // Whatever the task started dies with its worker.
        kill(-child.pid, SIGKILL)
        let member = Member(arena: arena, index: index)
        let diedInInitializer =
            member.state == .starting
            && member.phase.load() == UInt64(WorkerFailure.Phase.initializing.rawValue)
        let left = member.state == .left
        let status = UInt64(UInt32(bitPattern: info.status)) | (info.signaled ? CrashRecord.signalFlag : 0)
        Recovery(mapping).recover(index, .init(status: status, peakMemory: info.peak_memory))
        member.state = .absent
        member.pid.store(0)
        if !left { arena.header(ArenaLayout.Header.workerDeaths).add(1) }
        if diedInInitializer { workerFailedToStart(info) }
    }

    private func workerFailedToStart(_ info: mt_exit_info) {
        if info.status != PoolPhase.initializerFailedExitCode || info.signaled {
            let name = unsafe info.signaled ? mt_signal_name(info.status).map { unsafe String(cString: $0) } : nil
            let end = info.signaled ? "signal \(name ?? String(info.status))" : "exit code \(info.status)"
            PoolPhase.reportFailure(
                of: MultitaskingError(.initializerFailed, "a worker ended with \(end) in its initializer"), in: arena)
        }
        if arena.header(ArenaLayout.Header.startFailures).add(1) >= PoolPhase.startAttempts {
            PoolPhase(arena).advance(to: .broken)
        }
    }

    private func killWorkers() {
        for case let child? in workers {
            kill(-child.pid, SIGKILL)
            _ = mt_pidfd_send_signal(child.pidfd, SIGKILL)
        }
        for pidfd in copies.values { _ = mt_pidfd_send_signal(pidfd, SIGKILL) }
    }

    // MARK: Copies of the client

    /// Takes over the watch for copies that the client has forked; they are its children, so it reaps them.
    private mutating func watchCopies() {
        for index in arena.layout.workers + 1...arena.layout.workers + ArenaLayout.copyLimit {
            let member = Member(arena: arena, index: index)
            guard copies[index] == nil, member.state == .ready else { continue }
            let pidfd = mt_pidfd_open(pid_t(truncatingIfNeeded: member.pid.load()))
            if pidfd >= 0 { copies[index] = pidfd } else { copyEnded(index) }
        }
    }

    private mutating func copyEnded(_ index: Int) {
        if let pidfd = copies.removeValue(forKey: index) { close(pidfd) }
        Recovery(mapping).recover(index, .clientChild)
        Member(arena: arena, index: index).state = .left
        Event(arena: arena).signal()
    }

    // MARK: The end of the pool

    private func failQueuedTasks() {
        endQueuedTasks { slot, word in slot.end(from: word, as: .done) }
    }

    private func settleQueuedTasks() {
        endQueuedTasks { slot, word in slot.end(from: word, as: .cancelled) }
    }

    private func endQueuedTasks(_ end: (TaskSlot, SlotWord) -> Void) {
        for isRetry in [true, false] {
            while let (slot, word) = JobRing(arena: arena, isRetry: isRetry).claim(by: 0, announce: { _ in }) {
                end(slot, word)
            }
        }
    }

    // MARK: After a predecessor

    /// Settles what the workers of a supervisor that died were doing. They die with it; this waits until they have.
    private func recoverAfterPredecessor() {
        for index in 1...arena.layout.workers {
            let member = Member(arena: arena, index: index)
            guard member.state != .absent else { continue }
            let old = pid_t(truncatingIfNeeded: member.pid.load())
            if old > 0 {
                let pidfd = mt_pidfd_open(old)
                if pidfd >= 0 {
                    _ = mt_pidfd_send_signal(pidfd, SIGKILL)
                    var descriptor = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
                    _ = unsafe poll(&descriptor, 1, 5000)
                    close(pidfd)
                }
            }
            Recovery(mapping).recover(index, .withSupervisor)
            member.state = .absent
            member.pid.store(0)
        }
        JobRing(arena: arena, isRetry: true).repairTail()
    }
}

/// Where a re-executed supervisor begins, before `main`.
@c(mt_supervisor_main)
func supervisorMain(_ arena: Int32, _ doorbell: Int32, _ client: Int32) -> Int32 {
    guard let mapping = try? ArenaMapping.attach(arena) else { return 1 }
    var supervisor = Supervisor(mapping, doorbell: doorbell, client: client, initializer: nil)
    return supervisor.run()
}
