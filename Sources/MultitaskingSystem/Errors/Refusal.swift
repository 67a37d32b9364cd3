package import MultitaskingCore
internal import MultitaskingPlatform

/// A system call that was refused: which, with what error number, and so what can be done about it.
///
/// Several limits lead to the same error number, so those that hold for this process are looked at: advice that names
/// the wrong one is worse than none.
package struct Refusal: Error, Equatable {
    /// The calls that a pool cannot do without.
    package enum Call: UInt8, Sendable, CaseIterable {
        case fork = 1
        case spawn
        case createThread
        case openPidfd
        case signalPidfd
        case openEventfd
        case createMemfd
        case sizeFile
        case sealFile
        case openSocket
        case map
        case openPipe
        case writeFile
        case openDirectory

        /// What the system calls it.
        package var name: String {
            switch self {
            case .fork: "fork"
            case .spawn: "posix_spawn"
            case .createThread: "pthread_create"
            case .openPidfd: "pidfd_open"
            case .signalPidfd: "pidfd_send_signal"
            case .openEventfd: "eventfd"
            case .createMemfd: "memfd_create"
            case .sizeFile: "ftruncate"
            case .sealFile: "fcntl(F_ADD_SEALS)"
            case .openSocket: "socketpair"
            case .map: "mmap"
            case .openPipe: "pipe"
            case .writeFile: "pwrite"
            case .openDirectory: "opendir"
            }
        }

        fileprivate var makesProcess: Bool { self == .fork || self == .spawn || self == .createThread }
    }

    package let call: Call
    /// The positive error number.
    package let code: Int32

    package init(_ call: Call, _ code: Int32) {
        self.call = call
        self.code = code
    }

    /// The error that says so.
    ///
    /// - Parameters:
    ///   - attempt: what was attempted, after "could not".
    ///   - alternative: what the caller can do besides, in words that go on after "or".
    package func error(_ attempt: String, or alternative: String? = nil) -> MultitaskingError {
        let kind: MultitaskingError.Code = code == EPERM || code == EACCES ? .permissionDenied : .systemError
        let advice = [advice, alternative].compactMap(\.self).joined(separator: ", or ")
        let text = "could not \(attempt): \(call.name): \(describe(errno: code))"
        return MultitaskingError(kind, advice.isEmpty ? text : "\(text); \(advice)")
    }

    /// What led to it, and what helps; nil if nobody knows.
    package var advice: String? { advice(SystemFiles()) }

    func advice(_ files: SystemFiles) -> String? {
        switch code {
        case ENOSYS:
            "this kernel does not have \(call.name), or a sandbox blocks it: process pools require Linux 5.4 or later "
                + "(uname -r); allow the call in the sandbox's seccomp profile, or use a thread pool"
        case EPERM, EACCES:
            call == .spawn
                ? "this user may not execute this program's file again (is it mounted noexec?), or a sandbox forbids "
                    + "starting a process: allow this (clone3, in its seccomp profile), or use a thread pool"
                : "a sandbox forbids it: allow \(call.name) in its seccomp profile, or use a thread pool"
        case ENOENT where call == .spawn:
            "/proc, by which this program is started again, is missing: mount it (mount -t proc proc /proc), or make "
                + "the "
                + "pool before any thread starts, so that it can be forked"
        // Descriptors that are handed on are given the lowest numbers, by way of higher ones.
        case EBADF where call == .spawn: raising(.openFiles, nil)
        case EMFILE: raising(.openFiles, "close descriptors that are not needed")
        case ENFILE: "the machine has no open files left: close some, or raise fs.file-max (sysctl)"
        case EFBIG: raising(.fileSize, nil)
        case E2BIG where call == .spawn:
            "the program's arguments and environment are too long to be handed on: shorten "
                + "them, each to less than 128 KiB, or make the pool before any thread starts, so that it can be forked"
        case EAGAIN where call.makesProcess: processAdvice(files)
        case EAGAIN where call == .map: "this program locks its memory (mlockall): " + raising(.lockedMemory, nil)
        case ENOMEM where call == .map:
            memoryAdvice ?? "the machine doesn't have enough address space for that much memory"
        case ENOMEM, ENOSPC:
            call == .createThread
                ? memoryAdvice ?? Self.lackOfMemory(files) : Self.lackOfMemory(files)
        default: nil
        }
    }

    private func raising(_ limit: ResourceLimit, _ first: String?) -> String {
        let number =
            limit.current.map { "the limit \(limit.name) is \($0): " } ?? "the limit \(limit.name) is reached: "
        return number + (first.map { $0 + ", or " } ?? "") + "raise it (\(limit.command))"
    }

    /// Which of the limits of memory that a process has itself can be the reason; nil if it has none.
    private var memoryAdvice: String? {
        if ResourceLimit.addressSpace.current != nil { return raising(.addressSpace, nil) }
        // Shared memory does not count there.
        if call != .map, ResourceLimit.data.current != nil { return raising(.data, nil) }
        return nil
    }

    private static func lackOfMemory(_ files: SystemFiles) -> String {
        let memory = UsableResources(files).memory
        return
            "there is too little memory, \(memory.number >> 20) MiB because of \(memory.source): free some, or allow "
            + "more"
    }

    /// Which limit of processes and threads is reached.
    private func processAdvice(_ files: SystemFiles) -> String {
        if let full = ControlGroups(files).fullProcessGroup {
            return "there may be \(full.number) processes and threads because of \(full.source): end some, or raise it"
        }
        let total = Self.threadsOfMachine(files)
        // The machine's first user is exempt, and a limit above all that run is not the one that was met.
        let isExempt = getuid() == 0 && !Self.isInUserNamespace(files)
        if !isExempt, let limit = ResourceLimit.processes.current, total.map({ limit <= $0 }) ?? true {
            return
                "the limit \(ResourceLimit.processes.name) is \(limit): end some of this user's processes and threads, "
                + "or raise it (\(ResourceLimit.processes.command))"
        }
        // The C library says the same when it finds no room for a thread's stack.
        if call == .createThread, let memoryAdvice { return memoryAdvice }
        return "the machine has no room for another process or thread, or a control group above this container's has "
            + "reached its limit: end some, or raise kernel.threads-max and kernel.pid_max (sysctl), or that group's "
            + "pids.max"
    }

    /// Whether this process's user may be another one for the machine.
    private static func isInUserNamespace(_ files: SystemFiles) -> Bool {
        guard let map = files.text("/proc/self/uid_map") else { return false }
        return map.split(whereSeparator: \.isWhitespace) != ["0", "0", "4294967295"]
    }

    /// How many processes and threads there are in all, from `/proc/loadavg`.
    private static func threadsOfMachine(_ files: SystemFiles) -> Int? {
        guard let fields = files.text("/proc/loadavg")?.split(separator: " "), fields.count > 3 else { return nil }
        return fields[3].split(separator: "/").last.flatMap { Int($0) }
    }
}
