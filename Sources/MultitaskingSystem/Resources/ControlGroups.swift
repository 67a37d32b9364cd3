/// The control groups that this process is in, of version 1, version 2, or both.
///
/// A group is bound by its own limits and by those of all groups above it, so each question is asked of all groups from
/// the process's own up to the uppermost that is mounted here. In a container that may be the container's own group:
/// what lies above it cannot be seen.
package struct ControlGroups: Sendable {
    let files: SystemFiles
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
        memberships = Self.memberships(files.bytes("/proc/self/cgroup") ?? [])
        if memberships.isEmpty {
            mounts = []
        } else if let usual = Self.usualMount(memberships, files) {
            mounts = [usual]
        } else {
            mounts = Self.mounts(files.bytes("/proc/self/mountinfo") ?? [])
        }
    }

    // MARK: Limits

    /// How many cores' worth of time the processes of the group get; nil for no quota.
    package var cores: Bound<Double>? {
        let unified = lowest(of: "cpu", isUnified: true) { group -> Bound<Double>? in
            let numbers = files.numbers(group + "/cpu.max")
            guard let quota = numbers.first, quota > 0 else { return nil }
            let period = numbers.count > 1 ? numbers[1] : 100_000
            guard period > 0 else { return nil }
            return Bound(Double(quota) / Double(period), "the CPU quota of its control group (\(group)/cpu.max)")
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

    /// How many bytes of memory the processes of the group may hold; nil if that is not less than `machine`, which the
    /// machine has.
    package func memory(lessThan machine: Int) -> Bound<Int>? {
        let unified = lowest(of: "memory", isUnified: true) { group in
            // Above `high` the kernel slows the group down until it has given memory back, which shared memory cannot
            // be.
            Bound.lower(limit(group, "memory.max", "memory"), limit(group, "memory.high", "memory"))
        }
        let separate = separateMemory(lessThan: machine)
        return Bound.lower(unified, separate).flatMap { $0.number < machine ? $0 : nil }
    }

    /// The limit of groups of version 1.
    private func separateMemory(lessThan machine: Int) -> Bound<Int>? {
        // Sees limits of groups that are not mounted here, too. The kernel takes long to write it, so only the
        // process's own is read, where all that are above are taken into account, unless there is a limit to be found.
        let hierarchical = { (group: String) -> Int? in
            files.number(after: "hierarchical_memory_limit ", in: group + "/memory.stat")
        }
        let groups = directories(of: "memory", isUnified: false)
        if let own = groups.first.flatMap(hierarchical), own >= machine { return nil }
        return lowest(of: "memory", isUnified: false) { group in
            Bound.lower(
                limit(group, "memory.limit_in_bytes", "memory"),
                hierarchical(group).map { Bound($0, "the memory limit of its control group (\(group)/memory.stat)") })
        }
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

    private func number(_ path: String) -> Int? { files.numbers(path).first }

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
    private static func below(_ root: String, _ path: String) -> ArraySlice<String>? {
        let roots = parts(root)
        let parts = parts(path)
        guard parts.starts(with: roots), !parts.contains("..") else { return nil }
        return parts.dropFirst(roots.count)
    }

    private static func parts(_ path: String) -> [String] {
        Array(path.utf8).split(separator: UInt8(ascii: "/")).map(\.text)
    }

    // MARK: Reading

    static func memberships(_ file: [UInt8]) -> [Membership] {
        file.lines.compactMap { line in
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            return Membership(
                controllers: names(fields[1]), path: fields[2].text,
                isUnified: fields[0].elementsEqual("0".utf8) && fields[1].isEmpty)
        }
    }

    /// The place where version 2 is mounted nearly everywhere, if the group is seen there: to read the list of all
    /// mounts takes longer than all the rest.
    private static func usualMount(_ memberships: [Membership], _ files: SystemFiles) -> Mount? {
        let usual = Mount(root: "/", point: "/sys/fs/cgroup", controllers: [], isUnified: true)
        guard memberships.count == 1, memberships[0].isUnified,
            let group = directories(of: memberships[0], in: usual).first,
            files.exists(group + "/cgroup.controllers"), files.exists(usual.point + "/cgroup.controllers")
        else { return nil }
        return usual
    }

    static func mounts(_ file: [UInt8]) -> [Mount] {
        file.lines.compactMap { line in
            let fields = line.split(separator: UInt8(ascii: " "))
            // Some fields before it are optional. A machine may have hundreds of other mounts.
            guard let dash = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }), dash >= 6,
                fields.count > dash + 2, fields[dash + 1].starts(with: "cgroup".utf8), let options = fields.last
            else { return nil }
            return Mount(
                root: unescaped(fields[3]), point: unescaped(fields[4]), controllers: names(options),
                isUnified: fields[dash + 1].elementsEqual("cgroup2".utf8))
        }
    }

    private static func names(_ list: ArraySlice<UInt8>) -> [String] {
        list.split(separator: UInt8(ascii: ",")).map(\.text)
    }

    /// Spaces and the like are written as a backslash and three octal digits.
    private static func unescaped(_ field: ArraySlice<UInt8>) -> String {
        guard field.contains(UInt8(ascii: "\\")) else { return field.text }
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, let code = UInt8(digits.text, radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
