import CMultitaskingLinux
import Glibc

extension MemberRecord {
    /// Writes down which process this member is, for others to know; nobody signals a process because of it.
    func setProcess(_ process: pid_t) { pid.store(Self.processWord(of: process)) }

    /// The member's process; nil if it has ended.
    ///
    /// What the memory says is a claim that any task may have written there. The system knows better: the process must
    /// have the mark that this pool puts on its members, and a copy must be a child of the client.
    ///
    /// - Parameter isForked: whether the member is a copy, which the client has forked.
    func openProcess(_ mark: ProcessMark, client: pid_t, isForked: Bool) -> ProcessHandle? {
        guard let process, let handle = try? ProcessHandle(of: process) else { return nil }
        // What is asked of the number is asked of the process behind the descriptor, or that has ended and can get no
        // signal.
        return mark.isMember(process) && (!isForked || mt_parent(process) == client) ? handle : nil
    }
}
