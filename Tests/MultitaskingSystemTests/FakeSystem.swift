import Glibc
import MultitaskingSystem
import Testing

/// A directory that looks like a system's root, as far as limits are read from it.
final class FakeSystem {
    let root: String

    /// - Parameters:
    ///   - cgroup: the lines of `/proc/self/cgroup`.
    ///   - mounts: of control groups: the root, the mount point, and the file system with its options.
    ///   - contents: files by path.
    init(
        cgroup: String = "", mounts: [(root: String, point: String, system: String)] = [],
        _ contents: [String: String] = [:]
    )
        throws
    {
        root = "/tmp/multitasking-system-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try write("/proc/self/cgroup", cgroup)
        let others = "22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
        let lines = mounts.enumerated().map { number, mount in
            "\(30 + number) 22 0:\(30 + number) \(mount.root) \(mount.point) rw,relatime shared:9 master:3 - "
                + "\(mount.system)\n"
        }
        try write("/proc/self/mountinfo", others + lines.joined())
        for (path, text) in contents { try write(path, text) }
    }

    deinit { remove(root) }

    /// The limit is read when it is asked for, and the files must be there then.
    func threadLimit() -> Bound<Int>? { withExtendedLifetime(self) { resources().threadLimit } }

    func resources(cores: Int = 64, memory: Int = 64 << 30) -> UsableResources {
        UsableResources(SystemFiles(root: root), onlineCores: cores, physicalMemory: memory)
    }

    var processes: Bound<Int>? { ControlGroups(SystemFiles(root: root)).processes }

    func write(_ path: String, _ text: String) throws {
        var directory = root
        _ = unsafe mkdir(directory, 0o700)
        for part in path.split(separator: "/").dropLast() {
            directory += "/" + part
            _ = unsafe mkdir(directory, 0o700)
        }
        let descriptor = unsafe open(root + path, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        try #require(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }

    private func remove(_ path: String) {
        if let directory = unsafe opendir(path) {
            while let entry = unsafe readdir(directory) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                    unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            unsafe closedir(directory)
            unsafe rmdir(path)
        } else {
            unsafe unlink(path)
        }
    }
}
