import CMultitaskingLinux
import Glibc
import Logging
import MultitaskingCore
import Synchronization

extension PoolCore {
    struct Supervision {
        var pid: pid_t = 0
        /// Of that process; -1 if there is none, or it had ended before this could be opened.
        var pidfd: Int32 = -1
        var method: StartMethod = .automatic
        var initializer: WorkerInitializer?
        var lastCheck: Int64 = 0
        var isGone = false
        /// When it was last made, in nanoseconds of CLOCK_MONOTONIC, and how many before it lived too short.
        var launched: Int64 = 0
        var shortLives = 0
    }

    /// Starts the first supervisor.
    func start(_ method: StartMethod, initializer: WorkerInitializer) throws {
        let obstacle = ForkSafety.obstacle
        let chosen: StartMethod
        switch method {
        case .automatic: chosen = obstacle == nil ? .fork : .spawn
        case .fork:
            if let obstacle { throw obstacle }
            chosen = .fork
        case .spawn: chosen = .spawn
        }
        if let address = FunctionAddress(of: initializer),
            let name = FunctionTypeName(of: WorkerInitializer.self)
        {
            let index = try FunctionTable(arena: arena).add(address, typeName: name.mangled)
            arena.header(ArenaLayout.Header.initializer).store(UInt64(index + 1))
        } else if chosen == .spawn {
            throw MultitaskingError(
                .capturesState,
                "the initializer captures values, and cannot be sent to a spawned worker; use a function that captures "
                    + "nothing, or make the pool before any thread starts, so that it can be forked")
        }
        try supervision.withLock { supervision in
            supervision.method = chosen
            supervision.initializer = initializer
            try launch(chosen, initializer: initializer, &supervision)
        }
        if chosen == .spawn { warnOfTopLevelVariables() }
        membership.setSupervisorCheck { [weak self] in self?.checkSupervisor() }
    }

    /// Says once that tasks must not use the top-level variables of `main.swift`, if the program has any.
    private func warnOfTopLevelVariables() {
        _ = Self.topLevelWarning
    }

    private static let topLevelWarning: Void = {
        guard let advice = topLevelAdvice else { return }
        logger.warning("\(advice)")
    }()

    /// What a user of a spawned pool must know of the program's top-level variables; nil if there are none.
    static let topLevelAdvice: String? = {
        let names = TopLevelVariables.names
        guard !names.isEmpty else { return nil }
        let list = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
        return """
            the top-level variables of main.swift (\(list)) read as zero in the workers of this pool, because they are \
            spawned, not forked: a task must not use them; pass them as arguments, or move them into another file or \
            into a type as static let (Docs/fork-safety.md)
            """
    }()

    /// Makes the supervisor process.
    private func launch(
        _ method: StartMethod, initializer: WorkerInitializer?, _ supervision: inout Supervision
    ) throws {
        healHeader()
        let pid: pid_t
        if method == .spawn {
            pid = mt_spawn_supervisor(mapping.descriptor, doorbell, clientPidfd)
        } else {
            // Made before the fork: what is used for the first time in this process is then there for all its children.
            let supervisor = Supervisor(mapping, doorbell: doorbell, client: clientPidfd, initializer: initializer)
            pid = ForkSafety.fork(named: Supervisor.processName) { runForked(supervisor) }
        }
        guard pid > 0 else {
            throw MultitaskingError.system(
                -pid, "start the pool's supervisor process",
                advice: "raise the limit of processes (ulimit -u) or free some memory")
        }
        // By its number alone it cannot be told from a later process: somebody else may reap this one's children.
        let pidfd = mt_pidfd_open(pid)
        guard pidfd >= 0 || pidfd == -ESRCH else {
            kill(pid, SIGKILL)
            var info = mt_exit_info()
            _ = unsafe mt_reap(pid, true, &info)
            throw MultitaskingError.system(
                -pidfd, "watch the pool's supervisor process", advice: "raise the limit of open files (ulimit -n)")
        }
        if supervision.pidfd >= 0 { close(supervision.pidfd) }
        supervision.pid = pid
        supervision.pidfd = max(-1, pidfd)
    }

    /// Writes once more what a supervisor that is executed anew reads first, in case a task has written over it.
    private func healHeader() {
        arena.header(ArenaLayout.Header.workers).store(UInt64(arena.layout.workers))
        arena.header(ArenaLayout.Header.slotCapacity).store(UInt64(arena.layout.slotCapacity))
        arena.header(ArenaLayout.Header.chunkCount).store(UInt64(arena.layout.chunkCount))
        arena.header(ArenaLayout.Header.magic).store(ArenaLayout.magic)
    }

    private func runForked(_ supervisor: consuming Supervisor) -> Int32 {
        forkGeneration.add(1, ordering: .relaxed)
        // Inherited descriptors would keep the client's pipes and sockets open after it has closed them.
        mt_close_descriptors(3, mapping.descriptor, doorbell, clientPidfd)
        return supervisor.run()
    }

    // MARK: A supervisor that dies

    /// Starts a new supervisor if the old one has died; called now and then by whoever waits.
    func checkSupervisor() {
        supervision.withLock { supervision in
            let now = monotonicNanoseconds()
            guard supervision.pid > 0, !supervision.isGone, now - supervision.lastCheck > 20_000_000 else { return }
            supervision.lastCheck = now
            restartIfDead(&supervision)
            // A worker that searches may have been stopped, and then those that sleep were not woken for its sake.
            if !jobs.isEmpty { idle.wakeSleeping() }
        }
    }

    private func restartIfDead(_ supervision: inout Supervision) {
        var signal: Int32 = 0
        guard unsafe supervision.pidfd < 0 || mt_pidfd_has_ended(supervision.pidfd, &signal) else { return }
        if supervision.pidfd >= 0 { close(supervision.pidfd) }
        supervision.pidfd = -1
        // An orderly end: the pool is over, or broken. It is asked of the arena, because a program that ignores SIGCHLD or
        // reaps all children itself takes the exit code from us.
        if arena.header(ArenaLayout.Header.supervisorPid).load() == ArenaLayout.supervisorHasEnded {
            supervision.isGone = true
            closeChannels()
            return
        }
        let now = monotonicNanoseconds()
        // Who was killed from outside has not died of what it found, however often that happens.
        let mayHaveDiedOfItself = signal != SIGKILL && signal != SIGTERM
        supervision.shortLives =
            mayHaveDiedOfItself && now - supervision.launched < Self.shortLife ? supervision.shortLives + 1 : 0
        supervision.launched = now
        guard supervision.shortLives < Self.supervisorAttempts else {
            PoolPhase.reportFailure(
                of: MultitaskingError.memoryDamaged("one supervisor after the other dies of it"), in: arena)
            return giveUp(&supervision)
        }
        // Threads may have started since, so the new one is forked only where that is safe still.
        let method: StartMethod =
            supervision.method == .fork && ForkSafety.obstacle == nil ? .fork : .spawn
        do {
            try launch(method, initializer: method == .fork ? supervision.initializer : nil, &supervision)
        } catch {
            PoolPhase.reportFailure(of: error, in: arena)
            giveUp(&supervision)
        }
    }

    /// A supervisor that lived shorter than this, and was not killed, died of what it found.
    private static let shortLife: Int64 = 200_000_000
    /// How many such supervisors in a row are tried.
    private static let supervisorAttempts = 50

    /// Ends the pool without a supervisor.
    private func giveUp(_ supervision: inout Supervision) {
        PoolPhase(arena).advance(to: .broken)
        supervision.isGone = true
        endAllQueued(as: .done)
        endAllClaimed()
        // The workers die with their supervisor, and nobody else says so any more.
        for member in 1...arena.layout.workers { Member(arena: arena, index: member).state = .absent }
        ProcessMark(arena: arena).killAll(sparesLiving: true)
        closeChannels()
    }

    // MARK: The end

    func shutdown(_ mode: ShutdownMode) {
        guard isOwn else { return }
        beginShutdown(mode)
        // Not under the lock: others who wait for a task look after the supervisor as well.
        let end = monotonicNanoseconds() + Self.killPatience
        while let pidfd = supervision.withLock({ $0.isGone || $0.pid == 0 ? nil : duplicate($0.pidfd) }) {
            waitForExit(pidfd)
            if mode == .kill, monotonicNanoseconds() > end {
                // It does not find its way through the memory any more. Its workers die with it.
                supervision.withLock { endLost(&$0) }
            }
            supervision.withLock { if !$0.isGone { restartIfDead(&$0) } }
        }
        // A task pushed at the very moment of the end has nobody left to take it; from here on none is pushed.
        state.withLock { $0.isShutDown = true }
        endAllQueued(as: .cancelled)
        membership.setSupervisorCheck(nil)
        if mode == .kill { killAllCopies() }
        reapAllCopies()
        sweepAbandoned()
    }

    /// Starts the end without waiting for it; a thread of its own waits and reaps.
    func drainInBackground() {
        let isOver = supervision.withLock { $0.isGone || $0.pid == 0 }
        guard !isOver, isOwn else { return }
        beginShutdown(.drain)
        BackgroundThread.run { [self] in shutdown(.drain) }
    }

    private func beginShutdown(_ mode: ShutdownMode) {
        switch mode {
        case .drain:
            PoolPhase(arena).advance(to: .draining)
        case .cancelQueued:
            PoolPhase(arena).advance(to: .draining)
            endAllQueued(as: .cancelled)
        case .kill:
            PoolPhase(arena).advance(to: .killing)
            endAllQueued(as: .cancelled)
        }
        idle.wakeAll()
        ringDoorbell()
    }

    /// Ends every task that no worker has claimed.
    private func endAllQueued(as status: SlotWord.Status) {
        let count = state.withLock { $0.freshSlot }
        for index in 0..<count {
            let slot = TaskSlot(arena: arena, index: index)
            let word = slot.word
            guard word.status == .queued, slot.end(from: word, as: status) else { continue }
            if slot.kind == .copy { dismissCopy(slot.copyMember) }
        }
    }

    /// How long the supervisor may take to kill all workers and leave.
    private static let killPatience: Int64 = 2_000_000_000

    /// Kills a supervisor that does not end by itself, and reaps it.
    private func endLost(_ supervision: inout Supervision) {
        guard supervision.pidfd >= 0 else { return }
        _ = mt_pidfd_send_signal(supervision.pidfd, SIGKILL)
        waitForExit(duplicate(supervision.pidfd))
        var signal: Int32 = 0
        guard unsafe mt_pidfd_has_ended(supervision.pidfd, &signal) else { return }
        PoolPhase.reportFailure(of: Self.isShutDown, in: arena)
        giveUp(&supervision)
    }

    /// Ends every task that a worker had, when there is nobody left to do it.
    private func endAllClaimed() {
        let count = state.withLock { $0.freshSlot }
        for index in 0..<count {
            let slot = TaskSlot(arena: arena, index: index)
            let word = slot.word
            if word.isClaimed { slot.end(from: word, as: .done) }
        }
    }

    /// Another descriptor of the same process: the first may be closed meanwhile.
    private func duplicate(_ pidfd: Int32) -> Int32 { pidfd < 0 ? -1 : fcntl(pidfd, F_DUPFD_CLOEXEC, 0) }

    /// Waits until a process has ended, but not for long, because another one may take its place.
    private func waitForExit(_ pidfd: Int32) {
        guard pidfd >= 0 else { return }
        defer { close(pidfd) }
        var descriptor = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&descriptor, 1, 200)
    }
}
