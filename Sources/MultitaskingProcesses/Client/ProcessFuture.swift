import CMultitaskingLinux
import Glibc
public import MultitaskingCore
public import MultitaskingSerialization
import MultitaskingSystem
import Synchronization

/// The client's hold on one task: reads the ledger entry, and decodes the result when first asked for it.
@usableFromInline
final class ProcessFuture<Value: Sendable>: FutureSource, Selectable, @unchecked Sendable {
    /// Reads the value; compiled where its type is known.
    @usableFromInline typealias Reading = @Sendable (inout PayloadReader) throws -> Settled
    @usableFromInline typealias Settled = OutcomeBox<TaskOutcome<Value>>

    fileprivate let core: PoolCore
    fileprivate let slot: TaskSlot
    private let companion: TaskCompanion?
    /// Whether the task's outcome begins with what it has printed.
    private let keepsOutput: Bool
    private let reading: Reading
    // Never held while an outcome is decoded, which is code of the user's.
    private let lock = Mutex(())
    // SAFETY: written once, by the thread that reads the outcome or holds the lock, before `phase` says that it is
    // settled; read only after that.
    // An object, and beside the lock, so that it takes no look at the type at run time to make a future and to drop it.
    @exclusivity(unchecked) private var settled: Settled?
    // SAFETY: as `settled`.
    @exclusivity(unchecked) private var rest: TaskRest?
    // SAFETY: looked at and changed with the lock held.
    /// How many tasks are given the result where it is, so that its slot must stay.
    @exclusivity(unchecked) private var pins: Int32 = 0
    // SAFETY: as `pins`.
    /// How many callbacks wait for the watcher to see that the task has ended.
    @exclusivity(unchecked) private var callbacks: Int32 = 0
    /// Whether the outcome is settled; or the thread that reads it, which it begins with the lock held. As long as it
    /// is unread and the lock is held, the slot is this task's.
    ///
    /// ORDERING: set (releasing) after `settled` and before the slot is given back, so that a process that sees the
    /// slot serve another task sees this as well.
    private let phase = Atomic<UInt>(ReadingPhase.unread)

    @usableFromInline
    init(core: PoolCore, slot: TaskSlot, companion: TaskCompanion?, reading: @escaping Reading) {
        self.core = core
        self.slot = slot
        self.companion = companion
        self.reading = reading
        keepsOutput = slot.control.outputLimit != nil
        if let senders = companion?.senders { dropWhenDone(senders) }
    }

    deinit {
        guard !isSettled, core.belongsToThisProcess else { return }
        if slot.hasEnded { core.releaseSlot(slot) } else { core.abandon(slot, companion: companion) }
    }

    /// With the lock held, the slot is this task's if it is.
    private var isUnread: Bool { phase.load(ordering: .acquiring) == ReadingPhase.unread }
    private var isSettled: Bool { phase.load(ordering: .acquiring) == ReadingPhase.settled }

    fileprivate var hasEnded: Bool {
        isSettled || slot.hasEnded || core.expireIfDue(slot) || !core.belongsToThisProcess
    }

    @usableFromInline
    var state: TaskState {
        let state = currentState
        // A caller that only polls must also notice that the supervisor has died.
        if state == .queued || state == .running { core.membership.checkSupervisor() }
        return state
    }

    private var currentState: TaskState {
        lock.withLock { _ in
            switch phase.load(ordering: .acquiring) {
            case ReadingPhase.settled: return wasCancelled ? .cancelled : .done
            case ReadingPhase.unread: break
            default: return .done
            }
            if !core.belongsToThisProcess { return .done }
            if core.expireIfDue(slot) { return .done }
            let word = slot.word.load()
            switch word.status {
            case .free, .queued: return .queued
            case .claimed where word.isDelayed: return .queued
            case .claimed, .terminatingForTimeout, .terminatingForCancel, .terminatingForMemory: return .running
            case .done, .expired: return .done
            case .cancelled: return .cancelled
            }
        }
    }

    /// Once settled: whether the task was cancelled.
    private var wasCancelled: Bool {
        if case .cancelled? = unsafe settled?.outcome { true } else { false }
    }

    @usableFromInline
    func outcome() -> TaskOutcome<Value>? {
        var outcome: TaskOutcome<Value>?
        withOutcome { outcome = $0 }
        return outcome
    }

    @usableFromInline
    func withOutcome(_ body: (TaskOutcome<Value>) -> Void) {
        guard settle() else {
            // A caller that only polls must also notice that the supervisor has died.
            return core.membership.checkSupervisor()
        }
        core.reapForkedTasks()
        if let settled = unsafe settled { body(settled.outcome) }
    }

    /// Reads how the task ended, and gives the slot back; false if it has not ended.
    ///
    /// What is decoded may call for anything, also for this future: to a thread that decodes the outcome, the task has
    /// not ended. Others wait for that thread.
    private func settle() -> Bool {
        if isSettled { return true }
        switch lock.withLock({ _ in takeTurn() }) {
        case .nobody: return false
        case .settled: return true
        case .another:
            awaitReader()
            return true
        case .own(let isValue, let obligations):
            if isValue, !keepsOutput { unsafe settled = readValue() } else { readOther(isValue: isValue) }
            finish(obligations)
            return true
        }
    }

    /// With the lock held. What is not decoded is settled at once.
    private func takeTurn() -> ReadingTurn {
        let reader = phase.load(ordering: .acquiring)
        if reader == ReadingPhase.settled { return .settled }
        // The slot is the parent's alone, which gives it to another task as soon as it has read the result. A thread
        // that was reading it is the parent's, too.
        guard core.belongsToThisProcess else {
            unsafe settled = failure(PoolCore.isParents)
            phase.store(ReadingPhase.settled, ordering: .releasing)
            return .settled
        }
        guard reader == ReadingPhase.unread else { return reader == ReadingPhase.ofCaller ? .nobody : .another }
        _ = core.expireIfDue(slot)
        switch slot.word.load().status {
        case .free, .queued, .claimed, .terminatingForTimeout, .terminatingForCancel, .terminatingForMemory:
            return .nobody
        case .done:
            // Nothing is added to these from now on: whoever would, sees that the task has ended.
            let obligations = unsafe ReadingObligations(tells: callbacks > 0, isPinned: pins > 0)
            phase.store(ReadingPhase.ofCaller, ordering: .relaxed)
            return .own(isValue: slot.resultKind.load() == .value, obligations)
        case .cancelled:
            settleWithoutReading(isCancelled: true)
            return .settled
        case .expired:
            settleWithoutReading(isCancelled: false)
            return .settled
        }
    }

    /// Says that the outcome is settled, and gives the slot back.
    @inline(__always)
    private func finish(_ obligations: ReadingObligations) {
        if slot.hasReport, let report = slot.report { keep(report: report) }
        if obligations.isPinned { return finishPinned(obligations) }
        phase.store(ReadingPhase.settled, ordering: .releasing)
        // The next task of the slot may ask for no word before this one's end was told.
        if obligations.tells { core.membership.watcher.lookAgain(at: slot.index) }
        core.releaseSlot(slot)
    }

    @inline(never)
    private func finishPinned(_ obligations: ReadingObligations) {
        let isFree = lock.withLock { _ in
            phase.store(ReadingPhase.settled, ordering: .releasing)
            return unsafe pins == 0
        }
        if obligations.tells { core.membership.watcher.lookAgain(at: slot.index) }
        if isFree { core.releaseSlot(slot) }
    }

    /// Waits until another thread has decoded the outcome, which usually takes a few microseconds.
    @inline(never)
    private func awaitReader() {
        for _ in 0..<200 {
            if isSettled { return }
            mt_pause()
        }
        while !isSettled { usleep(50) }
    }

    /// Keeps the result where it is, for another task of the pool; nil if it isn't there, or isn't only a value.
    func pin(in other: PoolCore) -> ResultPin? {
        guard other === core, !keepsOutput else { return nil }
        return lock.withLock { _ in
            guard isUnread, slot.word.load().status == .done, slot.resultKind.load() == .value else { return nil }
            unsafe pins += 1
            return ResultPin(slot) { [self] in unpin() }
        }
    }

    private func unpin() {
        lock.withLock { _ in
            unsafe pins -= 1
            if unsafe pins == 0, isSettled, core.belongsToThisProcess { core.releaseSlot(slot) }
        }
    }

    /// Why the task has no value; a value is not read for it.
    @usableFromInline
    var failure: (any Error)? {
        let hasValue = lock.withLock { _ in
            isUnread && core.belongsToThisProcess && slot.word.load().status == .done
                && slot.resultKind.load() == .value
        }
        return hasValue ? nil : outcome()?.failure
    }

    private func readValue() -> Settled {
        do { return try core.reader.read(slot.result, reading) } catch { return failure(error) }
    }

    /// Reads the outcome of a task that has ended with no value, or has printed something that is kept.
    @inline(never)
    private func readOther(isValue: Bool) { unsafe settled = isValue ? readOutputAndValue() : outcomeWithoutValue() }

    private func readOutputAndValue() -> Settled {
        do {
            return try core.reader.read(slot.result) { reader in
                keep(printed: try reader.decode([UInt8].self))
                return try reading(&reader)
            }
        } catch { return failure(error) }
    }

    // Not inlined: making these takes look-ups of types, which the usual way would begin with.

    private func outcomeWithoutValue() -> Settled {
        do {
            guard keepsOutput else { return failure(try core.failure(of: slot)) }
            var bytes: [UInt8]?
            let error = try core.failure(of: slot, printed: &bytes)
            keep(printed: bytes)
            return failure(error)
        } catch { return failure(error) }
    }

    /// With the lock held.
    @inline(never)
    private func settleWithoutReading(isCancelled: Bool) {
        unsafe settled = isCancelled ? OutcomeBox(.cancelled) : failure(Self.expired)
        unsafe finish(ReadingObligations(tells: callbacks > 0, isPinned: false))
    }

    @inline(never)
    private func failure(_ error: any Error) -> Settled { OutcomeBox(.failure(error)) }

    @usableFromInline
    var output: String? {
        guard keepsOutput, settle() else { return nil }
        return unsafe rest?.printed.map { String(decoding: $0, as: UTF8.self) }
    }

    @usableFromInline
    var report: TaskReport? {
        if !isSettled {
            guard core.belongsToThisProcess else { return nil }
            let report = slot.report
            // As long as it is not settled, the slot is this task's.
            if !isSettled { return report }
        }
        return unsafe rest?.report
    }

    /// Only the thread that reads the outcome does this, before it is settled.
    private func keep(printed: [UInt8]? = nil, report: TaskReport? = nil) {
        unsafe rest = TaskRest(printed: printed ?? rest?.printed, report: report ?? rest?.report)
    }

    @available(*, noasync)
    @usableFromInline
    func waitUntilDone(_ wait: WaitLimit) -> Bool {
        if hasEnded { return true }
        let deadline = Deadline(wait)
        var hasSlept = false
        defer { if hasSlept { core.membership.endSleep(until: deadline) } }
        while true {
            // Now and then, check whether the task can end at all.
            let slice: WaitLimit = wait == .never ? .never : .upTo(.nanoseconds(min(deadline.left, 500_000_000)))
            if core.membership.wait(slice, for: slot.completion, expiry: slot.control.expiry, hasEnded: { hasEnded }) {
                return true
            }
            if settleIfLost() { return true }
            if deadline.left == 0 { return false }
            if !hasSlept { core.membership.beginSleep(until: deadline) }
            hasSlept = true
        }
    }

    /// Ends the wait for a task that nobody has anymore, because its slot was written over; false if somebody has it.
    fileprivate func settleIfLost() -> Bool {
        lock.withLock { _ in
            guard isUnread, core.belongsToThisProcess, core.isLost(slot) else { return false }
            // The slot is not used again: somebody may still write to it.
            unsafe settled = OutcomeBox(.failure(MultitaskingError.memoryDamaged("the task was lost in it")))
            phase.store(ReadingPhase.settled, ordering: .releasing)
            core.noteLost(slot)
            return true
        }
    }

    @usableFromInline
    func whenDone(_ body: @escaping @Sendable () -> Void) {
        // The threads that would watch are the parent's.
        guard core.belongsToThisProcess else { return body() }
        _ = watchOrGiveUp(RevocableCallback(body))
    }

    @usableFromInline
    func notifyWhenDone(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        guard core.belongsToThisProcess else {
            body()
            return {}
        }
        let callback = RevocableCallback(body)
        return takingBack(callback, watchOrGiveUp(callback))
    }

    /// Makes the watcher call back when the task has ended; by what it can be told not to, if it has not. Only in the
    /// client.
    ///
    /// It is counted until it is taken. Whoever reads the outcome before the worker has looked whether anybody watches
    /// tells the watcher: the worker may then find the slot's next task, which nobody watches.
    ///
    /// - Throws: `systemError` if the system has no thread to give; the callback is still to be taken then.
    private func watch(_ callback: RevocableCallback) throws -> Watcher.Registration? {
        lock.withLock { _ in unsafe callbacks += 1 }
        return try core.membership.watcher.add(for: slot, isOver: { [self] in isReadyForSelect }) { [self] in
            take(callback)?()
        }
    }

    private func watchOrGiveUp(_ callback: RevocableCallback) -> Watcher.Registration? {
        do { return try watch(callback) } catch {
            let body = take(callback)
            // Nobody can wait for it: better an error now than a callback that never comes.
            giveUp(error)
            body?()
            return nil
        }
    }

    /// What takes a callback back.
    private func takingBack(
        _ callback: RevocableCallback, _ registration: Watcher.Registration?
    ) -> @Sendable () -> Void {
        guard let registration else { return {} }
        return { [self] in
            guard take(callback) != nil else { return }
            core.membership.watcher.remove(registration)
        }
    }

    /// Takes a callback that the watcher was given; nil if it was called or taken back.
    private func take(_ callback: RevocableCallback) -> (@Sendable () -> Void)? {
        guard let body = callback.take() else { return nil }
        lock.withLock { _ in unsafe callbacks -= 1 }
        return body
    }

    /// Ends the wait for a task, which goes on, with an error.
    private func giveUp(_ error: any Error) {
        if !settle(), !settleUnended(as: error) { _ = settle() }
    }

    /// Settles the outcome of a task that goes on; false if it has ended, or is settled or being read. Not private for
    /// tests.
    ///
    /// A task that has ended keeps its outcome, though nobody has read it yet: the result may be pinned by now, and its
    /// slot must stay until it is unpinned.
    func settleUnended(as error: any Error) -> Bool {
        let goesOn = lock.withLock { _ in
            guard isUnread, !slot.hasEnded else { return false }
            unsafe settled = failure(error)
            phase.store(ReadingPhase.settled, ordering: .releasing)
            return true
        }
        if goesOn { core.abandon(slot, companion: companion) }
        return goesOn
    }

    private static var expired: MultitaskingError {
        MultitaskingError(
            .queueTimedOut,
            "the task waited for a worker until its queueTimeout, and never started; allow more time, or more workers")
    }

    /// Lets go of the senders among a task's arguments when the task has ended, whether or not anybody waits for it.
    private func dropWhenDone(_ senders: HeldSenders) {
        whenDone { senders.drop() }
    }

    @usableFromInline
    func cancel(force: Bool) -> Bool {
        lock.withLock { _ in
            guard isUnread else { return isSettled && wasCancelled }
            guard core.belongsToThisProcess else { return false }
            while true {
                let word = slot.word.load()
                if word.status == .cancelled { return true }
                guard word.status == .queued || word.isDelayed else { break }
                // Otherwise it was taken, or queued for its next attempt, at this very moment.
                guard slot.end(from: word, as: .cancelled) else { continue }
                if word.isDelayed {
                    // A supervisor that ends may have waited for this task.
                    core.supervision.ringDoorbell()
                } else {
                    core.noteLeaver(word)
                }
                slot.wakeForkedTask()
                return true
            }
            guard force, slot.word.load().isClaimed else { return false }
            slot.requests.askForEnd()
            core.supervision.ringDoorbell()
            return true
        }
    }
}

// Not inside the future's class: their types would be looked up at run time for each call.

/// Who is to read an outcome.
private enum ReadingTurn {
    /// Nobody: the task has not ended, or this thread is reading it already.
    case nobody
    /// Nobody anymore.
    case settled
    /// The caller.
    case own(isValue: Bool, ReadingObligations)
    /// Another thread, which is doing it.
    case another
}

/// What there is to do when the outcome is settled.
private struct ReadingObligations {
    /// Whether the watcher is to be told.
    var tells: Bool
    /// Whether another task may still be given the result where it is.
    var isPinned: Bool
}

/// How far the outcome of a task was read.
private enum ReadingPhase {
    static let unread: UInt = 0
    static let settled: UInt = 1
    /// That the caller reads it: its thread, which is neither of the others.
    @inline(__always) static var ofCaller: UInt { pthread_self() }
}

/// What few tasks leave besides their outcome.
private final class TaskRest: Sendable {
    let printed: [UInt8]?
    let report: TaskReport?

    init(printed: [UInt8]? = nil, report: TaskReport? = nil) {
        self.printed = printed
        self.report = report
    }
}

extension ProcessFuture: EventSource {
    func askForEvent() { slot.completion.watch() }

    var membership: LocalMember { core.membership }

    @usableFromInline var isReadyForSelect: Bool { hasEnded || settleIfLost() }

    @usableFromInline
    func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try core.membership.checkProcess()
        // To a copy of the client, no task of the client's goes on.
        guard core.belongsToThisProcess else {
            body()
            return {}
        }
        let callback = RevocableCallback(body)
        do { return takingBack(callback, try watch(callback)) } catch {
            // The caller is told, and others may still wait for the task.
            _ = take(callback)
            throw error
        }
    }

    @usableFromInline var selectStation: (any SelectStation)? { EventStation(membership: core.membership) }
}

extension PortableFunction {
    /// Reads a result, as what a future keeps.
    @inlinable
    static func outcomeBox(from reader: inout PayloadReader) throws -> OutcomeBox<TaskOutcome<Output>> {
        OutcomeBox(.success(try decodeOutput(from: &reader)))
    }
}
