import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSerialization

/// Runs the function of one slot and stores what comes of it.
struct TaskRunner {
    /// What became of the task.
    enum End {
        /// It has ended, and everybody knows.
        case settled
        /// It threw an error after which it is to be run again; it is still claimed.
        case retry
    }

    let membership: Membership
    let slot: TaskSlot
    /// The process that runs it.
    let me: Member
    /// Where the arguments are.
    let arguments: PayloadPlace
    /// The call that every worker makes, if this is one worker's.
    private let call: CallTable.Call?
    /// Whether what the task prints is kept with its outcome.
    private let keepsOutput: Bool

    /// - Parameter call: the call that every worker makes, if this is one worker's.
    init(membership: Membership, slot: TaskSlot, call: CallTable.Call? = nil) {
        self.membership = membership
        self.slot = slot
        self.call = call
        me = Member(arena: membership.arena, index: membership.member)
        arguments = call?.arguments ?? slot.arguments
        let limit = slot.orders.outputLimit
        keepsOutput = limit != nil
        if let limit { mt_begin_output_copy(limit) }
    }

    /// Runs `body`, encodes its result or error, and ends the task.
    ///
    /// - Parameter word: the slot's word as it is when the task ends; it may change while a copy of the client runs.
    func run<Function: PortableFunction, Output>(
        _ type: Function.Type, word: () -> SlotWord, _ body: () throws -> Output
    ) -> End where Function.Output == Output {
        me.enter(.running)
        let output: Output
        do { output = try body() } catch {
            mt_flush_output()
            me.enter(.encoding)
            return finish(with: error, word)
        }
        // What the task printed comes before its outcome, also when the output is a pipe.
        mt_flush_output()
        me.enter(.encoding)
        do { try finish(.value, word) { try Function.encode(output: output, into: &$0) } } catch {
            return fail(toStore: error, word)
        }
        return .settled
    }

    /// Ends the task with what its function threw, unless it is to be run again.
    private func finish(with error: any Error, _ word: () -> SlotWord) -> End {
        call?.fail()
        if slot.kind == .portable, slot.orders.retries(error) {
            if keepsOutput { _ = takeOutput() }
            return .retry
        }
        if let error = error as? MultitaskingError { return fail(error.thrownByTask, as: error.code, word) }
        do { try finish(.thrown, word) { try $0.encode(error: error) } } catch { return fail(toStore: error, word) }
        return .settled
    }

    /// Ends the task because what it returned or threw could not be stored: for lack of memory, or because of the
    /// value.
    private func fail(toStore error: any Error, _ word: () -> SlotWord) -> End {
        let isFull = (error as? MultitaskingError)?.code == .arenaLimitReached
        return fail(error, as: isFull ? .arenaLimitReached : .resultEncodeFailed, word)
    }

    /// Ends the task because its arguments could not be read.
    func fail(decoding error: any Error, _ word: SlotWord) -> End {
        // An argument that is a channel or signal which no longer exists says so itself.
        let isMissing = (error as? MultitaskingError)?.code == .noSuchObject
        return fail(error, as: isMissing ? .noSuchObject : .decodeFailed) { word }
    }

    /// Ends the task with an error of the pool.
    @discardableResult
    func fail(_ error: any Error, as code: MultitaskingError.Code, _ word: () -> SlotWord) -> End {
        let failure =
            switch error as? MultitaskingError {
            case let error? where error.code == code: error
            case let error?: MultitaskingError(code, error.message, cause: error.cause ?? error)
            case nil: MultitaskingError(code, String(describing: error), cause: error)
            }
        do {
            try finish(.failure, word) { try $0.encode(error: failure) }
        } catch {
            slot.result.clear()
            slot.finish(from: word(), as: .outOfMemory)
        }
        return .settled
    }

    /// Stores what `encode` writes, and ends the task.
    private func finish(
        _ kind: TaskSlot.ResultKind, _ word: () -> SlotWord, encode: (inout PayloadWriter) throws -> Void
    ) throws {
        try membership.withWriter { writer in
            if keepsOutput { try writer.encode(takeOutput()) }
            try encode(&writer)
            try membership.journal.withEntry { journal in
                defer { journal.clear() }
                try slot.result.store(
                    writer, heap: membership.heap, journal: journal, compression: membership.compression)
                var expected = word()
                // A copy of the client may be without a stand-in at the moment, because that worker died.
                let isCopy = slot.kind == .copy
                while expected.status == .claimed || isCopy && expected.status == .queued,
                    !slot.finish(from: expected, as: kind)
                {
                    let now = word()
                    // Only for a copy of the client can it have changed: another worker stands in for it now.
                    if now == expected { break }
                    expected = now
                }
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
