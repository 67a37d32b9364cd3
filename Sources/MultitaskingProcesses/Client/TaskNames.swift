/// The names that tasks were given, by their serials, as long as somebody may ask for them.
struct TaskNames {
    private var names: [UInt64: String] = [:]
    /// How many there may be before those are forgotten that nobody will ask for.
    private var limit = Self.leastLimit

    private static let leastLimit = 1024

    subscript(serial: UInt64) -> String? { names[serial] }

    /// Adds the name of a task that is about to be queued.
    ///
    /// - Parameters:
    ///   - arena: where the tasks are whose names are kept: those that have not been replaced by others in their slots,
    ///     and the slowest of each worker.
    ///   - workers: how many workers there may have been.
    mutating func add(_ name: String, of slot: TaskSlot, _ arena: Arena, workers: Int) {
        names[slot.serial] = name
        guard names.count > limit else { return }
        let slow = Set((1...workers).flatMap { arena.tally($0).slowTasks.compactMap { $0.task?.task.serial } })
        names = names.filter { serial, _ in
            slow.contains(serial) || arena.slot(SlotNumber(index: Int(serial >> 40)))?.serial == serial
        }
        limit = max(Self.leastLimit, 2 * names.count)
    }
}
