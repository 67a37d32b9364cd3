/// Which channels and signals have changed that somebody watches: so the watcher asks only those who wait for them,
/// however many wait for others.
///
/// The client alone takes them, as with `EndedTasks`. One that is noted once too often costs a look at it. A process
/// that dies after it has cleared an object's `watched`, and before it has noted the object, leaves it unnoted: so the
/// supervisor notes all after each death.
struct ChangedObjects {
    let arena: Arena

    /// The number of a channel, and of a signal.
    static func number(ofChannel index: Int) -> Int { index }
    static func number(ofSignal index: Int) -> Int { ArenaLayout.channelLimit + index }

    private var objects: NotedNumbers {
        NotedNumbers(
            arena: arena, bits: arena.layout.changedObjects, groups: arena.layout.changedObjectGroups,
            limit: ArenaLayout.objectLimit)
    }
    /// 1 if all are to be looked at.
    private var all: SharedWord { arena.word(arena.layout.allObjectsChanged) }

    /// Notes that an object has changed; the event must be raised afterwards.
    ///
    /// ORDERING: after its `watched` was cleared. A process that takes the bit sees that, and asks for the event anew
    /// before it looks. It could take a bit that was set earlier too soon, and its asking would be undone by the
    /// clearing.
    func note(_ number: Int) { objects.note(number) }

    /// Notes all; the event must be raised afterwards.
    func noteAll() { all.store(1) }

    /// Takes what was noted; true if all objects were.
    func take(_ body: (Int) -> Void) -> Bool {
        let isAll = all.loadRelaxed() != 0 && all.formClear(.max) != 0
        objects.take(below: ArenaLayout.objectLimit, body)
        return isAll
    }
}
