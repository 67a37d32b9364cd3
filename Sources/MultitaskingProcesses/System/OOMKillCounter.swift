import CMultitaskingLinux
import Synchronization

/// Whether the system's out-of-memory killer was at work: the kernel counts its victims, and says no more to everybody.
final class OOMKillCounter: Sendable {
    private let path: String
    private let seen = Mutex<Int?>(nil)

    /// - Parameter path: a file with a line `oom_kill` and a number.
    init(path: String = "/proc/vmstat") { self.path = path }

    /// Counts from now on. The kernel takes long to write the file, so this is not done on the way to the first worker.
    func begin() {
        let count = Self.count(path)
        seen.withLock { $0 = count }
    }

    /// Whether the system says how many there were.
    var isCounted: Bool { seen.withLock { $0 } != nil }

    /// Whether there were more victims than when this was last asked, or began.
    func hasKilledSinceLastAsked() -> Bool {
        guard let now = Self.count(path) else { return false }
        return seen.withLock { exchange(&$0, with: now) }.map { now > $0 } ?? false
    }

    private static func count(_ path: String) -> Int? {
        let count = unsafe mt_read_count(path, "oom_kill")
        return count < 0 ? nil : Int(count)
    }
}
