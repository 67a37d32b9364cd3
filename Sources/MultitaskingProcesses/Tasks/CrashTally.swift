import Glibc
import MultitaskingCore

/// How often tasks have ended with their process, by cause; the supervisor alone writes it.
struct CrashTally: Record {
    enum Field: Int, RecordField {
        case timeout = 0
        case memory = 8
        case supervisor = 16
        case copy = 24
        case retried = 32
        case signals = 64
        case exits = 1024

        var size: Int {
            switch self {
            case .signals: CrashTally.signalCount * 8
            case .exits: CrashTally.exitCount * 8
            default: 8
            }
        }
    }

    fileprivate static let signalCount = 65
    fileprivate static let exitCount = 256

    static let size = ArenaLayout.tallyStride

    let arena: Arena
    // In the place of the client, which isn't a worker.
    var offset: Int { ArenaLayout.tallyTable + ArenaLayout.client * Self.size }

    /// How many tasks are run again because their worker died.
    var retried: SharedWord { word(.retried) }

    /// Counts the end of a process that had a task.
    func add(_ status: EndStatus) { word(of: status).increase() }

    private func word(of status: EndStatus) -> SharedWord {
        if status.contains(.timeout) { return word(.timeout) }
        if status.contains(.memory) { return word(.memory) }
        if status.contains(.supervisor) { return word(.supervisor) }
        if status.contains(.clientChild) { return word(.copy) }
        let number = Int(status.number)
        return status.contains(.signal)
            ? word(.signals, min(max(0, number), Self.signalCount - 1)) : word(.exits, number & (Self.exitCount - 1))
    }

    /// How often each cause was met.
    ///
    /// - Parameter name: what a signal is called.
    func counts(name: (Int) -> String) -> [String: Int] {
        var counts = [
            "time limit": word(.timeout).hint, "memory limit": word(.memory).hint,
            "supervisor lost": word(.supervisor).hint, "end of a copy of this process": word(.copy).hint,
        ]
        for signal in 0..<Self.signalCount { counts[name(signal)] = word(.signals, signal).hint }
        for code in 0..<Self.exitCount { counts["exit code \(code)"] = word(.exits, code).hint }
        return counts.filter { $0.value > 0 }
    }
}

extension Arena {
    /// How often tasks have ended with their process.
    var crashes: CrashTally { CrashTally(arena: self) }
}
