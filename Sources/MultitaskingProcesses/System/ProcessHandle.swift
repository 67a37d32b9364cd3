import CMultitaskingLinux
import Glibc
import MultitaskingSystem

/// A process, by a pidfd: unlike a process id, that never comes to mean another process.
///
/// An object, so that a process that waits for the process keeps the descriptor open, whatever becomes of its first
/// owner.
final class ProcessHandle: Sendable {
    let id: pid_t
    private let pidfd: Descriptor

    /// - Throws: what the system has refused; `ESRCH` if there is no such process.
    init(of id: pid_t) throws(Refusal) {
        let result = mt_pidfd_open(id)
        guard let pidfd = Descriptor(result) else { throw Refusal(.openPidfd, -result) }
        self.id = id
        self.pidfd = pidfd
    }

    /// What `poll` takes; it is readable when the process has ended.
    var descriptor: Int32 { pidfd.number }

    /// Sends a signal; does nothing if the process has ended.
    func send(_ signal: Int32) { _ = mt_pidfd_send_signal(pidfd.number, signal) }

    /// Whether the process has ended, or does within a few milliseconds; it is not reaped.
    func hasEnded(within milliseconds: Int32 = 0) -> Bool {
        var descriptor = pollfd(fd: pidfd.number, events: Int16(POLLIN), revents: 0)
        return unsafe mt_poll(&descriptor, 1, milliseconds) > 0
    }

    /// Reaps the process, a child, if it has ended; the signal that has killed it, 0 for none. Nil if it has not ended.
    func reap() -> Int32? {
        var signal: Int32 = 0
        return unsafe mt_pidfd_has_ended(pidfd.number, &signal) ? signal : nil
    }
}
