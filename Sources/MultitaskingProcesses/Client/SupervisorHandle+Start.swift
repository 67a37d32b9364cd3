import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

// How a supervisor process is made, and what it has to prove before it counts.

extension SupervisorHandle {
    /// Makes the first supervisor; returns once it is known to be one.
    ///
    /// - Throws: `cannotSpawn` if the program that was started isn't a supervisor, without a second try; `systemError`.
    func launchFirst(_ state: inout State) throws(MultitaskingError) {
        for attempt in 1... {
            try launch(state.method, &state)
            do { try awaitProof(&state) } catch {
                let end = endFirst(&state)
                let wasKilled = end.map { $0.signaled && Self.isFromOutside($0.status) } ?? false
                guard wasKilled, attempt < Self.supervisorAttempts else { throw Self.obstacle(error, end) }
                continue
            }
            do { return try checkIsSeen(&state) } catch {
                _ = endFirst(&state)
                throw error
            }
        }
    }

    /// Ends a process that did not become the first supervisor, so that there is none that anybody would have to look
    /// after; how it had ended by itself, if it had.
    private func endFirst(_ state: inout State) -> mt_exit_info? {
        defer { state.pid = 0 }
        return reap(&state)
    }

    /// Throws if `/proc` hides the pool's processes: memory limits would not be kept, and workers that are stopped not
    /// be continued.
    private func checkIsSeen(_ state: inout State) throws(MultitaskingError) {
        guard mt_process_state(state.pid) == 0, state.process?.hasEnded() == false else { return }
        throw MultitaskingError(
            .systemError,
            "/proc hides this pool's processes: it is mounted with hidepid, and this program may not inspect them, "
                + "because it has changed its user or its file isn't readable; mount /proc without hidepid (systemd: "
                + "ProtectProc=default), make the file readable, or call prctl(PR_SET_DUMPABLE, 1) after changing the "
                + "user")
    }

    /// Makes the supervisor process.
    func launch(
        _ method: StartMethod, _ state: inout State
    ) throws(MultitaskingError) {
        // Without it, the program would not become a supervisor but run its `main` once more.
        guard method != .spawn || mapping.hasDescriptor else {
            throw MultitaskingError(.cannotSpawn, Self.descriptorClosed)
        }
        let link = try SupervisorLink()
        let otherEnd = Descriptor(link.ends.supervisor)
        let pid: pid_t
        if method == .spawn {
            pid = spawn(link, state.nesting)
        } else {
            mt_find_main_queue()
            // Made before the fork: what is used for the first time in this process is then there for all its children.
            let supervisor = makeSupervisor(state.setup, link: link.ends.supervisor, nesting: state.nesting)
            do {
                pid = try ForkSafety.fork(
                    named: Supervisor.processName, serving: nil,
                    first: { CrashArea.catchCrashes(ofSupervisorIn: mapping.arena) },
                    child: { runForked(supervisor) })
            } catch { throw error.error }
        }
        // The supervisor has it by now.
        _ = consume otherEnd
        guard pid > 0 else {
            throw Refusal(method == .spawn ? .spawn : .fork, -pid).error("start the pool's supervisor process")
        }
        // By its number alone it cannot be told from a later process: somebody else may reap this one's children.
        do { state.process = try ProcessHandle(of: pid) } catch {
            guard error.code == ESRCH else {
                kill(pid, SIGKILL)
                var info = mt_exit_info()
                _ = unsafe mt_reap(pid, true, &info)
                throw error.error("watch the pool's supervisor process")
            }
            state.process = nil
        }
        state.pid = pid
        state.link = link
        state.refusal = nil
        state.proofEnd = method == .spawn ? monotonicNanoseconds() + Self.proofPatience : nil
    }

    /// What a supervisor process does.
    func makeSupervisor(
        _ setup: ForkedSetup = ForkedSetup(), link: Int32 = -1, nesting: mt_nesting = mt_nesting()
    ) -> Supervisor {
        Supervisor(
            mapping, doorbell: doorbell, client: client.descriptor, link: link, nesting: nesting, setup: setup)
    }

    /// Executes this program anew; the process id, or -errno.
    private func spawn(_ link: SupervisorLink, _ nesting: mt_nesting) -> pid_t {
        var bootstrap = mt_bootstrap()
        bootstrap.workers = UInt64(arena.layout.workers)
        bootstrap.slot_capacity = UInt64(arena.layout.slotCapacity)
        bootstrap.chunk_count = UInt64(arena.layout.chunkCount)
        bootstrap.nesting = nesting
        // SAFETY: the arguments are there as long as this process, and are copied by the system.
        return unsafe mt_spawn_supervisor(
            &bootstrap, mapping.descriptor, doorbell, client.descriptor, link.ends, CommandLine.unsafeArgv,
            CommandLine.argc)
    }

    private func runForked(_ supervisor: consuming Supervisor) -> Int32 {
        // Inherited descriptors would keep the client's pipes and sockets open after it has closed them.
        mt_close_descriptors(3, mapping.descriptor, doorbell, client.descriptor, supervisor.link)
        return supervisor.run()
    }

    // MARK: Proof

    /// How long a program may take from its start until it has become a supervisor, which is usually a few
    /// milliseconds.
    private static let proofPatience: Int64 = 10_000_000_000

    /// Waits until the supervisor, if it was spawned, has proved that it is one.
    ///
    /// - Throws: `cannotSpawn`.
    private func awaitProof(_ state: inout State) throws(MultitaskingError) {
        while let end = state.proofEnd {
            // Before the last look at what it has said: it may say it and die.
            let hasEnded = state.process?.hasEnded() ?? true
            guard let obstacle = Self.proofMissing(&state) else { return }
            if hasEnded || monotonicNanoseconds() > end { throw obstacle }
            state.link?.waitForProof(or: state.process, until: end)
        }
    }

    /// Why the supervisor does not count yet; nil if it does.
    static func proofMissing(_ state: inout State) -> MultitaskingError? {
        guard state.proofEnd != nil, let link = state.link else { return nil }
        switch link.proof {
        case .given:
            state.proofEnd = nil
            return nil
        case .refused(let reason):
            state.refusal = MultitaskingError(
                .cannotSpawn, "this program was started again as the pool's supervisor, which failed: \(reason)")
        case .none: break
        }
        return state.refusal ?? MultitaskingError(.cannotSpawn, wrongProgram)
    }

    private static let descriptorClosed = """
        this program has closed a descriptor of the pool, so the pool's supervisor can't be started again; close only \
        descriptors that the program has opened (not all, as closefrom does), or make the pool afterwards
        """

    private static let wrongProgram = """
        the program that was started again from /proc/self/exe did not become the pool's supervisor, and no further \
        attempt is made: it may be a different program (a loader such as ld.so that was given a relative path, an \
        emulator), or have been replaced on disk since, or have been stopped; make the pool where it can be forked, \
        before any thread starts
        """

    /// Whether a signal usually comes from somebody else.
    static func isFromOutside(_ signal: Int32) -> Bool { signal == SIGKILL || signal == SIGTERM }

    /// Ends a process that wasn't a supervisor; returns how it had ended by itself, if it had.
    private func reap(_ state: inout State) -> mt_exit_info? {
        var info = mt_exit_info()
        let hadEnded = unsafe mt_reap(state.pid, false, &info) == 1
        if !hadEnded {
            state.process?.send(SIGKILL)
            var ignored = mt_exit_info()
            _ = unsafe mt_reap(state.pid, true, &ignored)
        }
        return hadEnded ? info : nil
    }

    /// What to throw of a process that has not become a supervisor.
    private static func obstacle(_ error: MultitaskingError, _ end: mt_exit_info?) -> MultitaskingError {
        guard let end else {
            let seconds = proofPatience / 1_000_000_000
            return MultitaskingError(error.code, "\(error.message). (It was ended after \(seconds) seconds.)")
        }
        let how = end.signaled ? "was killed by signal \(end.status)" : "exited with code \(end.status)"
        return MultitaskingError(error.code, "\(error.message). (It \(how).)")
    }

    // MARK: Obstacles

    /// Throws if this program, started anew, would not become a supervisor.
    ///
    /// - Parameter obstacle: why it is not forked instead.
    static func checkMaySpawn(insteadOf obstacle: ForkObstacle?) throws(MultitaskingError) {
        let reason = obstacle.map { " (It was not forked, because \($0.reason).)" } ?? ""
        switch Int(mt_spawn_obstacle()) {
        case mt_spawn_is_privileged:
            throw MultitaskingError(
                .cannotSpawn,
                """
                this program has rights that the user who started it does not have (set-user-id, set-group-id or file \
                capabilities), and when it is started again, it can't trust its environment or its parent; make the \
                pool where it can be forked, before any thread starts, or give up the rights first\(reason)
                """, cause: obstacle?.cause)
        case mt_spawn_is_loaded_late:
            throw MultitaskingError(
                .cannotSpawn,
                """
                the library that makes the pool was loaded by dlopen, and this program, started again, would run its \
                main without it; make the pool where it can be forked, before any thread starts, or link the library \
                to the program\(reason)
                """, cause: obstacle?.cause)
        case mt_spawn_has_failed:
            throw MultitaskingError(
                .cannotSpawn,
                """
                this program was itself started as the supervisor of a pool and did not become one, and neither did \
                the programs that started it; the error of the first one's pool says why. Make the pool where it can \
                be forked, before any thread starts\(reason)
                """, cause: obstacle?.cause)
        default: return
        }
    }
}
