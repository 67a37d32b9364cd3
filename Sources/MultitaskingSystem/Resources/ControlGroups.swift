/// The control groups that this process is in, of version 1, version 2, or both.
///
/// A group is bound by its own limits and by those of all groups above it, so each question is asked of all groups from
/// the process's own up to the uppermost that is mounted here. In a container that may be the container's own group:
/// what lies above it cannot be seen.
package struct ControlGroups: Sendable {
    private let files: SystemFiles
    private let memberships: [Membership]
    private let mounts: [Mount]

    /// A line of `/proc/self/cgroup`: `4:cpu,cpuacct:/a/b`, or `0::/a/b` for version 2.
    struct Membership: Equatable {
        /// None in version 2, where a group has them all.
        var controllers: [String]
        var path: String
        var isUnified: Bool
    }

    /// A line of `/proc/self/mountinfo` that mounts a hierarchy of control groups.
    struct Mount: Equatable {
        /// Which group is seen at the mount point.
        var root: String
        var point: String
        /// Those of version 1.
        var controllers: [String]
        var isUnified: Bool
    }

    /// Reads which groups this process is in; none where there is no `/proc`.
    package init(_ files: SystemFiles = SystemFiles()) {
        self.files = files
        memberships = Self.memberships(files.text("/proc/self/cgroup") ?? "")
        mounts = memberships.isEmpty ? [] : Self.mounts(files.text("/proc/self/mountinfo") ?? "")
    }

    // MARK: Limits

    /// How many cores' worth of time the processes of the group get; nil for no quota.
    package var cores: Bound<Double>? {
        let unified = lowest(of: "cpu", isUnified: true) { group -> Bound<Double>? in
            let words = files.text(group + "/cpu.max")?.split { $0 == " " || $0 == "\n" } ?? []
            guard let quota = words.first.flatMap({ Double($0) }), quota > 0 else { return nil }
            let period = words.count > 1 ? Double(words[1]) ?? 100_000 : 100_000
            return period > 0 ? Bound(quota / period, "the CPU quota of its control group (\(group)/cpu.max)") : nil
        }
        let separate = lowest(of: "cpu", isUnified: false) { group -> Bound<Double>? in
            guard let quota = number(group + "/cpu.cfs_quota_us"), quota > 0,
                let period = number(group + "/cpu.cfs_period_us"), period > 0
            else { return nil }
            return Bound(
                Double(quota) / Double(period), "the CPU quota of its control group (\(group)/cpu.cfs_quota_us)")
        }
        return Bound.lower(unified, separate)
    }

    /// How many bytes of memory the processes of the group may hold; nil for no limit.
    package var memory: Bound<Int>? {
        let unified = lowest(of: "memory", isUnified: true) { group in
            // Above `high` the kernel slows the group down until it has given memory back, which shared memory cannot be.
            Bound.lower(limit(group, "memory.max", "memory"), limit(group, "memory.high", "memory"))
        }
        // The last sees limits of groups that are not mounted here, too.
        let separate = lowest(of: "memory", isUnified: false) { group in
            Bound.lower(
                limit(group, "memory.limit_in_bytes", "memory"),
                files.number(after: "hierarchical_memory_limit ", in: group + "/memory.stat")
                    .map { Bound($0, "the memory limit of its control group (\(group)/memory.stat)") })
        }
        return Bound.lower(unified, separate)
    }

    /// How many processes and threads the group may have; nil for no limit.
    package var processes: Bound<Int>? {
        let group = { (group: String) in limit(group, "pids.max", "process") }
        return Bound.lower(
            lowest(of: "pids", isUnified: true, group), lowest(of: "pids", isUnified: false, group))
    }

    /// The limit of processes of a group that has as many as it may; nil if there is none.
    package var fullProcessGroup: Bound<Int>? {
        for isUnified in [true, false] {
            for group in directories(of: "pids", isUnified: isUnified) {
                guard let limit = limit(group, "pids.max", "process"), let now = number(group + "/pids.current"),
                    now >= limit.number
                else { continue }
                return limit
            }
        }
        return nil
    }

    private func number(_ path: String) -> Int? {
        files.text(path).flatMap { text in text.split { $0 == "\n" || $0 == " " }.first.flatMap { Int($0) } }
    }

    private func limit(_ group: String, _ file: String, _ what: String) -> Bound<Int>? {
        number("\(group)/\(file)").flatMap { number in
            number < 0 ? nil : Bound(number, "the \(what) limit of its control group (\(group)/\(file))")
        }
    }

    private func lowest<Number>(
        of controller: String, isUnified: Bool, _ read: (String) -> Bound<Number>?
    ) -> Bound<Number>? {
        directories(of: controller, isUnified: isUnified).reduce(nil) { Bound.lower($0, read($1)) }
    }

    // MARK: Where they are

    /// Where the files of the process's group and of those above it are, from the inside to the outside.
    func directories(of controller: String, isUnified: Bool) -> [String] {
        for membership in memberships
        where membership.isUnified == isUnified && (isUnified || membership.controllers.contains(controller)) {
            let fitting = mounts.filter {
                $0.isUnified == isUnified && (isUnified || $0.controllers.contains(controller))
            }
            // The same hierarchy may be mounted more than once, for example in a container with a part of it.
            let best = fitting.max { Self.depth(of: membership, in: $0) < Self.depth(of: membership, in: $1) }
            if let best { return Self.directories(of: membership, in: best) }
        }
        return []
    }

    /// How much of a group's path a mount's root explains; negative if the group is not below it.
    private static func depth(of membership: Membership, in mount: Mount) -> Int {
        below(mount.root, membership.path) == nil ? -1 : mount.root.utf8.count
    }

    private static func directories(of membership: Membership, in mount: Mount) -> [String] {
        // A group that cannot be seen here is the container's own, or above it: what is mounted is the nearest.
        guard let parts = below(mount.root, membership.path) else { return [mount.point] }
        let point = mount.point == "/" ? "" : mount.point
        return (0...parts.count).reversed().map { count in
            point + parts.prefix(count).map { "/" + $0 }.joined()
        }
    }

    /// What comes after `root` in `path`; nil if the path does not lead there.
    private static func below(_ root: String, _ path: String) -> ArraySlice<Substring>? {
        let roots = root.split(separator: "/")
        let parts = path.split(separator: "/")
        guard parts.starts(with: roots), !parts.contains("..") else { return nil }
        return parts.dropFirst(roots.count)
    }

    // MARK: Reading

    static func memberships(_ text: String) -> [Membership] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            return Membership(
                controllers: fields[1].split(separator: ",").map(String.init), path: String(fields[2]),
                isUnified: fields[0] == "0" && fields[1].isEmpty)
        }
    }

    static func mounts(_ text: String) -> [Mount] {
        text.split(separator: "\n").compactMap { line in
            // A machine may have hundreds of other mounts.
            guard let dash = line.utf8.separator(" - cgroup") else { return nil }
            let fields = line[..<dash].split(separator: " ")
            let system = line[dash...].split(separator: " ")
            guard fields.count >= 6, system.count >= 2 else { return nil }
            return Mount(
                root: unescaped(fields[3]), point: unescaped(fields[4]),
                controllers: system.last.map { $0.split(separator: ",").map(String.init) } ?? [],
                isUnified: system[1] == "cgroup2")
        }
    }

    /// Spaces and the like are written as a backslash and three octal digits.
    private static func unescaped(_ field: Substring) -> String {
        guard field.utf8.contains(UInt8(ascii: "\\")) else { return String(field) }
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Substring.UTF8View {
    /// Where `text` begins for the first time.
    fileprivate func separator(_ text: StaticString) -> Index? {
        let wanted = Array("\(text)".utf8)
        var place = startIndex
        while let first = self[place...].firstIndex(of: wanted[0]) {
            if self[first...].starts(with: wanted) { return first }
            place = index(after: first)
        }
        return nil
    }
}
