/// Which tasks have ended that somebody watches: so the watcher asks for those alone, however many it watches.
///
/// A bit that is set once too often, as the supervisor does on behalf of the dead, costs a look at a slot. The client
/// alone takes them: other processes look at all that they watch.
struct EndedTasks {
    let arena: Arena

    private var slots: NotedNumbers {
        NotedNumbers(
            arena: arena, bits: arena.layout.endedTasks, groups: arena.layout.endedTaskGroups,
            limit: arena.layout.slotCapacity)
    }

    /// Notes that the task of a slot has ended; the event must be raised afterwards.
    func note(_ slot: Int) { slots.note(slot) }

    /// Takes what was noted.
    ///
    /// - Parameter slotCount: how many slots have ever served a task.
    func take(slotCount: Int, _ body: (Int) -> Void) { slots.take(below: slotCount, body) }
}
