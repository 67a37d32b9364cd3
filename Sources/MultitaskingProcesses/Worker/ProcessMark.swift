import CMultitaskingLinux
import Glibc

/// What all processes that a worker or copy has started have in common, whoever their parents are by now.
///
/// Bits 0...21 are the process id of the worker or copy, bits 22...61 a random number of the pool.
struct ProcessMark {
    private static let pidMask: UInt64 = 1 << 22 - 1

    let arena: Arena

    /// The pool's part; 0 in an arena without one.
    private var pool: UInt64 { arena.header(ArenaLayout.Header.poolMark).load() }

    /// Draws the pool's number.
    func prepare() {
        arena.header(ArenaLayout.Header.poolMark).store(UInt64.random(in: 1..<1 << 40) << 22)
    }

    private func mark(of pid: pid_t) -> UInt64 { pool | UInt64(pid) & Self.pidMask }

    /// Marks this process.
    func set() { if pool != 0 { _ = mt_set_mark(mark(of: getpid())) } }

    /// The worker or copy that a process was started by, directly or not; nil if it has no mark, 0 if that of another pool.
    func origin(of pid: pid_t) -> pid_t? {
        let mark = mt_mark(pid)
        guard mark != 0 else { return nil }
        return mark & ~Self.pidMask == pool ? pid_t(truncatingIfNeeded: mark & Self.pidMask) : 0
    }

    /// Kills all that a process, which has ended, has started.
    func killAll(of pid: pid_t) { kill(mark(of: pid), mask: .max, skipping: pid, sparesLiving: false) }

    /// Kills all that the pool's workers and copies have started, and themselves.
    ///
    /// - Parameter sparesLiving: whether to leave those alone that run, and what they have started.
    func killAll(sparesLiving: Bool) { kill(pool, mask: ~Self.pidMask, skipping: 0, sparesLiving: sparesLiving) }

    private func kill(_ mark: UInt64, mask: UInt64, skipping skipped: pid_t, sparesLiving: Bool) {
        guard pool != 0 else { return }
        // Once more as long as there are any: one that was just forking may have a child that was not there yet.
        for _ in 0..<16 {
            guard mt_kill_marked(mark, mask, skipped, sparesLiving) > 0 else { return }
            usleep(200)
        }
    }
}
