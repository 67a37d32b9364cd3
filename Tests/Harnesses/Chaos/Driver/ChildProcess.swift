import Glibc
import MultitaskingTestSupport

/// A process of this program, in another role.
struct ChildProcess {
    let pid: pid_t
    /// What it prints, if that was asked for.
    let output: Int32?

    /// - Parameters:
    ///   - variables: environment variables besides our own.
    ///   - errors: the path of the file to which standard error goes.
    init?(_ arguments: [String], variables: [(String, String)], errors: String, capturesOutput: Bool) {
        var pipes: [Int32] = [-1, -1]
        if capturesOutput {
            guard unsafe pipe(&pipes) == 0 else { return nil }
            for descriptor in pipes { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            _ = fcntl(pipes[0], F_SETFL, O_NONBLOCK)
        }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if capturesOutput { unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1], 1) }
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let names = variables.map { $0.0 + "=" }
        let inherited = ownEnvironment.filter { variable in !names.contains { variable.hasPrefix($0) } }
        let environment = CStrings(inherited + variables.map { "\($0)=\($1)" })
        let pid = unsafe spawn("/proc/self/exe", CStrings(["chaos"] + arguments), environment, &actions)
        if capturesOutput { close(pipes[1]) }
        guard let pid else {
            if capturesOutput { close(pipes[0]) }
            return nil
        }
        self.pid = pid
        output = capturesOutput ? pipes[0] : nil
    }

    /// How it ended, if it has.
    func reap() -> Int32? {
        var status: Int32 = 0
        return unsafe waitpid(pid, &status, WNOHANG) == pid ? status : nil
    }
}

/// The environment this process was started with.
let ownEnvironment = Proc.read("/proc/self/environ").split(separator: "\0").map(String.init)

/// Starts a program; nil if the system refuses.
func spawn(
    _ path: String, _ arguments: CStrings, _ environment: CStrings,
    _ actions: UnsafePointer<posix_spawn_file_actions_t>?
) -> pid_t? {
    var pid = pid_t()
    // SAFETY: the strings live until the call has returned.
    let result = withExtendedLifetime((arguments, environment)) {
        unsafe posix_spawn(&pid, path, actions, nil, arguments.pointers, environment.pointers)
    }
    return result == 0 ? pid : nil
}

/// Strings as C wants them, with a null at the end.
@safe
final class CStrings {
    // SAFETY: each was made by `strdup` and is freed in `deinit` and nowhere else.
    fileprivate let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) { unsafe pointers = strings.map { unsafe strdup($0) } + [nil] }

    deinit { unsafe pointers.forEach { unsafe free($0) } }
}
