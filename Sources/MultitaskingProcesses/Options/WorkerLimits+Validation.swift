import CMultitaskingLinux
import MultitaskingCore

extension WorkerLimits {
    /// Throws `invalidArgument` unless every limit can be kept by a pool of so many workers.
    func validate(maxWorkers: Int) throws {
        let bytes = [("memory", memory), ("idleMemory", idleMemory), ("addressSpace", addressSpace), ("data", data)]
        for case (let name, let value?) in bytes where value < 1 {
            throw invalid("\(name) is \(value) bytes; give at least 1, or nil for no limit")
        }
        if let maxTasksPerWorker, maxTasksPerWorker < 1 {
            throw invalid(
                "maxTasksPerWorker is \(maxTasksPerWorker); give at least 1, or nil for no limit")
        }
        guard (0...1).contains(maxTasksJitter) else {
            throw invalid("maxTasksJitter is \(maxTasksJitter); give a fraction of maxTasksPerWorker, from 0 to 1")
        }
        for case (let name, let value?) in [("age", age), ("idleTime", idleTime)] where value <= .zero {
            throw invalid("\(name) is \(value); give a time above zero, or nil for no limit")
        }
        if let minimumWorkers, !(0...maxWorkers).contains(minimumWorkers) {
            throw invalid(
                "minimumWorkers is \(minimumWorkers); give a number from 0 to the pool's maxWorkers, \(maxWorkers)")
        }
        if idleTime != nil, minimumWorkers == nil {
            throw invalid("idleTime has no effect while all workers are kept; give minimumWorkers as well")
        }
        guard (0...19).contains(niceness) else {
            throw invalid("niceness is \(niceness); give a number from 0 to 19, since only root may lower it")
        }
        guard (.zero ... .seconds(1)).contains(spinTime) else {
            throw invalid("spinTime is \(spinTime); give a time from zero, for no spinning, to one second")
        }
        try validateCores()
    }

    private func validateCores() throws {
        guard !cores.isEmpty else { return }
        let usable = CoreMask.usable
        for set in cores {
            guard !set.isEmpty else { throw invalid("a set of cores is empty; give each at least one core") }
            let foreign = set.filter { !usable.contains($0) }.sorted()
            guard foreign.isEmpty else {
                throw invalid(
                    "cores \(foreign) do not exist or are not for this process; it may use \(usable.cores)")
            }
        }
    }

    private func invalid(_ message: String) -> MultitaskingError { MultitaskingError(.invalidArgument, message) }
}
