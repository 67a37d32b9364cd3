import CMultitaskingLinux
import Glibc
import Logging
public import MultitaskingCore
public import MultitaskingSerialization
import Synchronization

extension PoolCore {
    /// Queues a call.
    ///
    /// Inlinable, down to the future, so that what depends on the function's type is compiled for it where `submit` is
    /// called; looking generic types up at run time would take longer than all the rest.
    @inlinable
    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> ProcessFuture<Function.Output> {
        if options.asksForMoreThanRoom { try validate(options) }
        guard let (function, borrowed) = try begin(call.function, at: FunctionAddress(of: call.function)) else {
            return try submitForked(call, options: options)
        }
        var writer = borrowed
        do { try Function.encode(call.arguments, into: &writer) } catch {
            membership.giveBack(writer)
            throw MultitaskingError.encodeFailed(error)
        }
        let slot = try enqueue(writer, function, options)
        return ProcessFuture(core: self, slot: slot, companion: .of(call), reading: Function.outcomeBox)
    }

    /// Throws for options that the pool does not keep.
    @usableFromInline
    func validate(_ options: TaskOptions) throws {
        try options.validate(for: [
            .timeout, .queueTimeout, .crashRetries, .errorRetries, .priorities, .seeds, .output, .prefixedOutput,
        ])
    }

    /// Checks what can be checked before the arguments are encoded.
    ///
    /// - Parameter address: the function's; nil if it captures.
    /// - Returns: the function's place in the function table and a writer for its arguments, which has what it
    ///   captures; nil if a copy of this process is to run it.
    @usableFromInline
    func begin<Function: PortableFunction>(
        _ function: Function, at address: FunctionAddress?
    ) throws -> (function: Int, writer: PayloadWriter)? {
        try checkUsable()
        guard let address, let index = try functionIndex(of: address, Function.self) else {
            return try beginCapturing(function)
        }
        return (index, membership.takeWriter())
    }

    /// Queues a task whose arguments were written, and gives the writer back.
    @usableFromInline
    func enqueue(_ writer: PayloadWriter, _ function: Int, _ options: TaskOptions) throws -> TaskSlot {
        defer { membership.giveBack(writer) }
        let count = writer.byteCount
        let parcel = try count > TaskSlot.inlineCapacity || writer.hasExports ? pack(writer, count, options) : nil
        do {
            let slot = try waitForRoom(options.waitForRoom) {
                // All in one go: the lock costs more than what is done under it.
                try state.withLock { state in
                    let slot = try takeSlot(&state)
                    slot.prepare(
                        kind: .portable, function: function, options: options, stamp: state.stamps.next())
                    if let name = options.name { state.names.add(name, of: slot, arena, workers: peak) }
                    do {
                        if let parcel { slot.arguments.adopt(parcel) } else { try slot.arguments.store(writer, count) }
                        try push(slot, options.priority, &state)
                    } catch {
                        freeSlots.giveBack(slot)
                        throw error
                    }
                    state.ended.submitted += 1
                    return slot
                }
            }
            wakeWorker(for: slot)
            return slot
        } catch {
            if let parcel { membership.heap.free(parcel.block) }
            throw error
        }
    }

    /// A block with the arguments.
    func pack(_ writer: PayloadWriter, _ count: Int, _ options: TaskOptions) throws -> PayloadBlock {
        guard count <= arena.layout.payloadLimit else {
            throw MultitaskingError.neverFits(
                "the arguments take \(count) bytes, more than the pool's arenaLimit; make it larger")
        }
        let mayWait = !options.waitForRoom.isOver
        // Who doesn't wait tries again, and should not copy much each time.
        if let queueLimit, !mayWait { try state.withLock { try checkRoom(queueLimit, &$0) } }
        return try waitForRoom(options.waitForRoom) {
            try PayloadBlock(
                writer, arena: arena, heap: membership.heap, journal: JournalEntry(arena: arena, offset: nil),
                compression: membership.compression, mayWait: mayWait)
        }
    }

    /// Puts a prepared slot into the ring and wakes a worker; gives the slot back if that is not possible.
    func enqueue(_ slot: TaskSlot, _ priority: TaskOptions.Priority) throws {
        do {
            if priority != .normal { rings.usePriorities() }
            let ring = rings.ring(priority)
            try state.withLock { state in
                try push(&state.use[priority], state.isEnding, ring) {
                    ring.push(slot, from: slot.word.load(), room: &$0)
                }
                state.ended.submitted += 1
            }
        } catch {
            releaseSlot(slot)
            throw error
        }
        wakeWorker(for: slot)
    }

    /// Puts a slot that nobody else knows yet into the ring of its priority.
    @inline(__always)
    private func push(_ slot: TaskSlot, _ priority: TaskOptions.Priority, _ state: inout State) throws {
        if let queueLimit { try checkRoom(queueLimit, &state) }
        let ring = rings.ring(priority)
        if priority != .normal { rings.usePriorities() }
        try push(&state.use[priority], state.isEnding, ring) { ring.push(fresh: slot, room: &$0) }
    }

    @inline(__always)
    private func push(
        _ use: inout RingUse, _ isEnding: Bool, _ ring: TaskRing, _ push: (inout Int) -> Bool
    ) throws {
        guard !isEnding else { throw Self.isShutDown }
        guard push(&use.room) else {
            throw MultitaskingError(
                .arenaLimitReached, "the pool's ring of \(arena.layout.slotCapacity) tasks is full; wait for some first"
            )
        }
        if ring.isAtBlock { use.givenBack = ring.giveBackPassed(from: use.givenBack) }
    }

    private func wakeWorker(for slot: TaskSlot) {
        fence()
        if !idle.isSearched, !willBeFound(slot), !idle.wakeSleeping(),
            arena.header.absentWorkers.loadRelaxed() > 0
        {
            askForWorker()
        }
        endIfOver(slot)
    }

    /// Ends a task that was queued just now if nobody would take it: the pool may have ended between the check at the
    /// beginning and now.
    @inline(__always)
    func endIfOver(_ slot: TaskSlot) {
        let phase = arena.header.phase.load()
        guard phase != .running else { return }
        let isOver = arena.header.supervisorPid.load() == HeaderRecord.supervisorHasEnded
        if phase != .draining || isInterrupted || isOver { endQueued(slot, phase) }
    }

    /// Waits for half a microsecond whether a worker that is awake comes to look for work, or has taken the task.
    ///
    /// A process that submits one task after the other comes back before the worker has begun to look again. Waking
    /// another one takes longer than this, and then three processes share two cores.
    private func willBeFound(_ slot: TaskSlot) -> Bool {
        let sleeping = idle.parkedCount
        let absent = Int(clamping: arena.header.absentWorkers.loadRelaxed())
        guard sleeping > 0, sleeping &+ absent < arena.workerTarget, rings.normal.count <= 1 else { return false }
        for _ in 0..<24 {
            mt_pause()
            if idle.isSearched || slot.word.load().status != .queued { return true }
        }
        return false
    }

    /// Makes the supervisor start a worker if a task still waits.
    ///
    /// ORDERING: the task was published before the fence in `wakeWorker`. If the word is still set here, the supervisor
    /// has yet to clear it, and looks at the queue after that.
    func askForWorker() {
        if arena.header.growth.compareExchange(0, 1) { supervision.ringDoorbell() }
    }

    private func endQueued(_ slot: TaskSlot, _ phase: PoolPhase) {
        let word = slot.word.load()
        guard word.status == .queued else { return }
        slot.end(from: word, as: phase == .broken ? .done : .cancelled)
    }

    // MARK: Functions

    /// The function's place in the function table, or nil if it cannot be sent.
    func functionIndex<Function: PortableFunction>(of address: FunctionAddress, _: Function.Type) throws -> Int? {
        let type = ObjectIdentifier(Function.self)
        if let index = state.withLock({ $0.functions[address, type] }) { return index < 0 ? nil : index }
        let name = FunctionTypeName(of: Function.self)
        return try state.withLock { state in
            if let index = state.functions[address, type] { return index < 0 ? nil : index }
            let index = try name.map { try supervision.add(address, typeName: $0.mangled) } ?? -1
            state.functions[address, type] = index
            return index < 0 ? nil : index
        }
    }

    // MARK: Slots

    func takeSlot(_ state: inout State) throws -> TaskSlot {
        if let slot = freeSlots.takeReturned(from: &state.freeSlots) {
            state.ended.count(slot)
            return slot
        }
        if let slot = freeSlots.takeUnused() { return slot }
        throw MultitaskingError(
            .arenaLimitReached,
            "\(arena.layout.slotCapacity) tasks are unfinished or hold a result; drop some results or wait")
    }

    /// A slot for a task that is not in the function table.
    func takeSlot(waiting limit: WaitLimit) throws -> TaskSlot {
        try waitForRoom(limit) { try state.withLock { try takeSlot(&$0) } }
    }

    /// Gives a slot back whose task has ended, or was never queued, with everything it still holds.
    func releaseSlot(_ slot: TaskSlot) {
        if slot.kind == .forked, slot.word.load().status != .done || slot.resultKind.load() == .none {
            endForkedTask(of: slot)
        }
        membership.release(slot.arguments)
        membership.release(slot.result)
        let word = slot.word.load()
        slot.keepOutcome(word)
        slot.word.store(word.with(.free, member: 0))
        freeSlots.giveBack(slot)
    }

    /// Repeats `attempt` while the arena or the queue is full, until there is room or the limit passes.
    func waitForRoom<Value>(_ limit: WaitLimit, _ attempt: () throws -> Value) throws -> Value {
        // The clock is looked at only where there is no room.
        var deadlines: (end: Deadline, hint: Deadline)?
        var hasSaidWhy = false
        var pause: useconds_t = 100
        while true {
            do { return try attempt() } catch let error as MultitaskingError where error.meansNoRoom {
                sweepAbandoned()
                let (end, hint) = deadlines ?? (Deadline(limit), Deadline(.upTo(.seconds(1))))
                deadlines = (end, hint)
                // Also for callers that don't wait here: they may be all that tries again.
                membership.checkSupervisor()
                try checkUsable()
                if end.left == 0 { throw error }
                if !hasSaidWhy, hint.left == 0 {
                    hasSaidWhy = true
                    sayWhoHoldsTheRoom(error)
                }
                usleep(pause)
                pause = min(pause * 2, 5000)
            }
        }
    }

    /// Says what a wait for room waits for where no task that ends will make some: that is easily taken for a hang.
    private func sayWhoHoldsTheRoom(_ refusal: MultitaskingError) {
        let left = workLeft
        guard left.queued == 0, left.running == 0 else { return }
        Logger.processes.warning(
            """
            a call waits for room in a pool whose tasks have all ended: \(refusal.message). Unread results take up \
            the room: read or release some meanwhile (stream does this), or set a limit: TaskOptions(waitForRoom:)
            """)
    }

    // MARK: Dropped futures

    /// Keeps a task going whose future was dropped; its slot is given back some time after it has ended.
    ///
    /// Its result, if that has a block, goes as soon as the task has ended: other tasks may need the memory.
    func abandon(_ slot: TaskSlot, companion: TaskCompanion?) {
        slot.requests.abandonResult()
        // ORDERING: before the look whether the task has ended. Its worker ends it, and then looks at the request: one
        // of the two sees what the other has done.
        fence()
        if slot.hasEnded { return releaseSlot(slot) }
        let isDue = state.withLock { state in
            state.abandoned.append((slot, companion))
            return state.abandoned.count >= state.sweepCount
        }
        if isDue { sweepAbandoned() }
    }

    /// Gives back the slots of dropped futures whose tasks have ended, and what dropped channels still held.
    func sweepAbandoned() {
        guard belongsToThisProcess else { return }
        releaseLingering()
        var leavers: [SlotWord] = []
        let ended = state.withLock { state in
            guard !state.abandoned.isEmpty else { return [(slot: TaskSlot, companion: TaskCompanion?)]() }
            let split = state.abandoned.partition { task in
                if task.slot.hasEnded { return true }
                guard let word = task.slot.expireIfDue() else { return false }
                leavers.append(word)
                return true
            }
            let ended = Array(state.abandoned[split...])
            state.abandoned.removeSubrange(split...)
            state.sweepCount = max(16, 2 * state.abandoned.count)
            return ended
        }
        for word in leavers { noteLeaver(word) }
        for (slot, _) in ended { releaseSlot(slot) }
    }
}

extension MultitaskingError {
    /// The error of an argument or message that could not be encoded.
    @usableFromInline
    static func encodeFailed(_ error: any Error) -> MultitaskingError {
        if let error = error as? MultitaskingError, error.code == .encodeFailed || error.code == .noSuchObject {
            return error
        }
        return MultitaskingError(
            .encodeFailed, "an argument could not be encoded, and nothing was submitted; fix its encode(to:)",
            cause: error)
    }
}
