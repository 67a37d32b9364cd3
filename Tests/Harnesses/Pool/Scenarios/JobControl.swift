import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport

let jobScenarios: [String: Scenario] = [
    "job-stop": { try $0.controlZStopsThePool() },
    "job-tostop": { try $0.tasksPrintOnATerminalThatStopsTheBackground() },
    "job-shell": { try $0.beTheShell() },
    "stopped-client": { try runStoppedClient($0) },
    "printing-client": { try runPrintingClient($0) },
]

// What Swift does not see of the terminal: `TOSTOP`, and to start a session with a program.
private let tostop: UInt32 = 0o400
private let spawnsSession: Int16 = 0x80

/// A harness that this one has started, and what it prints.
struct LaunchedClient {
    var pid: pid_t
    /// Where its output is read.
    var output: Int32

    func readLine() -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        // A terminal ends when nobody has it open any more, with an error.
        while unsafe read(output, &byte, 1) == 1, byte != 10 { if byte != 13 { bytes.append(byte) } }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The next line that begins with a word, without it.
    func readLine(after word: String) -> String {
        for _ in 0..<100 {
            let line = readLine()
            if line.hasPrefix(word) { return String(line.dropFirst(word.count)) }
        }
        return ""
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(output, $0.baseAddress, $0.count) }
    }

    func waitForEnd() -> Int32 {
        var status: Int32 = -1
        unsafe waitpid(pid, &status, 0)
        return status
    }
}

/// Starts this program with a scenario.
///
/// - Parameter terminal: what it gets for input and output, as the first of a session of its own; nil for a pipe.
func launch(
    _ scenario: String, _ method: StartMethod, _ more: [String], terminal: (controller: Int32, terminal: Int32)? = nil
) throws -> LaunchedClient {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var ends: [Int32] = [-1, -1]
    if let terminal {
        var name = [CChar](repeating: 0, count: 64)
        unsafe ttyname_r(terminal.terminal, &name, 64)
        unsafe posix_spawnattr_setflags(&attributes, spawnsSession)
        // The first terminal that the first process of a session opens is the session's.
        unsafe posix_spawn_file_actions_addopen(&actions, 0, &name, O_RDWR, 0)
        for descriptor: Int32 in 1...2 { unsafe posix_spawn_file_actions_adddup2(&actions, 0, descriptor) }
    } else {
        unsafe pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    }
    let words = ["pool-harness", scenario, method.rawValue, "0"] + more
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var pid = pid_t()
    let code = unsafe posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &arguments, environ)
    guard code == 0 else { throw MultitaskingError(.systemError, "cannot start the harness: \(code)") }
    if ends[1] >= 0 { close(ends[1]) }
    return LaunchedClient(pid: pid, output: terminal?.controller ?? ends[0])
}

private func printInEveryWay(_ x: Int) -> Int32 {
    print("task prints \(x)")
    flushOutput()
    report("task writes \(x)")
    let child = fork()
    if child == 0 {
        report("child writes \(x)")
        _exit(7)
    }
    var status: Int32 = 0
    unsafe waitpid(child, &status, 0)
    // Nobody reads the terminal but the shell: there is an error, and no stop.
    let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
    defer { close(terminal) }
    var byte: UInt8 = 0
    return unsafe read(terminal, &byte, 1) == -1 && errno == EIO ? status >> 8 : -1
}

/// The client of `job-tostop`: its tasks, and a copy where there can be one, print.
func runPrintingClient(_ harness: Harness) throws {
    let pool = try ProcessPool(maxWorkers: 2, startMethod: harness.method, arenaLimit: 64 << 20)
    let base = harness.number
    var results = [try pool.submit(printInEveryWay, 1)]
    if harness.method == .fork { results.append(try pool.submit(2) { printInEveryWay($0 + base) }) }
    for result in results { checkEqual(try result.value(timeout: .seconds(20)), 7) }
    pool.shutdown(.drain)
    report("all have printed")
}

extension Harness {
    /// What an interactive shell does with one job: stops with it when it stops, and continues it when told to.
    fileprivate func beTheShell() throws {
        let job = CommandLine.arguments[4]
        // The job's processes are its own business, which those who look for ours do not know of.
        unsafe unsetenv("POOL_HARNESS_TAG")
        signal(SIGTTOU, SIG_IGN)
        let pid = fork()
        if pid == 0 {
            setpgid(0, 0)
            tcsetpgrp(0, getpid())
            signal(SIGTTOU, SIG_DFL)
            let words = ["pool-harness", job, method.rawValue, "0"]
            var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
            unsafe execv("/proc/self/exe", &arguments)
            _exit(127)
        }
        setpgid(pid, pid)
        tcsetpgrp(0, pid)
        while true {
            var status: Int32 = 0
            guard unsafe waitpid(pid, &status, WUNTRACED) == pid else { return }
            tcsetpgrp(0, getpid())
            guard status & 0xff == 0x7f else { return report("shell: ended \(status)") }
            report("shell: stopped")
            _ = readLine()
            tcsetpgrp(0, pid)
            kill(-pid, SIGCONT)
        }
    }

    private func withShell(_ job: String, tostop isSet: Bool, _ body: (LaunchedClient) throws -> Void) throws {
        guard let terminal = openTerminal() else { return Checks.fail("there is no terminal to be had") }
        var settings = termios()
        unsafe tcgetattr(terminal.terminal, &settings)
        settings.c_lflag &= ~UInt32(ECHO)
        if isSet { settings.c_lflag |= tostop }
        unsafe tcsetattr(terminal.terminal, TCSANOW, &settings)
        let shell = try launch("job-shell", method, [job], terminal: terminal)
        close(terminal.terminal)
        defer {
            kill(shell.pid, SIGKILL)
            _ = shell.waitForEnd()
            close(terminal.controller)
        }
        try body(shell)
    }

    fileprivate func controlZStopsThePool() throws {
        try withShell("stopped-client", tostop: false) { shell in
            let pids = shell.readLine().split(separator: " ").compactMap { pid_t($0) }
            checkEqual(pids.count, 2, "how many workers")
            // Ctrl-Z.
            shell.write("\u{1A}")
            checkEqual(shell.readLine(after: "shell: "), "stopped")
            let areStopped = eventually { pids.allSatisfy { Proc.status($0)?.state == "T" } }
            check(areStopped, "workers do not stop with the job")
            shell.write("fg\n")
            let areRunning = eventually { pids.allSatisfy { Proc.status($0)?.state != "T" } }
            check(areRunning, "workers do not go on with the job")
            checkEqual(shell.readLine(after: "100"), " 100", "the results")
            checkEqual(shell.readLine(after: "shell: "), "ended 0")
        }
    }

    fileprivate func tasksPrintOnATerminalThatStopsTheBackground() throws {
        try withShell("printing-client", tostop: true) { shell in
            var lines: [String] = []
            while lines.last?.hasPrefix("shell: ") != true, lines.count < 20 { lines.append(shell.readLine()) }
            checkEqual(lines.suffix(2), ["all have printed", "shell: ended 0"], "the last lines")
            for word in ["task prints", "task writes", "child writes"] {
                checkEqual(lines.count { $0.hasPrefix(word) }, method == .fork ? 2 : 1, "lines of \(word)")
            }
        }
    }
}
