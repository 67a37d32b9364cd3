import Glibc
import Synchronization

/// Whether the system's out-of-memory killer was at work: the kernel counts its victims, and says no more to everybody.
final class SystemKills: Sendable {
    private let path: String
    private let seen: Mutex<Int?>

    /// - Parameter path: a file with a line `oom_kill` and a number.
    init(path: String = "/proc/vmstat") {
        self.path = path
        seen = Mutex(Self.count(path))
    }

    /// Whether the system says how many there were.
    var isCounted: Bool { seen.withLock { $0 } != nil }

    /// Whether there were more victims than when this was last asked, or made.
    func hasKilledSinceLastAsked() -> Bool {
        guard let now = Self.count(path) else { return false }
        return seen.withLock { seen in
            defer { seen = now }
            return seen.map { now > $0 } ?? false
        }
    }

    private static func count(_ path: String) -> Int? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        var count = 0
        while count < bytes.count {
            let result = unsafe bytes.withUnsafeMutableBytes { bytes in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
                return unsafe read(descriptor, rest.baseAddress, rest.count)
            }
            guard result > 0 else { break }
            count += result
        }
        let name = Array("oom_kill ".utf8)
        let line = bytes[..<count].split(separator: 10).first { $0.starts(with: name) }
        return line.flatMap { Int(String(decoding: $0.dropFirst(name.count), as: UTF8.self)) }
    }
}
