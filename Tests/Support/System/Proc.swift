package import Glibc
internal import MultitaskingSystem

/// What /proc says of processes, for tests and their harnesses.
package enum Proc {
    private static let files = SystemFiles()

    package static func entries(_ path: String) -> [String] { files.entries(path) }

    /// The text of a file; empty if it cannot be read.
    package static func read(_ path: String) -> String { files.text(path) ?? "" }

    /// Where a symbolic link leads to.
    package static func link(_ path: String) -> String { files.target(path) }

    /// The size of a file; 0 if there is none.
    package static func size(_ path: String) -> Int {
        var info = stat()
        return unsafe stat(path, &info) == 0 ? Int(info.st_size) : 0
    }

    package static var processes: [pid_t] { entries("/proc").compactMap { pid_t($0) } }

    /// The name that ps shows.
    package static func name(_ pid: pid_t) -> String { read("/proc/\(pid)/comm").filter { $0 != "\n" } }

    /// The state letter and the parent of a process; nil if there is none.
    package static func status(_ pid: pid_t) -> (state: Character, parent: pid_t)? {
        let fields = files.processFields(pid)
        guard fields.count > 1, let state = fields[0].first, let parent = pid_t(fields[1]) else { return nil }
        return (state, parent)
    }

    /// The letter of a process's state; nil if there is no such process.
    package static func state(_ pid: pid_t) -> Character? { status(pid)?.state }

    /// Whether a process runs, or waits to be reaped.
    package static func exists(_ pid: pid_t) -> Bool { status(pid) != nil }

    /// Whether a process runs: one that only waits to be reaped does not.
    package static func isAlive(_ pid: pid_t) -> Bool { state(pid).map { $0 != "Z" && $0 != "X" } ?? false }

    /// When a process was made, in clock ticks since the machine was started.
    package static func startTime(_ pid: pid_t) -> UInt64 {
        let fields = files.processFields(pid)
        return fields.count > 19 ? UInt64(fields[19]) ?? 0 : 0
    }

    /// How many bytes of shared memory a process has in its pages.
    package static func sharedMemory(_ pid: pid_t) -> Int {
        let line = read("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("RssShmem:") }
        return (line?.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0) * 1024
    }

    /// The children of a process, also those that wait to be reaped.
    package static func children(of pid: pid_t) -> [pid_t] {
        entries("/proc/\(pid)/task").flatMap { read("/proc/\(pid)/task/\($0)/children").split(separator: " ") }
            .compactMap { pid_t($0) }
    }

    /// Whether a process has a variable in its environment whose value begins like this, as what it has started does.
    package static func carries(_ variable: String, _ value: String, _ pid: pid_t) -> Bool {
        ("\0" + read("/proc/\(pid)/environ")).contains("\0\(variable)=\(value)")
    }

    /// What can be seen of a process from outside.
    package static func describe(_ pid: pid_t) -> String {
        "\(name(pid)) (pid \(pid)) is in state \(state(pid).map(String.init) ?? "none"), waits in "
            + "\(read("/proc/\(pid)/wchan")), system call \(read("/proc/\(pid)/syscall").filter { $0 != "\n" })"
    }

    /// The names of this process's threads.
    package static var threads: [String] {
        entries("/proc/self/task").map { read("/proc/self/task/\($0)/comm").filter { $0 != "\n" } }
    }
}
