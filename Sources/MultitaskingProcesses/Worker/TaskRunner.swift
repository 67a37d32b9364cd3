import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSerialization
import MultitaskingSystem

/// Takes one claimed task through its life: decode, call, encode, settle.
///
/// Every `settle` is final: it stores an outcome, ends the task and tells all that wait.
struct TaskRunner {
    /// What became of the task.
    enum End {
        /// It has ended with a value, and everybody knows.
        case settled
        /// It has ended without a value, and everybody knows.
        case failed
        /// It threw an error after which it is to be run again; it is still claimed.
        case retry
    }

    let membership: LocalMember
    let claim: Claim
    /// The process that runs it.
    private let me: MemberRecord
    private let tally: WorkerTally
    /// Whether it is noted when the task's function is called, and when it has returned.
    private let isTimed: Bool
    /// Where the arguments are.
    let arguments: PayloadField
    /// The call that every worker makes, if this is one worker's.
    private let call: CallTable.Call?
    /// Whether what the task prints is kept with its outcome.
    private let keepsOutput: Bool
    /// Whether each line that the task prints begins with its name.
    private let prefixesOutput: Bool

    private var slot: TaskSlot { claim.slot }
    /// Whether this is a worker, and not a copy of the client, which has no tally.
    private var isWorker: Bool { me.index <= ArenaLayout.workerLimit && me.index <= membership.arena.layout.workers }

    /// - Parameters:
    ///   - call: the call that every worker makes, if this is one worker's.
    ///   - isTimed: whether the worker times this task.
    init(membership: LocalMember, claim: Claim, call: CallTable.Call? = nil, isTimed: Bool = false) {
        self.membership = membership
        self.claim = claim
        self.call = call
        me = membership.arena.member(membership.member)
        tally = membership.arena.tally(membership.member)
        self.isTimed = isTimed
        arguments = call?.arguments ?? claim.slot.arguments
        let limit = claim.slot.control.outputLimit
        keepsOutput = limit != nil
        if let limit { mt_begin_output_copy(limit) }
        prefixesOutput = claim.slot.control.prefixesOutput
        if prefixesOutput { beginLines() }
    }

    private func beginLines() {
        let name = slot.label.text.printable
        // A copy of the client has a worker that stands in for it.
        let number = WorkerEnvironment(membership: membership, slot: slot).worker.index
        var prefix = name.isEmpty ? "[worker \(number)] " : "[\(name), worker \(number)] "
        prefix.withUTF8 { unsafe mt_begin_lines($0.baseAddress, $0.count) }
    }

    /// Runs the task.
    ///
    /// - Parameter decode: gives the arguments. Called, and compiled, where their type is known.
    @inline(__always)
    func run<Function: PortableFunction, Arguments, Output>(
        _ function: Function, in environment: WorkerEnvironment, _ decode: () throws -> Arguments
    ) -> End where Function.Arguments == Arguments, Function.Output == Output {
        let arguments: Arguments
        do { arguments = try decode() } catch { return settle(undecodable: error) }
        return run(Function.self) { try function.call(arguments, in: environment) }
    }

    /// Runs the task of a function that comes with its arguments.
    @inline(__always)
    func run<Function: PortableFunction, Arguments, Output>(
        in environment: WorkerEnvironment, _ decode: () throws -> (Function, Arguments)
    ) -> End where Function.Arguments == Arguments, Function.Output == Output {
        let function: Function
        let arguments: Arguments
        do { (function, arguments) = try decode() } catch { return settle(undecodable: error) }
        return run(Function.self) { try function.call(arguments, in: environment) }
    }

    /// Calls `body`, encodes what it returns or throws, and ends the task.
    func run<Function: PortableFunction, Output>(
        _: Function.Type, _ body: () throws -> Output
    ) -> End where Function.Output == Output {
        me.enter(.running)
        if isTimed { tally.runStart.storeRelaxed(UInt64(eventNanoseconds())) }
        let output: Output
        do { output = try body() } catch {
            membership.leaveIfForked()
            endOutput()
            return settle(throwing: error)
        }
        membership.leaveIfForked()
        endOutput()
        do { try settle(as: .value) { try Function.encode(output: output, into: &$0) } } catch {
            return settle(unstorable: error)
        }
        return .settled
    }

    /// What the task printed comes before its outcome, even when the output is a pipe.
    private func endOutput() {
        mt_flush_output()
        if prefixesOutput { mt_end_lines() }
        me.enter(.encoding)
        if isTimed { tally.encodeStart.storeRelaxed(UInt64(eventNanoseconds())) }
    }

    // MARK: Outcomes

    /// Ends the task with what its function threw, unless it is to be run again.
    private func settle(throwing error: any Error) -> End {
        call?.fail()
        if error is CancellationError, let end = settleAsAsked() { return end }
        if slot.kind == .portable, slot.control.retries(error) {
            if keepsOutput { _ = takeOutput() }
            return .retry
        }
        if let error = error as? MultitaskingError { return settle(failing: error.thrownByTask) }
        do { try settle(as: .thrown) { try $0.encode(error: error) } } catch { return settle(unstorable: error) }
        return .failed
    }

    /// Ends a task that has left because it was asked to, as force would have ended it; nil if nobody asked it.
    private func settleAsAsked() -> End? {
        guard slot.requests.isEndRequested else { return nil }
        if slot.requests.snapshot.isEndAskedFor {
            if keepsOutput { _ = takeOutput() }
            claim.end { slot.end(from: $0, as: .cancelled) }
            return .failed
        }
        // That of a copy of the client is its stand-in's.
        let deadline = Int64(clamping: membership.arena.member(slot.word.load().member).deadline.load())
        guard deadline != 0, monotonicNanoseconds() >= deadline else { return nil }
        return settle(failing: .taskTimedOut(nil))
    }

    /// Ends the task because what it returned or threw could not be stored: for lack of memory, or because of the
    /// value.
    private func settle(unstorable error: any Error) -> End {
        settle(failing: .unstorable(error))
    }

    /// Ends the task because its arguments could not be read.
    private func settle(undecodable error: any Error) -> End {
        settle(failing: .undecodable(error))
    }

    /// Ends the task with an error of the pool.
    @discardableResult
    func settle(failing failure: MultitaskingError) -> End {
        if prefixesOutput { mt_end_lines() }
        do {
            try settle(as: .failure) { try $0.encode(error: failure) }
        } catch {
            slot.result.clear()
            claim.end { slot.finish(from: $0, as: .outOfMemory) }
        }
        return .failed
    }

    /// Stores what `encode` writes, and ends the task.
    ///
    /// - Throws: what `encode` throws; `arenaLimitReached`. The task has not ended then.
    private func settle(
        as kind: TaskSlot.ResultKind, encode: (inout PayloadWriter) throws -> Void
    ) throws {
        try membership.withWriter { writer in
            if keepsOutput { try writer.encode(takeOutput()) }
            try encode(&writer)
            if Counting.isOn, isWorker { tally.bytesOut.increase(by: UInt64(writer.byteCount)) }
            var result = (block: BlockReference.none, isSharing: false)
            try membership.journal.withEntry { journal in
                defer { journal.clear() }
                try slot.result.store(
                    writer, heap: membership.heap, journal: journal, compression: membership.compression)
                result = (slot.result.block.load(), slot.result.isSharing)
                claim.end { slot.finish(from: $0, as: kind) }
            }
            // If this process dies before it looks, or the future is dropped later, the client gives the block back. If
            // the slot serves another task by now, the block is gone already.
            // ORDERING: after the exchange that has ended the task; see `PoolCore.abandon`.
            if !result.block.isNone {
                fence()
                if slot.requests.isResultAbandoned { membership.release(result.block, isSharing: result.isSharing) }
            }
        }
    }

    /// What the task has printed so far, as much as is kept of it. Says the same when it is asked again.
    private func takeOutput() -> [UInt8] {
        mt_flush_output()
        let count = mt_end_output_copy(nil, 0)
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { bytes, written in
            written = unsafe mt_end_output_copy(bytes.baseAddress, count)
        }
    }
}
