import MultitaskingCore

/// All rings from which workers take tasks.
///
/// While no task had another priority than the normal one, only the first two are looked at: the word that says so lies
/// on a cache line that workers look at anyway.
struct TaskRings {
    let normal: TaskRing
    let retries: TaskRing
    private let high: TaskRing
    private let low: TaskRing
    private let areInUse: SharedWord

    init(_ arena: Arena) {
        normal = arena.tasks
        retries = arena.retries
        high = TaskRing(arena: arena, .high)
        low = TaskRing(arena: arena, .low)
        areInUse = arena.header.priorities
    }

    /// The ring for new tasks of a priority.
    func ring(_ priority: TaskOptions.Priority) -> TaskRing {
        switch priority {
        case .high: high
        case .normal: normal
        case .low: low
        }
    }

    /// Makes workers look at all rings from now on; before a task of another priority than the normal one is queued.
    ///
    /// ORDERING: set before such a task is queued, and so before the fence after which the client looks for idle
    /// workers. A worker says that it is idle before it looks here.
    func usePriorities() {
        if areInUse.loadRelaxed() == 0 { areInUse.store(1) }
    }

    @inline(__always)
    private var arePrioritized: Bool { areInUse.loadRelaxed() != 0 }

    @inline(__always)
    var isEmpty: Bool { normal.isEmpty && retries.isEmpty && (!arePrioritized || high.isEmpty && low.isEmpty) }

    /// How many tasks are queued, or were: some may have been cancelled.
    var count: Int { normal.count + retries.count + (arePrioritized ? high.count + low.count : 0) }

    /// Takes the next task: what was begun before, then by priority, as `TaskOptions.Priority` says.
    ///
    /// - Parameters:
    ///   - turn: how many tasks the caller has taken by priority; counted on.
    ///   - announce: told the index of a slot before each attempt to claim it.
    @inline(__always)
    func claim(by member: Int, turn: inout UInt, announce: (Int) -> Void) -> Claim? {
        if let claimed = retries.claim(by: member, announce: announce) { return claimed }
        guard arePrioritized else { return normal.claim(by: member, announce: announce) }
        return claimByPriority(by: member, turn: &turn, announce: announce)
    }

    @inline(never)
    private func claimByPriority(by member: Int, turn: inout UInt, announce: (Int) -> Void) -> Claim? {
        let order = TaskOptions.Priority.order(turn: turn)
        for priority in [order.0, order.1, order.2] {
            guard let claimed = ring(priority).claim(by: member, announce: announce) else { continue }
            turn &+= 1
            return claimed
        }
        return nil
    }
}
