/// Which workers have nothing to do: a bit each for those that sleep and for those that still look for work.
///
/// The two words of 64 workers lie side by side, so that `submit` looks at one cache line.
struct IdleWorkers: Record {
    enum Field: Int, RecordField {
        case pairs = 0

        var size: Int { IdleWorkers.size }
    }

    static let size = (ArenaLayout.workerLimit + 63) / 64 * 16

    let arena: Arena
    @inline(__always) var offset: Int { HeaderRecord.Field.idleWorkers.rawValue }

    private func parked(_ cell: Int) -> SharedWord { word(.pairs, cell * 2) }
    private func searching(_ cell: Int) -> SharedWord { word(.pairs, cell * 2 + 1) }
    private var cells: Int { (arena.layout.workers + 63) / 64 }

    private func place(_ member: Int) -> (cell: Int, bit: UInt64) {
        ((member - 1) / 64, 1 << UInt64((member - 1) % 64))
    }

    func park(_ member: Int) { parked(place(member).cell).formUnion(place(member).bit) }
    func unpark(_ member: Int) { parked(place(member).cell).formClear(place(member).bit) }

    /// How many workers search at most.
    ///
    /// What is queued is seen by all of them at once and taken by one: with more, a task costs more transfers of the
    /// queue's cache lines, and the next one comes no sooner. Go and tokio limit them as well.
    private static let searcherLimit = 4

    /// From here on the member takes what is queued, without being woken; false if enough others do.
    func beginSearch(_ member: Int) -> Bool {
        guard searcherCount < Self.searcherLimit else { return false }
        searching(place(member).cell).formUnion(place(member).bit)
        return true
    }

    /// Afterwards the member must look at the queue once more: a process that queued something meanwhile has woken
    /// none.
    func endSearch(_ member: Int) {
        searching(place(member).cell).formClear(place(member).bit)
        fence()
    }

    /// Forgets a member that has died.
    func remove(_ member: Int) {
        unpark(member)
        endSearch(member)
    }

    /// Whether a member sleeps, or looks for a task.
    func contains(_ member: Int) -> Bool {
        let (cell, bit) = place(member)
        return (parked(cell).loadRelaxed() | searching(cell).loadRelaxed()) & bit != 0
    }

    @inline(__always)
    var parkedCount: Int {
        var count = 0
        for cell in 0..<cells { count += parked(cell).loadRelaxed().nonzeroBitCount }
        return count
    }

    private var searcherCount: Int {
        (0..<cells).reduce(0) { $0 + searching($1).loadRelaxed().nonzeroBitCount }
    }

    /// Wakes a sleeping worker unless one looks for work already; false if there is neither. The caller has published
    /// the work before.
    @inline(__always) @discardableResult
    func wakeOne() -> Bool {
        fence()
        return isSearched || wakeSleeping()
    }

    /// Whether a worker is already polling, so that none needs waking.
    @inline(__always)
    var isSearched: Bool {
        for cell in 0..<cells where searching(cell).loadRelaxed() != 0 { return true }
        return false
    }

    /// Wakes a sleeping worker; false if there is none.
    @discardableResult
    func wakeSleeping() -> Bool {
        for cell in 0..<cells {
            while true {
                let bits = parked(cell).loadRelaxed()
                guard bits != 0 else { break }
                let bit = UInt64(bits.trailingZeroBitCount)
                guard parked(cell).formClear(1 << bit) & 1 << bit != 0 else { continue }
                arena.member(cell * 64 + Int(bit) + 1).wake()
                return true
            }
        }
        return false
    }

    /// - Parameter count: how many members to wake, the first ones.
    func wakeAll(_ count: Int) {
        for member in 1...count {
            unpark(member)
            arena.member(member).wake()
        }
    }
}
