import CMultitaskingLinux
import Glibc

extension Member {
    /// Writes down which process this member is.
    func setProcess(_ process: pid_t) {
        startTime.store(mt_start_time(process))
        pid.store(Self.processWord(of: process))
    }

    /// A pidfd of the member's process; nil if it has ended, also when another process has its number by now.
    func openProcess() -> Int32? {
        guard let process else { return nil }
        let descriptor = mt_pidfd_open(process)
        guard descriptor >= 0 else { return nil }
        // Whoever the descriptor leads to, the number is its own until it is closed, or nobody's.
        if mt_start_time(process) == startTime.load() { return descriptor }
        close(descriptor)
        return nil
    }
}
