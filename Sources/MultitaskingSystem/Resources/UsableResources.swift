internal import MultitaskingPlatform

/// What this process may use of the machine: the one place that sizes are taken from.
///
/// It looks at the affinity of the thread that asks first, at the control groups, and at the limits of the process.
/// What needs files is read once and kept, since it is asked for on the way to the first task.
package struct UsableResources: Sendable {
    /// How many cores' worth of time there is, at least a fraction.
    package let processorTime: Bound<Double>
    /// How many cores this process may run on, whatever its quota; at least 1.
    package let reachableCores: Int
    private let groups: ControlGroups
    private let physicalMemory: Int

    /// How many bytes of memory there are, for all that runs in this process's control group. Read each time: only
    /// pools of processes ask, once each.
    package var memory: Bound<Int> {
        let machine = Bound(physicalMemory, "the machine's memory")
        return groups.memory(lessThan: physicalMemory) ?? machine
    }

    /// How many bytes of memory one process with such limits may have, which are those of this process.
    package func ownMemory(
        addressSpace: Int? = ResourceLimit.addressSpace.current, data: Int? = ResourceLimit.data.current
    ) -> Int { [addressSpace, data].compactMap(\.self).reduce(memory.number, min) }

    /// How many threads or processes keep all that there is busy: a part of a core counts as one. At least 1.
    package var cores: Int { max(1, Int(processorTime.number.rounded(.up))) }

    /// How many threads suit work that waits more than it computes: four more than there are cores, at most 32, as in
    /// Python's `ThreadPoolExecutor`. Tasks that wait for each other must be able to meet also on one core.
    package var threadsForWaiting: Int { min(32, cores + 4) }

    /// How many threads this process may have at most, if it had all that the system allows; nil if nobody says. Read
    /// each time: only what asks for very many asks for it.
    package var threadLimit: Bound<Int>? {
        let files = groups.files
        let sources = [
            ("kernel.threads-max (sysctl)", "/proc/sys/kernel/threads-max", 1),
            ("kernel.pid_max (sysctl)", "/proc/sys/kernel/pid_max", 1),
            // A stack and the page that guards it.
            ("vm.max_map_count (sysctl), of which each thread's stack takes two", "/proc/sys/vm/max_map_count", 2),
        ]
        return sources.reduce(groups.processes) { lowest, source in
            let number = files.numbers(source.1).first
            return Bound.lower(lowest, number.map { Bound(max(0, $0) / source.2, source.0) })
        }
    }

    /// How many threads may run at the same time without using up more than there is; at least 1. This is what spinning
    /// asks for: time that is spun away is missing afterwards.
    package var wholeCores: Int { max(1, Int(processorTime.number)) }

    /// What this process may use, as it was when this was asked for the first time.
    package static let current = UsableResources(SystemFiles())

    /// Reads the figures.
    ///
    /// - Parameters:
    ///   - onlineCores: how many the machine has.
    ///   - physicalMemory: how many bytes the machine has.
    package init(_ files: SystemFiles, onlineCores: Int = Self.onlineCores, physicalMemory: Int = Self.physicalMemory) {
        groups = ControlGroups(files)
        self.physicalMemory = physicalMemory
        var time = Bound(Double(onlineCores), "the machine's cores")
        let allowed = Self.affinity(files) ?? onlineCores
        reachableCores = min(onlineCores, allowed)
        if allowed < onlineCores { time = Bound(Double(allowed), "the cores it may run on (affinity)") }
        processorTime = Bound.lower(time, groups.cores) ?? time
    }

    /// How many cores the machine has; at least 1.
    package static var onlineCores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// How many bytes of memory the machine has; a guess where it does not say.
    package static var physicalMemory: Int {
        let pages = Int(sysconf(Int32(_SC_PHYS_PAGES)))
        let size = Int(sysconf(Int32(_SC_PAGESIZE)))
        return pages > 0 && size > 0 ? pages * size : 1 << 30
    }

    /// How many cores the calling thread may run on; nil if nobody says.
    ///
    /// Read from a file, because the C library's headers hide `sched_getaffinity` from Swift.
    private static func affinity(_ files: SystemFiles) -> Int? {
        let status = files.bytes("/proc/thread-self/status") ?? files.bytes("/proc/self/status")
        return status.flatMap { bits(inMaskAfter: "\nCpus_allowed:", in: $0) }
    }

    /// How many bits are set in a list of hexadecimal numbers, as in `Cpus_allowed:	ff,ffffffff`.
    static func bits(inMaskAfter name: StaticString, in text: [UInt8]) -> Int? {
        let wanted = Array("\(name)".utf8)
        guard
            let start = text.indices.first(where: {
                text[$0] == wanted[0] && text[$0...].starts(with: wanted)
            })
        else { return nil }
        let line = text[(start + wanted.count)...].prefix { $0 != UInt8(ascii: "\n") }
        let count = line.reduce(0) { $0 + (Character(Unicode.Scalar($1)).hexDigitValue?.nonzeroBitCount ?? 0) }
        return count > 0 ? count : nil
    }
}
