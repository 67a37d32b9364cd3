import CMultitaskingLinux
import Glibc
import MultitaskingSystem

// What tasks have started and left behind. The supervisor is the parent of all descendants of its workers whose own
// parents have ended, so those are its children which are not its workers.

extension Supervisor {
    /// How many children are looked at in one go; if there are more, the rest when these are gone.
    private static let batch = 1024

    /// The most time that one round counts for, in nanoseconds.
    private static let longestRound: Int64 = 5_000_000

    private var orphans: [pid_t] {
        var pids = [pid_t](repeating: 0, count: Self.batch)
        let count = unsafe mt_children(&pids, Int32(Self.batch))
        let own = Set(workers.compactMap { $0?.pid })
        return pids.prefix(Int(count)).filter { !own.contains($0) }
    }

    /// Whether tasks have left processes behind.
    var hasOrphans: Bool { !orphans.isEmpty }

    /// Reaps the orphans that have ended, and kills those whose worker has.
    mutating func reapOrphans() {
        guard mt_children_changed() else { return }
        let mark = ProcessMark(mapping)
        // Then they are somebody else's children.
        if !adoptsOrphans { mark.killAll(sparesLiving: true) }
        guard mt_has_children() else { return }
        for pid in orphans {
            var info = mt_exit_info()
            guard unsafe mt_reap(pid, false, &info) == 0 else { continue }
            // One without a mark may be anybody's; it is left alone until the pool ends.
            guard let origin = mark.origin(of: pid), !workers.contains(where: { $0?.pid == origin }) else { continue }
            // It prints the backtrace of a worker, and ends soon.
            if origin == pid { continue }
            // Not reaped yet, so the number is its own. Its end, and its children's arrival, are news again.
            kill(pid, SIGKILL)
        }
    }

    /// Kills and reaps all orphans; at the end of the pool, when the workers are gone or have been killed.
    mutating func killOrphans() {
        // The system may have refused to make them this process's, or not say which they are (CONFIG_PROC_CHILDREN).
        let areListed = unsafe access("/proc/self/task/\(getpid())/children", R_OK) == 0
        if !adoptsOrphans || !areListed {
            ProcessMark(mapping).killAll(sparesLiving: false, patience: ProcessMark.longPatience)
            return
        }
        // In case one is in the middle of a system call that cannot be interrupted, it is left to the system.
        var left = ProcessMark.longPatience
        var last = monotonicNanoseconds()
        // A look may miss one while another is just ending.
        while mt_has_children(), left > 0 {
            for pid in orphans {
                kill(pid, SIGKILL)
                var info = mt_exit_info()
                _ = unsafe mt_reap(pid, false, &info)
            }
            if mt_has_children() { usleep(200) }
            let now = monotonicNanoseconds()
            // Where this process waits for a core, so do those that it has killed.
            left -= min(now - last, Self.longestRound)
            last = now
        }
    }
}
