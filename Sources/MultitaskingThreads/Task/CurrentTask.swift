internal import MultitaskingCore
internal import Synchronization

/// The task that a worker has in hand, for others to read. Only a name takes a lock.
@safe
final class CurrentTask: Sendable {
    // SAFETY: the address of a type's metadata, which is there as long as the program.
    //
    // ORDERING: relaxed, as is `hasName`. A reader that comes while one task follows another may find the one's type
    // with the other's name.
    private let type = Atomic<UInt>(unsafe unsafeBitCast(Void.self as Any.Type, to: UInt.self))
    private let hasName = Atomic<Bool>(false)
    private let name = Lock<String?>(nil)

    /// For the worker alone.
    @inline(__always)
    func set(_ task: TaskLabel) {
        unsafe type.store(unsafeBitCast(task.type, to: UInt.self), ordering: .relaxed)
        guard task.name != nil || hasName.load(ordering: .relaxed) else { return }
        name.withLock { $0 = task.name }
        hasName.store(task.name != nil, ordering: .relaxed)
    }

    var label: TaskLabel {
        TaskLabel(
            name: hasName.load(ordering: .relaxed) ? name.withLock(\.self) : nil,
            type: unsafe unsafeBitCast(type.load(ordering: .relaxed), to: Any.Type.self))
    }
}

/// The tasks of a worker that took longest.
final class SlowestTasks: Sendable {
    private let sorted = Lock<[(task: TaskLabel, time: Int64)]>([])
    /// What took longer is one of them; for the worker alone.
    private let limit = Atomic<Int64>(-1)

    @inline(__always)
    func isOne(_ time: Int64) -> Bool { time > limit.load(ordering: .relaxed) }

    func add(_ task: TaskLabel, _ time: Int64) {
        sorted.withLock { sorted in
            sorted.insert((task, time), at: sorted.firstIndex { $0.time < time } ?? sorted.endIndex)
            if sorted.count > PoolStatistics.slowTaskLimit { sorted.removeLast() }
            if sorted.count == PoolStatistics.slowTaskLimit, let last = sorted.last {
                limit.store(last.time, ordering: .relaxed)
            }
        }
    }

    var tasks: [(task: TaskLabel, time: Int64)] { sorted.withLock(\.self) }
}
