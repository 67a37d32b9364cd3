import Glibc

/// What /proc says of processes.
enum Proc {
    static func entries(_ path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func read(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += bytes.prefix(count)
        }
    }

    static func link(_ path: String) -> String {
        var bytes = [CChar](repeating: 0, count: 256)
        let count = unsafe readlink(path, &bytes, 255)
        return String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The size of a file; 0 if there is none.
    static func size(_ path: String) -> Int {
        var info = stat()
        return unsafe stat(path, &info) == 0 ? Int(info.st_size) : 0
    }

    /// The name that ps shows.
    static func name(_ pid: pid_t) -> String { read("/proc/\(pid)/comm").filter { $0 != "\n" } }

    /// The letter of a process's state; nil if there is no such process.
    static func state(_ pid: pid_t) -> Character? {
        let text = read("/proc/\(pid)/stat")
        guard let end = text.lastIndex(of: ")") else { return nil }
        return text[end...].dropFirst(2).first
    }

    /// Whether a process runs: one that only waits to be reaped does not.
    static func isAlive(_ pid: pid_t) -> Bool { state(pid).map { $0 != "Z" && $0 != "X" } ?? false }

    static func children(of pid: pid_t) -> [pid_t] {
        entries("/proc/\(pid)/task").flatMap { read("/proc/\(pid)/task/\($0)/children").split(separator: " ") }
            .compactMap { pid_t($0) }
    }

    /// The variable by which all processes of a round are known; they inherit it.
    static let tagVariable = "CHAOS_TAG"

    /// Whether a process belongs to the round with this tag; none without a tag does.
    static func carries(_ tag: String, _ pid: pid_t) -> Bool {
        !tag.isEmpty && read("/proc/\(pid)/environ").contains("\(tagVariable)=\(tag)\0")
    }

    /// The processes that carry the tag, and run.
    static func family(_ tag: String) -> [pid_t] {
        entries("/proc").compactMap { pid_t($0) }.filter { carries(tag, $0) && isAlive($0) }
    }

    /// What can be seen of a process from outside.
    static func describe(_ pid: pid_t) -> String {
        "\(name(pid)) (pid \(pid)) is in state \(state(pid).map(String.init) ?? "none"), waits in "
            + "\(read("/proc/\(pid)/wchan")), system call \(read("/proc/\(pid)/syscall").filter { $0 != "\n" })"
    }
}

/// The value of an environment variable; empty if it is not set.
func environment(_ name: String) -> String { unsafe getenv(name).map { unsafe String(cString: $0) } ?? "" }

/// Waits until `condition` holds; false if it does not within the limit.
func eventually(within limit: Duration, _ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + limit
    while !condition() {
        if ContinuousClock.now > deadline { return false }
        usleep(2000)
    }
    return true
}
