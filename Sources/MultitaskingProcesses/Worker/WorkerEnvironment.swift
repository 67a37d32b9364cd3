import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// What a task can ask of the pool: its channels and signals, the time, and to wait for something `async`.
struct WorkerEnvironment: TaskEnvironment {
    // No more than three words, or each `any TaskEnvironment` would be an allocation.
    let membership: LocalMember
    /// The number of the task's slot; negative outside of a task.
    private let slotIndex: Int

    /// - Parameter slot: the task's slot; nil outside of a task.
    init(membership: LocalMember, slot: TaskSlot?) {
        self.membership = membership
        slotIndex = slot?.index ?? -1
    }

    /// The task's slot; nil outside of a task.
    var slot: TaskSlot? { slotIndex < 0 ? nil : membership.arena.slot(slotIndex) }

    func channel(_ reference: SharedObjectID) throws -> any Channel {
        try ProcessChannel(reference, membership: membership)
    }

    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal {
        try ProcessCancelSignal(reference, membership: membership)
    }

    func sharedObject(_ reference: SharedReference) throws -> any SharedObject {
        if let file = reference.file { return try SharedFileMapping.find(file) }
        return try membership.shares.memory(reference)
    }

    func makeSharedMemory(
        byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> (any SharedMemory)? {
        try unsafe membership.shares.make(byteCount: byteCount, journal: membership.journal, body)
    }

    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        mt_expect_main_queue()
        guard let slot else { return try blockUntilDone(body) }
        return try blockUntilDone(isEndRequested: { slot.requests.isEndRequested }, body)
    }

    var clock: any TaskClock { MachineClock() }

    var isEndRequested: Bool { slot?.requests.isEndRequested ?? false }
    var endProbe: CancelProbe? { slot?.requests.endProbe ?? .never }
    var attempt: Int { slot?.control.attempt ?? 1 }

    var seed: UInt64? { slot?.control.seed }

    var worker: WorkerInfo {
        let arena = membership.arena
        guard membership.member > 0 else { return .none }
        guard membership.member <= arena.layout.workers else {
            // A copy of the client has a worker that stands in for it.
            let word = slot?.word.load()
            return WorkerInfo(index: (word?.member ?? 0) - 1, pid: getpid(), tasksRun: 0)
        }
        let me = arena.member(membership.member)
        return WorkerInfo(
            index: me.index - 1, pid: getpid(),
            tasksRun: Int(clamping: me.finishedTasks.load() &- me.tasksBefore.load()))
    }

    func noteProgress(_ element: Int) { slot?.note(progress: element) }

    func report(_ report: TaskReport) {
        guard let slot else { return }
        // Of this process alone, so that its death leaves nobody outside.
        membership.reporting.withLock { _ in
            // The slot may serve another task by now.
            if slot.isRun(by: membership.member) { slot.keep(report) }
        }
    }
}

extension LocalMember {
    /// A process's part in a pool whose channels and signals its values may name.
    convenience init(_ mapping: ArenaMapping, member: Int) {
        self.init(mapping, member: member) { WorkerEnvironment(membership: $0, slot: nil) }
    }
}
