import CMultitaskingLinux
import MultitaskingCore
import MultitaskingSerialization

/// Runs the function of one slot and stores what comes of it.
struct TaskRunner {
    let membership: Membership
    let slot: TaskSlot

    /// Runs `body`, encodes its result or error, and ends the task.
    ///
    /// - Parameter word: the slot's word as it is when the task ends; it may change while a copy of the client runs.
    func run<Function: PortableFunction>(
        _ type: Function.Type, phase: (WorkerFailure.Phase) -> Void, word: () -> SlotWord,
        _ body: () throws -> Function.Output
    ) {
        phase(.running)
        let result = Result { try body() }
        // What the task printed comes before its outcome, also when the output is a pipe.
        mt_flush_output()
        phase(.encoding)
        switch result {
        case .success(let output):
            do {
                try finish(.value, word) { try Function.encode(output: output, into: &$0) }
            } catch let error as MultitaskingError where error.code == .arenaLimitReached {
                fail(error, as: .arenaLimitReached, word())
            } catch {
                fail(error, as: .resultEncodeFailed, word())
            }
        case .failure(let error as MultitaskingError):
            fail(error, as: error.code, word())
        case .failure(let error):
            do {
                try finish(.thrown, word) { try $0.encodeThrown(error) }
            } catch {
                fail(error, as: .resultEncodeFailed, word())
            }
        }
    }

    /// Ends the task with an error of the pool.
    func fail(_ error: any Error, as code: MultitaskingError.Code, _ word: SlotWord) {
        let failure =
            switch error as? MultitaskingError {
            case let error? where error.code == code: error
            case let error?: MultitaskingError(code, error.message, cause: error.cause ?? error)
            case nil: MultitaskingError(code, String(describing: error), cause: error)
            }
        do {
            try finish(.failure, { word }) { try $0.encode(PoolFailure(failure)) }
        } catch {
            slot.result.clear()
            slot.finish(from: word, as: .outOfMemory)
        }
    }

    /// Stores what `encode` writes, and ends the task.
    private func finish(
        _ kind: TaskSlot.ResultKind, _ word: () -> SlotWord, encode: (inout PayloadWriter) throws -> Void
    ) throws {
        try membership.withWriter { writer in
            try encode(&writer)
            try membership.journal.withEntry { journal in
                defer { journal.clear() }
                try slot.result.store(
                    writer, heap: membership.heap, journal: journal, compression: membership.compression)
                var expected = word()
                // Only for a copy of the client can the word have changed: another worker stands in for it now.
                while !slot.finish(from: expected, as: kind), word() != expected { expected = word() }
            }
        }
    }
}
