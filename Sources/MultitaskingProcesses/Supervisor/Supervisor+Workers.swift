import CMultitaskingLinux
import Glibc
import MultitaskingCore

extension Supervisor {
    /// Forks a worker; false if the system cannot make a process now.
    mutating func start(_ index: Int) -> Bool {
        let member = Member(arena: arena, index: index)
        member.slot.store(0)
        member.phase.store(UInt64(WorkerFailure.Phase.idle.rawValue))
        member.deadline.store(0)
        member.handback.store(0)
        member.state = .starting
        let child = mt_fork()
        // Not `exit`: the handlers registered in the client are the client's to run.
        if child == 0 { _exit(FreshThread.run { runWorker(index) }) }
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
        // The supervisor does this as well, but may die first, and its successor waits for the processes it finds here.
        Member(arena: arena, index: index).pid.store(UInt64(getpid()))
        // Its own group, so that whatever it starts can be killed with it.
        setpgid(0, 0)
        unsafe mt_set_process_name("mt-worker-\(index - 1)")
        for case let child? in workers { close(child.pidfd) }
        for pidfd in copies.values { close(pidfd) }
        close(client)
        var worker = Worker(mapping, member: index, doorbell: doorbell)
        let code = worker.run(initializer: initializer)
        fflush(nil)
        return code
    }

    mutating func workerEnded(_ index: Int) {
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
        takeHandedBack()
        let retry = Recovery(mapping).recover(index, .init(status: status, peakMemory: info.peak_memory))
        if let retry { delay(retry) }
        ladders[index] = nil
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

    func killWorkers() {
        for case let child? in workers {
            kill(-child.pid, SIGKILL)
            _ = mt_pidfd_send_signal(child.pidfd, SIGKILL)
        }
        for pidfd in copies.values { _ = mt_pidfd_send_signal(pidfd, SIGKILL) }
    }

    /// Settles what the workers of a supervisor that died were doing. They die with it; this waits until they have.
    mutating func recoverAfterPredecessor() {
        // First: what is requeued below would take the place of a task that the predecessor was just queueing.
        JobRing(arena: arena, isRetry: true).repairTail()
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
            if let retry = Recovery(mapping).recover(index, .withSupervisor) { delay(retry) }
            member.state = .absent
            member.pid.store(0)
        }
        takeOverDelayedTasks()
    }
}
