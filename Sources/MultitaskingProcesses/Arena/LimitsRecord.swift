import MultitaskingCore
import MultitaskingSystem

/// The limits of the pool's workers, in the arena's header, where every supervisor and worker finds them.
///
/// They are written before there is anybody else, and do not change.
struct LimitsRecord {
    let arena: Arena

    private func cell(_ index: Int) -> SharedWord { arena.header(ArenaLayout.Header.limits + index * 8) }

    /// Writes limits that have been validated.
    func store(_ limits: WorkerLimits) {
        let workers = arena.layout.workers
        // 0 stands for no limit in each of them, as in an arena that nobody has written to.
        let values: [UInt64] = [
            UInt64(limits.memory ?? 0), UInt64(limits.idleMemory ?? 0), UInt64(limits.addressSpace ?? 0),
            UInt64(limits.data ?? 0), UInt64(limits.maxTasksPerWorker ?? 0),
            UInt64(Double(limits.maxTasksPerWorker ?? 0) * limits.maxTasksJitter),
            UInt64(limits.age.map { max(1, $0.nanoseconds) } ?? 0),
            UInt64(workers - (limits.minimumWorkers ?? workers)),
            UInt64(limits.idleTime.map { max(1, $0.nanoseconds) } ?? 0), UInt64(limits.niceness),
            UInt64(limits.spinTime.nanoseconds),
        ]
        for (index, value) in values.enumerated() { cell(index).store(value) }
        guard !limits.cores.isEmpty else { return }
        for worker in 0..<workers {
            let mask = CoreMask(limits.cores[worker % limits.cores.count])
            let member = Member(arena: arena, index: worker + 1)
            for (index, word) in mask.words.enumerated() { member.coreWord(index).store(word) }
        }
    }

    private func limit(_ index: Int) -> Int? {
        let value = Int(clamping: cell(index).load())
        return value > 0 ? value : nil
    }

    var memory: Int? { limit(0) }
    var idleMemory: Int? { limit(1) }
    var addressSpace: Int? { limit(2) }
    var data: Int? { limit(3) }
    var tasks: Int? { limit(4) }
    /// How many fewer than `tasks` a worker may run.
    var tasksJitter: Int { limit(5) ?? 0 }
    /// Nanoseconds.
    var age: Int64? { limit(6).map(Int64.init) }
    /// How many of the workers, the first ones, are always there.
    var minimumWorkers: Int { max(0, arena.layout.workers - (limit(7) ?? 0)) }
    /// Nanoseconds.
    var idleTime: Int64? { limit(8).map(Int64.init) }
    var niceness: Int { min(19, Int(clamping: cell(9).load())) }

    /// Nanoseconds.
    var spinTime: Int64 { min(1_000_000_000, Int64(clamping: cell(10).load())) }

    /// Whether there are fewer workers at times than there may be.
    var isElastic: Bool { minimumWorkers < arena.layout.workers }
    /// Whether somebody must look at how much memory the workers hold.
    var watchesMemory: Bool { memory != nil || idleMemory != nil }
}
