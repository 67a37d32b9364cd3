import CMultitaskingLinux
import Glibc
import MultitaskingSystem

// Members that die of a signal: they ring the doorbell when they begin to, and end in a moment, unless the system has
// their memory to write out.

extension Supervisor {
    /// How long a member may take to die, in nanoseconds.
    static let dyingTime: Int64 = 10_000_000_000

    /// Ends members that have been dying for too long; when to look again.
    mutating func endDying() -> Int64 {
        var next = Int64.max
        for index in 1..<workers.count {
            if let child = workers[index] { next = min(next, endDying(index, child.process)) }
        }
        for (index, copy) in forkedTasks { next = min(next, endDying(index, copy.process)) }
        return next
    }

    private mutating func endDying(_ index: Int, _ process: ProcessHandle) -> Int64 {
        guard arena.member(index).crashTime.load() != 0 else { return .max }
        let now = monotonicNanoseconds()
        // The member's own word for it is only believed as far as this.
        let since = dying[index] ?? now
        dying[index] = since
        guard now - since >= Self.dyingTime else { return since + Self.dyingTime }
        process.send(SIGKILL)
        return .max
    }

    /// Whether copies of members that have died are still printing their backtraces, which nobody could read otherwise.
    var areBacktracesPrinted: Bool {
        Backtraces(of: arena).arePrinted && ProcessMark(mapping).hasMarkedThemselves
    }
}
