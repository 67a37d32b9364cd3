import CMultitaskingLinux
import Glibc
import MultitaskingSystem

/// What all processes that a worker or copy has started have in common, whatever their parents are by now.
///
/// Bits 0...21 are the process id of the worker or copy, bits 22...61 a number of the pool.
struct ProcessMark {
    private static let pidMask: UInt64 = 1 << 22 - 1

    /// The pool's part, which no other pool of the machine has.
    private let pool: UInt64

    /// The mark of the pool with this memory.
    ///
    /// Its number is made of what the system calls the file behind it. Nothing of it is in that file, where a task
    /// could write another pool's number, and have its supervisor, which may be root's, end that one's processes.
    init(_ mapping: ArenaMapping) {
        let number = mt_file_number(mapping.descriptor) &* 0x9e37_79b9_7f4a_7c15
        pool = max(1, number >> 24) << 22
    }

    private func mark(of pid: pid_t) -> UInt64 { pool | UInt64(pid) & Self.pidMask }

    /// Marks this process, or one that it has just forked.
    func set(on pid: pid_t = getpid()) { _ = mt_set_mark(pid, mark(of: pid)) }

    /// Whether a process is a worker or copy of this pool; where marks cannot be set, nothing speaks against it.
    func isMember(_ pid: pid_t) -> Bool { mt_mark(pid) == mark(of: pid) || !mt_can_mark() }

    /// The worker or copy that a process was started by, directly or not; nil if it has no mark, 0 if that of another
    /// pool.
    func origin(of pid: pid_t) -> pid_t? {
        let mark = mt_mark(pid)
        guard mark != 0 else { return nil }
        return mark & ~Self.pidMask == pool ? pid_t(truncatingIfNeeded: mark & Self.pidMask) : 0
    }

    /// Kills all that a process, which has ended, has started.
    func killAll(of pid: pid_t) {
        kill(mark(of: pid), mask: .max, skipping: pid, sparesLiving: false, patience: Self.shortPatience)
    }

    /// Kills all that the pool's workers and copies have started, and themselves.
    ///
    /// - Parameters:
    ///   - sparesLiving: whether to leave those alone that run, and what they have started.
    ///   - patience: how long to wait for their ends, in nanoseconds.
    func killAll(sparesLiving: Bool, patience: Int64 = Self.shortPatience) {
        kill(pool, mask: ~Self.pidMask, skipping: 0, sparesLiving: sparesLiving, patience: patience)
    }

    /// Whether a process of the pool runs that is neither a worker nor a copy and was started by none but itself.
    ///
    /// To be asked when the workers and copies have ended, which mark themselves as well.
    var hasMarkedThemselves: Bool { mt_has_marked_themselves(pool, ~Self.pidMask) }

    private func kill(_ mark: UInt64, mask: UInt64, skipping skipped: pid_t, sparesLiving: Bool, patience: Int64) {
        let end = monotonicNanoseconds() + patience
        var passes = 0
        // Until none runs: one that is killed while it forks may leave a child that this pass did not see. A pass looks
        // at all processes of the machine, and those that were killed need its cores.
        while mt_kill_marked(mark, mask, skipped, sparesLiving) > 0 {
            passes += 1
            if passes >= Self.fewestPasses, monotonicNanoseconds() > end { return }
            usleep(200 << UInt32(min(passes / 4, 6)))
        }
    }

    private static let fewestPasses = 3

    /// While others wait for this process: those that were killed end without it.
    private static let shortPatience: Int64 = 4_000_000
    /// At the end of a pool. A killed process needs a core to end, and may be in a system call that can't be
    /// interrupted; then it is left to the system.
    static let longPatience: Int64 = 2_000_000_000
}
