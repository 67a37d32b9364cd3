import Glibc
import MultitaskingTestSupport

/// What the round's processes have written down of tasks and blows.
struct Witness {
    private var begunPosition = 0
    private var strikePosition = 0
    /// How often each task has begun.
    private(set) var begun: [UInt32: Int] = [:]
    /// The signals that were sent to each process.
    private var strikes: [pid_t: Set<Int32>] = [:]
    /// How many blows went to workers and to supervisors.
    private(set) var workerStrikes = 0
    private(set) var supervisorStrikes = 0

    /// Reads what is new.
    mutating func update() {
        for record in Logbook.begun.read(from: &begunPosition) {
            begun[UInt32(truncatingIfNeeded: record.first), default: 0] += 1
        }
        for record in Logbook.strikes.read(from: &strikePosition) {
            let strike = Strike(record)
            strikes[strike.pid, default: []].insert(strike.signal)
            guard strike.isDeadly else { continue }
            if strike.isOfSupervisor { supervisorStrikes += 1 } else { workerStrikes += 1 }
        }
    }

    func wasStruck(_ pid: pid_t) -> Bool { strikes[pid] != nil }
    func wasStruck(_ pid: pid_t, by signal: Int32) -> Bool { strikes[pid]?.contains(signal) ?? false }
}

/// One blow from outside.
struct Strike {
    var pid: pid_t
    var signal: Int32
    var isOfSupervisor: Bool

    init(_ signal: Int32, on pid: pid_t, isOfSupervisor: Bool) {
        self.pid = pid
        self.signal = signal
        self.isOfSupervisor = isOfSupervisor
    }

    init(_ record: Logbook.Record) {
        self.init(Int32(truncatingIfNeeded: record.first), on: record.pid, isOfSupervisor: record.second != 0)
    }

    var isDeadly: Bool { signal != SIGSTOP && signal != SIGCONT }

    /// Writes the blow down, and then deals it, if the process is one of the round.
    func deal(tag: String, isNoted: Bool = true) {
        guard Proc.carries(tag, pid) else { return }
        if isNoted { note() }
        kill(pid, signal)
    }

    private func note() {
        Logbook.strikes.note(
            Logbook.Record(kind: 0, pid: pid, first: UInt64(signal), second: isOfSupervisor ? 1 : 0, third: 0))
    }
}
