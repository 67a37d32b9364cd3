import Glibc
import MultitaskingTestSupport

/// A control group for this process and those it starts, below the one it is in.
///
/// Only where this machine lets us make one: in a container there is often no way, and nothing to install that would
/// help. How limits are read is tested with files that look like a system's in any case (`MultitaskingSystemTests`).
struct ControlGroup {
    private let parent: String
    private let path: String
    private let isUnified: Bool

    /// - Parameter controller: whose limits are to be set; nil is returned where that cannot be.
    init?(_ controller: String) {
        let name = "/pool-harness-\(getpid())"
        let groups = Proc.read("/proc/self/cgroup").split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }
        let own = groups.first { $0.count == 3 && $0[1].split(separator: ",").contains { $0 == controller } }
        if let own {
            isUnified = false
            parent = "/sys/fs/cgroup/\(own[1])" + (own[2] == "/" ? "" : own[2])
        } else {
            guard let own = groups.first(where: { $0.count == 3 && $0[0] == "0" }) else { return nil }
            isUnified = true
            parent = "/sys/fs/cgroup" + (own[2] == "/" ? "" : own[2])
        }
        path = parent + name
        guard unsafe mkdir(path, 0o755) == 0 else { return nil }
        let file =
            ["cpu": ("cpu.max", "cpu.cfs_quota_us"), "memory": ("memory.max", "memory.limit_in_bytes")][controller]
            ?? ("\(controller).max", "\(controller).max")
        guard unsafe access("\(path)/\(isUnified ? file.0 : file.1)", W_OK) == 0 else {
            unsafe rmdir(path)
            return nil
        }
    }

    func set(isUnified file: String, _ value: String, else other: String, _ otherValue: String) {
        check(
            write(isUnified ? value : otherValue, "\(path)/\(isUnified ? file : other)"),
            "cannot limit the group \(path)")
    }

    /// Moves this process into the group.
    func enter() { check(write("\(getpid())", path + "/cgroup.procs"), "cannot enter \(path)") }

    /// Moves it back, and takes the group away once the processes of the scenario are gone.
    func leave() {
        check(write("\(getpid())", parent + "/cgroup.procs"), "cannot leave \(path)")
        check(eventually { unsafe rmdir(path) == 0 }, "the group \(path) has processes still")
    }

    private func write(_ text: String, _ file: String) -> Bool {
        let descriptor = unsafe open(file, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return unsafe Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count
    }
}
