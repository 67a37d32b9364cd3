import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSerialization
import Synchronization

extension PoolCore {
    func submit<Function: PortableFunction>(
        _ call: Invoker<Function>, options: TaskOptions
    ) throws -> ProcessFuture<Function> {
        try checkUsable()
        try options.validate()
        guard let function = try functionIndex(of: call.function) else {
            return try submitCopy(call, options: options)
        }
        return try membership.withWriter { writer in
            do { try Function.encode(call.arguments, into: &writer) } catch {
                throw MultitaskingError.encodeFailed(error)
            }
            guard writer.byteCount <= arena.layout.chunkCount * ArenaLayout.chunkSize else {
                throw MultitaskingError(
                    .arenaLimitReached,
                    "the arguments take \(writer.byteCount) bytes, more than the pool's arenaLimit; make it larger")
            }
            let slot = try waitForRoom(options.waitForRoom) {
                let slot = try takeSlot()
                slot.prepare(kind: .portable, function: function, options: options)
                do {
                    try slot.arguments.store(
                        writer, heap: membership.heap, journal: JournalEntry(arena: arena, offset: nil),
                        compression: membership.compression)
                } catch {
                    releaseSlot(slot)
                    throw error
                }
                return slot
            }
            try enqueue(slot)
            return ProcessFuture(core: self, slot: slot, companion: Function.companion(of: call.arguments))
        }
    }

    /// Puts a prepared slot into the ring and wakes a worker.
    func enqueue(_ slot: TaskSlot) throws {
        let isQueued = state.withLock { $0.isShutDown ? nil : jobs.push(slot, from: slot.word) }
        guard let isQueued else {
            releaseSlot(slot)
            throw Self.isShutDown
        }
        guard isQueued else {
            releaseSlot(slot)
            throw MultitaskingError(
                .arenaLimitReached, "the pool's ring of \(arena.layout.slotCapacity) tasks is full; wait for some first"
            )
        }
        if !parked.wakeOne(), arena.header(ArenaLayout.Header.absentWorkers).loadRelaxed() > 0 { askForWorker() }
        // The pool may have ended between the check at the beginning and now; then nobody would take the task.
        let phase = PoolPhase(arena).value
        if phase == .broken || phase == .killing || phase == .draining && isInterrupted { endQueued(slot, phase) }
    }

    /// Has the supervisor start a worker if a task still waits.
    ///
    /// ORDERING: the task was published before the fence in `wakeOne`. If the word is still set here, the supervisor has yet
    /// to clear it, and looks at the queue after that.
    private func askForWorker() {
        if arena.header(ArenaLayout.Header.growth).compareExchange(0, 1) { ringDoorbell() }
    }

    private func endQueued(_ slot: TaskSlot, _ phase: PoolPhase.Value) {
        let word = slot.word
        guard word.status == .queued else { return }
        slot.end(from: word, as: phase == .broken ? .done : .cancelled)
    }

    // MARK: Functions

    /// The function's place in the function table, or nil if it cannot be sent.
    private func functionIndex<Function: PortableFunction>(of function: Function) throws -> Int? {
        guard let address = FunctionAddress(of: function) else { return nil }
        let key = FunctionKey(address: address, type: ObjectIdentifier(Function.self))
        if let index = state.withLock({ $0.functions[key] }) { return index < 0 ? nil : index }
        let name = FunctionTypeName(of: Function.self)
        return try state.withLock { state in
            if let index = state.functions[key] { return index < 0 ? nil : index }
            guard let name else {
                state.functions[key] = -1
                return nil
            }
            let index = try FunctionTable(arena: arena).add(address, typeName: name.mangled)
            state.functions[key] = index
            return index
        }
    }

    // MARK: Slots

    private func takeSlot() throws -> TaskSlot {
        let index = state.withLock { state -> Int? in
            if let index = state.freeSlots.popLast() { return index }
            guard state.freshSlot < arena.layout.slotCapacity else { return nil }
            state.freshSlot += 1
            arena.header(ArenaLayout.Header.slotCount).store(UInt64(state.freshSlot))
            return state.freshSlot - 1
        }
        guard let index else {
            throw MultitaskingError(
                .arenaLimitReached,
                "\(arena.layout.slotCapacity) tasks are unfinished or hold a result; drop some results or wait")
        }
        return TaskSlot(arena: arena, index: index)
    }

    /// A slot for a task that is not in the function table.
    func takeSlot(waiting limit: WaitLimit) throws -> TaskSlot { try waitForRoom(limit) { try takeSlot() } }

    /// Gives a slot back whose task has ended, or was never queued, with everything it still holds.
    func releaseSlot(_ slot: TaskSlot) {
        if slot.kind == .copy, slot.resultKind == .none { killUnusedCopy(of: slot) }
        slot.arguments.release(to: membership.heap)
        slot.result.release(to: membership.heap)
        slot.wordCell.store(slot.word.with(.free, member: 0).rawValue)
        state.withLock { $0.freeSlots.append(slot.index) }
    }

    /// Repeats `attempt` while the arena is full, until there is room or the limit passes.
    private func waitForRoom<Value>(_ limit: WaitLimit, _ attempt: () throws -> Value) throws -> Value {
        var deadline: Deadline?
        var pause: useconds_t = 100
        while true {
            do { return try attempt() } catch let error as MultitaskingError where error.code == .arenaLimitReached {
                sweepAbandoned()
                let end = deadline ?? Deadline(limit)
                deadline = end
                if end.left == 0 { throw error }
                usleep(pause)
                pause = min(pause * 2, 5000)
                membership.checkSupervisor()
                try checkUsable()
            }
        }
    }

    // MARK: Dropped futures

    /// Keeps a task going whose future was dropped; its slot is given back some time after it has ended.
    func abandon(_ slot: TaskSlot, companion: (any Sendable)?) {
        state.withLock { $0.abandoned.append((slot, companion)) }
        sweepAbandoned()
    }

    /// Gives back the slots of dropped futures whose tasks have ended.
    func sweepAbandoned() {
        let ended = state.withLock { state in
            guard !state.abandoned.isEmpty else { return [(slot: TaskSlot, companion: (any Sendable)?)]() }
            let split = state.abandoned.partition { $0.slot.hasEnded || $0.slot.expireIfDue() }
            let ended = Array(state.abandoned[split...])
            state.abandoned.removeSubrange(split...)
            return ended
        }
        for (slot, _) in ended { releaseSlot(slot) }
    }
}

extension TaskSlot {
    /// Whether the task has ended, in whatever way.
    @inline(__always)
    var hasEnded: Bool { word.hasEnded }

    /// Ends a task that has waited too long for a worker; false if it has not.
    func expireIfDue() -> Bool {
        let word = word
        return word.status == .queued && orders.isExpired && end(from: word, as: .expired)
    }
}

extension MultitaskingError {
    /// The error of an argument or message that could not be encoded.
    static func encodeFailed(_ error: any Error) -> MultitaskingError {
        if let error = error as? MultitaskingError, error.code == .encodeFailed { return error }
        return MultitaskingError(
            .encodeFailed, "an argument could not be encoded, and nothing was submitted; mend its encode(to:)",
            cause: error)
    }
}
