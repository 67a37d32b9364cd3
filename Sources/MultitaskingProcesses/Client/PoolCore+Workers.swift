import MultitaskingCore
import MultitaskingSerialization
import Synchronization

// What concerns all workers: calls that each of them makes, how many there are, and what their finalizers have said.

extension PoolCore {
    /// Makes every worker make a call.
    func everywhere<Function: PortableFunction>(
        _ call: Invocation<Function>
    ) throws -> [ProcessFuture<Function.Output>] {
        guard let (function, borrowed) = try begin(call.function, at: FunctionAddress(of: call.function)) else {
            throw Self.cannotBeMadeEverywhere(call.function)
        }
        var writer = borrowed
        defer { membership.giveBack(writer) }
        do { try Function.encode(call.arguments, into: &writer) } catch { throw MultitaskingError.encodeFailed(error) }
        let slots = try everywhere(function, writer)
        // A companion for each: the senders of one are dropped when its own task has ended.
        return slots.map {
            ProcessFuture(core: self, slot: $0, companion: .of(call), reading: Function.outcomeBox)
        }
    }

    private func everywhere(_ function: Int, _ writer: PayloadWriter) throws -> [TaskSlot] {
        let count = writer.byteCount
        let payload =
            try count > CallTable.Call.inlineCapacity || writer.hasExports ? pack(writer, count, .default) : nil
        let slots: [TaskSlot]
        do {
            slots = try state.withLock { state in
                guard !state.isEnding else { throw Self.isShutDown }
                return try addCall(function, &state) { place in
                    if let payload { place.adopt(payload) } else { try place.store(writer, count) }
                }
            }
        } catch {
            if let payload { membership.heap.free(payload.block) }
            throw error
        }
        fence()
        for worker in 1...peak where arena.member(worker).state != .absent {
            arena.idleWorkers.unpark(worker)
            arena.member(worker).wake()
        }
        supervision.ringDoorbell()
        slots.forEach { endIfOver($0) }
        return slots
    }

    private func addCall(
        _ function: Int, _ state: inout State, storingArguments store: (PayloadField) throws -> Void
    ) throws -> [TaskSlot] {
        let table = CallTable(arena)
        let number = state.callCount
        guard number < ArenaLayout.callLimit else {
            throw MultitaskingError(
                .arenaLimitReached,
                "this pool already keeps \(ArenaLayout.callLimit) calls for workers that start later, which is the "
                    + "maximum; make a new pool")
        }
        let call = table[number]
        call.function.store(UInt64(function))
        try store(call.arguments)
        var slots: [TaskSlot] = []
        // Once: which workers there are changes by itself.
        let workers = workersForCall
        for worker in workers {
            do { slots.append(try takeSlot(&state)) } catch {
                for slot in slots { releaseUnused(slot) }
                // Or the next call, which gets this number, would be taken for one that a later worker has made.
                for worker in workers { call.slot(of: worker).store(.none) }
                throw error
            }
            guard let slot = slots.last else { continue }
            slot.prepare(kind: .call, function: function, forkedMember: number, options: .default, stamp: stampNow)
            slot.word.store(call.queuedWord(for: worker))
            call.slot(of: worker).store(slot.number)
        }
        state.callCount = number + 1
        state.ended.submitted += slots.count
        table.publish(number + 1)
        return slots
    }

    /// Gives back a slot whose call was not published.
    private func releaseUnused(_ slot: TaskSlot) {
        slot.word.store(slot.word.load().with(.free, member: 0))
        freeSlots.giveBack(slot)
    }

    /// The workers that there are: all of them, unless some are started only while there is much to do.
    private var workersForCall: [Int] {
        let isElastic = arena.limits.isElastic
        return (1...arena.workerTarget).filter { worker in
            guard isElastic else { return true }
            let state = arena.member(worker).state
            return state == .ready || state == .starting
        }
    }

    // MARK: How many

    /// The highest number that a worker has, or had: no word of the others' was ever touched, nor needs to be.
    var peak: Int { peakWorkers.load(ordering: .relaxed) }

    func resize(to count: Int) throws {
        try checkUsable()
        guard (1...arena.layout.workers).contains(count) else {
            throw MultitaskingError(
                .invalidArgument,
                "the number of workers is \(count); give a number from 1 to \(arena.layout.workers), the maximum "
                    + "for this pool, or create the pool with a larger maxWorkers")
        }
        state.withLock { _ in
            arena.header.workerTarget.store(UInt64(count))
            fence()
            let before = peak
            peakWorkers.store(max(before, count), ordering: .relaxed)
            for worker in count + 1..<max(count, before) + 1 {
                let member = arena.member(worker)
                guard member.state != .absent else { continue }
                member.attention.formUnion(MemberRecord.Attention.target)
                arena.idleWorkers.unpark(worker)
                member.wake()
            }
        }
        supervision.ringDoorbell()
    }
}

/// What the workers' finalizers have returned or thrown.
final class FinalizerReports: Sendable {
    private let finalizer: WorkerFinalizer
    private let state = Mutex<(channel: (any Channel)?, results: [Result<any Sendable, any Error>])>((nil, []))

    init(_ finalizer: WorkerFinalizer) { self.finalizer = finalizer }

    var areWanted: Bool { finalizer.call != nil }

    /// Where they come from.
    func expect(from channel: any Channel) { state.withLock { $0.channel = channel } }

    /// Those that have come so far.
    func results() -> [Result<any Sendable, any Error>] {
        state.withLock { state in
            // One that is closed gives what is in it, and then an error.
            while let report = try? state.channel?.receive(as: FinalizerReport.self, wait: .never) {
                state.results.append(read(report))
            }
            return state.results
        }
    }

    /// Reads the last of them, when the pool has ended. The channel keeps the pool's memory, and is given up.
    func end() {
        _ = results()
        let channel = state.withLock { $0.channel.take() }
        withExtendedLifetime(channel) {}
    }

    private func read(_ report: FinalizerReport) -> Result<any Sendable, any Error> {
        // SAFETY: the reader is gone before the closure returns the array's bytes.
        unsafe report.bytes.withUnsafeBytes { bytes in
            var reader = unsafe PayloadReader(bytes)
            do {
                return report.isError ? .failure(try reader.decodeError()) : .success(try finalizer.decode(&reader))
            } catch {
                return .failure(error)
            }
        }
    }
}
