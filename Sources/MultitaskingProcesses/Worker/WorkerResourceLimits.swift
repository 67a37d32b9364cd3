import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem

/// Puts a new worker under the limits that the system enforces.
struct WorkerResourceLimits {
    private let me: MemberRecord
    private let limits: LimitsRecord

    init(_ me: MemberRecord, _ limits: LimitsRecord) {
        self.me = me
        self.limits = limits
    }

    /// Sets what belongs to a thread and is inherited by those it starts; what stood in the way, or nil.
    func applyToThread() -> MultitaskingError? {
        if let mask = me.cores {
            let result = unsafe mt_set_cores(mask.words)
            if result < 0 {
                return .system(
                    -result, "bind a worker to the cores \(mask.cores)",
                    advice: "give cores that this process may use in WorkerLimits(cores:)")
            }
            SpinningCores.measureAgain()
        }
        guard limits.niceness > 0 else { return nil }
        let result = mt_add_niceness(Int32(limits.niceness))
        return result < 0 ? .system(-result, "lower the priority of a worker", advice: "leave out niceness") : nil
    }

    /// Sets what belongs to the process; what stood in the way, or nil. To be called when all that it starts with is
    /// there.
    func applyToProcess() -> MultitaskingError? {
        noteBaseMemory()
        return obstacle(to: limits.addressSpace, "address space", mt_limit_address_space)
            ?? obstacle(to: limits.data, "data", mt_limit_data)
    }

    private func obstacle(to limit: Int?, _ name: String, _ set: (UInt64) -> Int32) -> MultitaskingError? {
        guard let limit else { return nil }
        let result = set(UInt64(limit))
        return result < 0 ? .system(-result, "limit the \(name) of a worker", advice: "leave out this limit") : nil
    }

    /// Writes down how much memory this process holds, from which on the supervisor counts.
    func noteBaseMemory() {
        guard limits.watchesMemory, let memory = MemoryGauge(of: getpid())?.privateMemory else { return }
        me.baseMemory.store(UInt64(memory))
    }
}
