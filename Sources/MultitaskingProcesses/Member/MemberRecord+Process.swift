import CMultitaskingLinux
import Glibc

extension MemberRecord {
    /// Writes down which process this member is, for others to know; nobody signals a process because of it.
    func setProcess(_ process: pid_t) { pid.store(Self.processWord(of: process)) }

    /// The member's process; nil if it has ended, or is not the member's.
    ///
    /// What the memory says is a claim that any task may have written there. The system knows better: the process must
    /// have the mark that this pool puts on its members, and a copy must be a child of the client.
    ///
    /// - Parameter isForked: whether the member is a copy, which the client has forked.
    /// - Throws: `Unknown` if the system has no descriptor to find that out with.
    func openProcess(_ mark: ProcessMark, client: pid_t, isForked: Bool) throws(Unknown) -> ProcessHandle? {
        guard let process else { return nil }
        let handle: ProcessHandle
        do { handle = try ProcessHandle(of: process) } catch {
            switch error.code {
            case EMFILE, ENFILE, ENOMEM: throw Unknown()
            default: return nil
            }
        }
        // What is asked of the number is asked of the process behind the descriptor, or that has ended and can get no
        // signal.
        guard mark.isMember(process) else { return nil }
        guard isForked else { return handle }
        let parent = mt_parent(process)
        // No member's parent has the number 0: that file could not be read.
        guard parent != 0 else { throw Unknown() }
        return parent == client ? handle : nil
    }

    /// Whether the member's process has given up its program, as one does that ends: all that can be seen of it without
    /// a descriptor.
    var hasGivenUpProgram: Bool { process.map { !mt_has_program($0) } ?? true }

    /// Nobody can say what has become of a process.
    struct Unknown: Error {}
}
