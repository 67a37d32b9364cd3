import MultitaskingCore
import MultitaskingSystem

/// The limits of the pool's workers, in the arena's header, where every supervisor and worker finds them.
///
/// They are written before there is anybody else, and do not change. 0 stands for no limit in each of them, as in an
/// arena that nobody has written to.
struct LimitsRecord: Record {
    enum Field: Int, RecordField {
        case memory = 0
        case idleMemory = 8
        case addressSpace = 16
        case data = 24
        case tasks = 32
        case tasksJitter = 40
        case age = 48
        case minimumWorkers = 56
        case idleTime = 64
        case niceness = 72
        case spinTime = 80
        case initializerTimeout = 88
        case finalizerTimeout = 96
    }

    static let size = 128

    let arena: Arena
    let offset: Int

    /// Writes limits that have been validated.
    func store(_ limits: WorkerLimits) {
        let workers = arena.layout.workers
        store(limits.memory, .memory)
        store(limits.idleMemory, .idleMemory)
        store(limits.addressSpace, .addressSpace)
        store(limits.data, .data)
        store(limits.maxTasksPerWorker, .tasks)
        // As a number, a part of the greatest there is may be greater than that.
        store(limits.maxTasksPerWorker.map { Int(min(Double($0) * limits.maxTasksJitter, 0x1p62)) }, .tasksJitter)
        store(limits.age.map { max(1, Int($0.nanoseconds)) }, .age)
        store(limits.minimumWorkers.map { $0 + 1 }, .minimumWorkers)
        store(limits.idleTime.map { max(1, Int($0.nanoseconds)) }, .idleTime)
        store(limits.niceness, .niceness)
        store(Int(limits.spinTime.nanoseconds), .spinTime)
        guard !limits.cores.isEmpty else { return }
        for worker in 0..<workers {
            arena.member(worker + 1).cores = CoreMask(limits.cores[worker % limits.cores.count])
        }
    }

    func store(initializerTimeout: Duration?, finalizerTimeout: Duration?) {
        store(initializerTimeout.map { max(1, Int($0.nanoseconds)) }, .initializerTimeout)
        store(finalizerTimeout.map { max(1, Int($0.nanoseconds)) }, .finalizerTimeout)
    }

    private func store(_ limit: Int?, _ field: Field) { word(field).store(UInt64(limit ?? 0)) }

    private func limit(_ field: Field) -> Int? {
        let value = Int(clamping: word(field).load())
        return value > 0 ? value : nil
    }

    var memory: Int? { limit(.memory) }
    var idleMemory: Int? { limit(.idleMemory) }
    var addressSpace: Int? { limit(.addressSpace) }
    var data: Int? { limit(.data) }
    var tasks: Int? { limit(.tasks) }
    /// How many fewer than `tasks` a worker may run.
    var tasksJitter: Int { limit(.tasksJitter) ?? 0 }
    /// Nanoseconds.
    var age: Int64? { limit(.age).map(Int64.init) }
    /// How many of the workers, the first ones, are always there.
    var minimumWorkers: Int { min(arena.workerTarget, limit(.minimumWorkers).map { $0 - 1 } ?? .max) }
    /// Nanoseconds.
    var idleTime: Int64? { limit(.idleTime).map(Int64.init) }
    var niceness: Int { min(19, limit(.niceness) ?? 0) }
    /// Nanoseconds.
    var spinTime: Int64 { Int64(min(1_000_000_000, limit(.spinTime) ?? 0)) }

    /// How long the initializer may take, in nanoseconds.
    var initializerTimeout: Int64? { limit(.initializerTimeout).map(Int64.init) }
    /// How long the finalizer may take, in nanoseconds.
    var finalizerTimeout: Int64? { limit(.finalizerTimeout).map(Int64.init) }

    /// Whether there are fewer workers at times than there may be.
    var isElastic: Bool { limit(.minimumWorkers) != nil }
    /// Whether somebody must look at how much memory the workers hold.
    var watchesMemory: Bool { memory != nil || idleMemory != nil }
}
