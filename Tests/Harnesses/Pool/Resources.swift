import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

/// What this process holds of the system: descriptors, threads, children.
struct Resources {
    private let descriptors = Proc.entries("/proc/self/fd").count

    /// Checks that all is as it was when this value was made, and no process of this harness runs but itself.
    func checkNothingIsLeft() {
        let isGone = eventually { Proc.children.isEmpty && Proc.family.isEmpty }
        check(isGone, "children \(Proc.children) and processes \(Proc.family) are left")
        let areClosed = eventually { Proc.entries("/proc/self/fd").count <= descriptors + Proc.dispatchDescriptors }
        check(areClosed, "descriptors are left: \(Proc.openFiles)")
        check(eventually { Proc.poolThreads.isEmpty }, "threads of a pool are left")
        check(!Proc.entries("/dev/shm").contains { $0.contains("multitasking") }, "something is left in /dev/shm")
    }
}

extension Proc {
    /// How many lines a file has that may be longer than `read` reads.
    static func lineCount(_ path: String) -> Int {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var lines = 0
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return lines }
            lines += bytes.prefix(count).count { $0 == 10 }
        }
    }

    /// How often the threads of a process have gone to sleep so far.
    static func wakes(_ pid: pid_t) -> Int {
        entries("/proc/\(pid)/task").reduce(0) { sum, thread in
            let lines = read("/proc/\(pid)/task/\(thread)/status").split(separator: "\n")
            let line = lines.first { $0.hasPrefix("voluntary_ctxt_switches:") } ?? ""
            return sum + (line.split(separator: "\t").last.flatMap { Int($0) } ?? 0)
        }
    }

    /// The children of this process, also those that wait to be reaped.
    static var children: [pid_t] { processes.filter { status($0)?.parent == getpid() } }

    /// The other processes that inherited this one's tag.
    static var family: [pid_t] {
        guard let tag = unsafe getenv("POOL_HARNESS_TAG").map({ unsafe String(cString: $0) }) else { return [] }
        return processes.filter {
            $0 != getpid() && $0 != getppid() && carries("POOL_HARNESS_TAG", tag, $0) && state($0) ?? "Z" != "Z"
        }
    }

    /// Whether this process's session has a terminal.
    static var hasTerminal: Bool {
        let terminal = unsafe open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
        defer { if terminal >= 0 { close(terminal) } }
        return terminal >= 0
    }

    static var poolThreads: [String] { threads.filter { $0.hasPrefix("pool-watcher") } }

    /// What each descriptor leads to.
    static var openFiles: [String] { entries("/proc/self/fd").map { $0 + "→" + link("/proc/self/fd/\($0)") } }

    /// The path of the program that loads this one and its libraries.
    static var loader: String {
        let names = read("/proc/self/maps").split(separator: "\n").compactMap { $0.split(separator: " ").last }
        return names.first { $0.contains("/ld-linux") || $0.contains("/ld.so") }.map(String.init) ?? ""
    }

    /// Dispatch keeps an epoll, a timer and an event descriptor once it was used.
    static var dispatchDescriptors: Int {
        openFiles.filter { $0.contains("anon_inode:[eventpoll]") || $0.contains("anon_inode:[timerfd]") }.count
            + (openFiles.contains { $0.contains("[eventpoll]") } ? 1 : 0)
    }
}

/// Starts this program again with another scenario, and other streams if there are any; its process id.
func launchHarness(
    _ scenario: String, _ method: StartMethod, _ number: Int, out: Int32 = 1, err: Int32 = 2
) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, out, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, err, 2)
    let arguments = ["pool-harness", scenario, method.rawValue, String(number)]
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    var pid = pid_t()
    let code = unsafe posix_spawn(&pid, "/proc/self/exe", &actions, nil, &pointers, environ)
    guard code == 0 else { throw MultitaskingError(.systemError, "cannot start pool-harness: errno \(code)") }
    return pid
}
