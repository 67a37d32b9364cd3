internal import MultitaskingPlatform

/// A limit that the system keeps for each process (`setrlimit`).
package enum ResourceLimit: Sendable, CaseIterable {
    /// How many bytes of addresses it may use.
    case addressSpace
    /// How many bytes of writable memory it may have to itself.
    case data
    /// How long a file it writes may become, in bytes; memory that is shared by descriptor is a file.
    case fileSize
    /// How many bytes it may lock in memory.
    case lockedMemory
    /// How many descriptors it may have.
    case openFiles
    /// How many processes and threads its user may have.
    case processes
    /// How long the stack of its main thread may become, in bytes.
    case stack

    /// What `setrlimit` calls it.
    package var name: String {
        switch self {
        case .addressSpace: "RLIMIT_AS"
        case .data: "RLIMIT_DATA"
        case .fileSize: "RLIMIT_FSIZE"
        case .lockedMemory: "RLIMIT_MEMLOCK"
        case .openFiles: "RLIMIT_NOFILE"
        case .processes: "RLIMIT_NPROC"
        case .stack: "RLIMIT_STACK"
        }
    }

    /// How a shell sets it.
    package var command: String {
        switch self {
        case .addressSpace: "ulimit -v"
        case .data: "ulimit -d"
        case .fileSize: "ulimit -f"
        case .lockedMemory: "ulimit -l"
        case .openFiles: "ulimit -n"
        case .processes: "ulimit -u"
        case .stack: "ulimit -s"
        }
    }

    /// The limit that holds now (the soft one); nil for none.
    package var current: Int? {
        var limits = rlimit()
        // SAFETY: the call writes one structure, which outlives it.
        guard unsafe getrlimit(resource, &limits) == 0 else { return nil }
        // Infinity is the greatest number, or its negative half.
        return limits.rlim_cur >= UInt64(Int64.max) ? nil : Int(limits.rlim_cur)
    }

    /// How many more bytes of addresses this process may use; nil for no limit.
    package static var addressSpaceLeft: Int? {
        guard let limit = addressSpace.current else { return nil }
        // The first number of this file counts the pages there are.
        let pages = SystemFiles().text("/proc/self/statm")?.split(separator: " ").first.flatMap { Int($0) }
        return max(0, limit - (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))))
    }

    #if canImport(Glibc)
        private var resource: __rlimit_resource_t {
            switch self {
            case .addressSpace: __rlimit_resource_t(RLIMIT_AS.rawValue)
            case .data: __rlimit_resource_t(RLIMIT_DATA.rawValue)
            case .fileSize: __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
            case .lockedMemory: __rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue)
            case .openFiles: __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            case .processes: __rlimit_resource_t(__RLIMIT_NPROC.rawValue)
            case .stack: __rlimit_resource_t(RLIMIT_STACK.rawValue)
            }
        }
    #else
        private var resource: Int32 {
            switch self {
            case .addressSpace: Int32(RLIMIT_AS)
            case .data: Int32(RLIMIT_DATA)
            case .fileSize: Int32(RLIMIT_FSIZE)
            case .lockedMemory: Int32(RLIMIT_MEMLOCK)
            case .openFiles: Int32(RLIMIT_NOFILE)
            case .processes: Int32(RLIMIT_NPROC)
            case .stack: Int32(RLIMIT_STACK)
            }
        }
    #endif
}
