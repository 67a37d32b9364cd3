import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem

extension PoolCore {
    /// The error of a task that has ended without a value.
    ///
    /// - Throws: what went wrong when it was read.
    func failure(of slot: TaskSlot) throws -> any Error {
        switch slot.resultKind.load() {
        case .thrown, .failure: return try reader.read(slot.result) { try $0.decodeError() }
        case .crashed: return crashLog.note(crashError(of: slot), of: name(of: slot))
        case .outOfMemory:
            return MultitaskingError(
                .arenaLimitReached,
                "the pool's shared memory had no room for the task's result; drop finished results, or make the "
                    + "pool with a larger arenaLimit")
        case .none, .value, .cancelled: return arena.header.failure.error
        }
    }

    /// As `failure(of:)`, of a task whose outcome begins with what it has printed.
    ///
    /// - Parameter printed: set to what the task has printed, as far as that is known.
    func failure(of slot: TaskSlot, printed: inout [UInt8]?) throws -> any Error {
        switch slot.resultKind.load() {
        case .thrown, .failure:
            return try reader.read(slot.result) { reader in
                printed = try reader.decode([UInt8].self)
                return try reader.decodeError()
            }
        case .crashed:
            let remains = (try? unsafe slot.result.withPayload { unsafe CrashRemains($0) }) ?? CrashRemains([])
            let limit = slot.control.outputLimit ?? 0
            printed = remains.output.filter { $0 != 0 }.suffix(limit)
            return crashLog.note(crashError(of: slot), of: name(of: slot))
        case .outOfMemory, .none, .value, .cancelled: return try failure(of: slot)
        }
    }

    /// The error of a task whose process died.
    func crashError(of slot: TaskSlot) -> MultitaskingError {
        let record = slot.crashRecord
        var status = record.status.load()
        var peakMemory = Int(clamping: record.peakMemory.load())
        let pid = Int32(truncatingIfNeeded: record.pid.load())
        var isKnown = true
        if status.contains(.clientChild) {
            if let refusal = refusal(ofCopyFor: slot) { return refusal }
            let info = endOfForkedTask(pid)
            let end = info.map { EndStatus(number: $0.status, isSignal: $0.signaled) } ?? crash(ofCopyFor: slot)
            isKnown = end != nil
            status = end ?? []
            peakMemory = info.map { Int(clamping: $0.peak_memory) } ?? 0
        }
        let number = status.number
        let isSignal = status.contains(.signal)
        let isSupervisor = status.contains(.supervisor)
        let remains = (try? unsafe slot.result.withPayload { unsafe CrashRemains($0) }) ?? CrashRemains([])
        let lines = OutputLog.lines(remains.output)
        // What the pool itself has decided to end may have been just about to leave.
        let decided = record.status.load()
        let isEnded = !decided.isDisjoint(with: [.timeout, .memory, .supervisor])
        let memory = memoryCause(decided, isSignal ? number : nil, lines)
        let failure = WorkerFailure(
            pid: pid, worker: Int(clamping: record.member.load()) - 1,
            phase: record.phase,
            signal: isSignal ? number : isEnded ? SIGKILL : nil,
            signalName: unsafe (isSignal ? mt_signal_name(number) : isEnded ? mt_signal_name(SIGKILL) : nil)
                .map { unsafe String(cString: $0) },
            exitCode: isSignal || isEnded || !isKnown ? nil : number, peakMemory: peakMemory,
            attempt: slot.control.attempt, memoryCause: memory, lastLines: lines, progress: slot.progress,
            backtrace: CrashArea.backtrace(remains.stack))
        // Before the supervisor's own death: the task was out of time already.
        if decided.contains(.timeout) {
            return .taskTimedOut(failure)
        }
        if decided.contains(.memory) {
            let limit = arena.limits.memory ?? 0
            return MultitaskingError(
                .memoryLimitExceeded,
                "the task held more than its worker's limit of \(limit) bytes and its process was ended; give it less "
                    + "to do "
                    + "at a time, or raise the limit: WorkerLimits(memory:)", cause: failure)
        }
        if isSupervisor {
            return MultitaskingError(
                .supervisorLost,
                "the pool's supervisor died and its workers with it while the task was running; submit the task again",
                cause: failure)
        }
        if decided.contains(.poolEnd) {
            return MultitaskingError(
                .workerCrashed,
                "\(failure.summary); this program ended the pool with .kill, or its time to shut down was up: to let "
                    + "tasks finish, shut down with .drain, or allow more time", cause: failure)
        }
        let attempts = failure.attempt
        let report = failure.summary + (attempts > 1 ? "; the task was given up after \(attempts) attempts" : "")
        if isSignal {
            let mayHaveReadZero = supervision.latestMethod == .spawn && CrashAdvice.isOwnFault(signal: number)
            let advice = mayHaveReadZero ? TopLevelVariables.advice.map { "; note: \($0)" } ?? "" : ""
            let phase = failure.phase
            return MultitaskingError(
                .workerCrashed,
                "\(report); \(CrashAdvice.text(signal: number, in: phase, memoryCause: memory))\(advice)",
                cause: failure)
        }
        if !isKnown {
            return MultitaskingError(
                .workerCrashed,
                """
                \(report): this program ignores SIGCHLD, or something in it waits for all child processes, so the \
                system did not say how the task's process ended; leave SIGCHLD alone to find out
                """, cause: failure)
        }
        let fault = Int(number) == mt_thread_ended_exit_code ? "end the thread that runs it" : "call exit or exec"
        return MultitaskingError(
            .workerExited, "\(report); a task must return or throw, not \(fault)", cause: failure)
    }

    /// What a copy was refused that never began its task; nil if it was refused nothing.
    private func refusal(ofCopyFor slot: TaskSlot) -> MultitaskingError? {
        let code = Int32(clamping: copy(for: slot)?.refusedThread.load() ?? 0)
        guard code != 0 else { return nil }
        return Refusal(.createThread, code).error(
            "run a task that captures state in a copy of this process, which needs a second thread",
            or: "pass what is captured as arguments")
    }

    /// The signal of which a copy died, as it has noted itself; nil if it has not.
    private func crash(ofCopyFor slot: TaskSlot) -> EndStatus? {
        guard let copy = copy(for: slot), copy.crashTime.load() != 0 else { return nil }
        return EndStatus(number: Int32(truncatingIfNeeded: copy.crashSignal.load()), isSignal: true)
    }

    /// The copy of a task that captures state; nil if the slot does not name one.
    private func copy(for slot: TaskSlot) -> MemberRecord? {
        let copies = arena.layout.workers + 1...arena.layout.workers + ArenaLayout.forkedLimit
        return copies.contains(slot.forkedMember) ? arena.member(slot.forkedMember) : nil
    }

    /// Whether too little memory was why a process died, as far as can be told.
    private func memoryCause(
        _ status: EndStatus, _ signal: Int32?, _ lines: [String]
    ) -> WorkerFailure.MemoryCause? {
        if status.contains(.memory) { return .poolLimit }
        // What the pool itself has killed needs no other explanation.
        let isOwnKill = !status.isDisjoint(with: [.timeout, .supervisor, .poolEnd])
        guard let signal, !isOwnKill else { return nil }
        if signal == SIGKILL { return systemKills.hasKilledSinceLastAsked() ? .systemKill : nil }
        let isRefused = lines.contains { line in Self.refusals.contains { line.contains($0) } }
        return isRefused ? .refusedAllocation : nil
    }

    /// What Swift and C++ print when they are refused memory, before they end the process.
    private static let refusals = ["failed to allocate", "Could not allocate memory", "std::bad_alloc"]
}
