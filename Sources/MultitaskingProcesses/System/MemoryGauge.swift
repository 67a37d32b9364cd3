import CMultitaskingLinux
import Glibc

/// Tells how much memory a process has for itself.
final class MemoryGauge: Sendable {
    private let file: Descriptor

    /// Nil if the system does not say.
    init?(of process: pid_t) {
        guard let file = Descriptor(mt_open_memory(process)) else { return nil }
        self.file = file
    }

    /// How many bytes the process has and does not share; nil if nobody knows.
    var privateMemory: Int? {
        let memory = mt_private_memory(file.number)
        return memory < 0 ? nil : Int(memory)
    }
}
