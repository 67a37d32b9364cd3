internal import CMultitaskingLinux
internal import CRemoteWorkers
internal import Glibc
internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// What a driver is: a script of Python, and what it is given.
package struct DriverProgram: Sendable {
    /// The interpreter, a path or a name in `PATH`.
    package var python: String
    /// What is said if that cannot be started.
    package var advice: String
    /// The file that is started.
    package var main: String
    /// Started in its place, by tests.
    package var script: String?
    /// The files that are not shared by all drivers; ``main`` is among them.
    package var files: [DriverFiles.File]
    /// All variables of its environment.
    package var environment: [String: String]
    /// The executable that is copied into the driver's directory.
    package var shipped: ShippedExecutable?

    package enum ShippedExecutable: Sendable { case own, at(String) }

    package init(
        python: String, advice: String, main: String = "main.py", script: String? = nil, files: [DriverFiles.File],
        environment: [String: String], shipped: ShippedExecutable? = nil
    ) {
        self.python = python
        self.advice = advice
        self.main = main
        self.script = script
        self.files = files
        self.environment = environment
        self.shipped = shipped
    }

    /// This program's own environment.
    package static var ownEnvironment: [String: String] {
        var variables: [String: String] = [:]
        // SAFETY: a program that changes its environment while others read it is broken anyway; each entry is text.
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            let text = unsafe String(cString: entry)
            if let mark = text.firstIndex(of: "=") {
                variables[String(text[..<mark])] = String(text[text.index(after: mark)...])
            }
            unsafe next += 1
        }
        return variables
    }
}

/// The Python process that speaks with a cluster for this program, and the directory that it works in.
final class DriverProcess: Sendable {
    let pid: pid_t
    let link: FrameLink
    let directory: String
    private let isReaped = Mutex(false)

    /// Writes the driver's files to a directory of their own and starts it.
    ///
    /// - Throws: `permissionDenied` in a program with more rights than its user; `systemError`, `invalidArgument`.
    init(_ program: DriverProgram) throws {
        // Which Python is found, and what it loads, is the user's choice.
        guard !mt_is_privileged() else {
            throw MultitaskingError(
                .permissionDenied,
                """
                this program has rights that the user who started it does not have (set-user-id, set-group-id or file \
                capabilities), and would start \(program.python) with them; give up the rights first
                """)
        }
        var environment = program.environment
        let directory = try Self.makeDirectory(Self.parent(environment))
        self.directory = directory
        var isComplete = false
        defer { if !isComplete { _ = unsafe mr_remove_directory(directory) } }
        environment["SWIFTRAY_HOME"] = directory
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        environment["PYTHONUNBUFFERED"] = "1"
        try Self.writeFiles(DriverFiles.shared + program.files, directory)
        switch program.shipped {
        case .own: try Self.copyExecutable(nil, to: directory + "/app")
        case .at(let path): try Self.copyExecutable(path, to: directory + "/app")
        case nil: break
        }

        var pair: [Int32] = [-1, -1]
        let status = unsafe mr_socket_pair(&pair)
        guard status == 0 else { throw Refusal(.openSocket, -status).error("reach the cluster's driver") }
        let link = FrameLink(pair[0])
        defer { close(pair[1]) }
        let log = unsafe open(directory + "/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw Self.refusal("write the driver's log", errno) }
        defer { close(log) }
        let script = program.script ?? directory + "/swiftray/\(program.main)"
        let started = unsafe Self.withStrings([program.python, script]) { arguments in
            unsafe Self.withStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
                unsafe mr_spawn(arguments, variables, pair[1], log)
            }
        }
        guard started > 0 else {
            throw MultitaskingError(
                .clusterUnreachable,
                "could not start \(program.python): \(describe(errno: -started)); \(program.advice)")
        }
        pid = started
        self.link = link
        isComplete = true
    }

    deinit { end(within: .zero) }

    // MARK: Starting

    /// Where temporary directories are made.
    static func parent(_ environment: [String: String]) -> String {
        environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// The error of a file or a directory that the system refuses.
    static func refusal(
        _ attempt: String, _ code: Int32,
        _ advice: String = "set TMPDIR to a directory that this program may write to, with room for its executable"
    ) -> MultitaskingError {
        // Others are limits of this process.
        guard [EACCES, EPERM, EROFS, ENOENT, ENOTDIR, ENAMETOOLONG, ENOSPC, EDQUOT].contains(code) else {
            return Refusal(.writeFile, code).error(attempt)
        }
        return MultitaskingError(
            code == EACCES || code == EPERM ? .permissionDenied : .systemError,
            "could not \(attempt): \(describe(errno: code)); \(advice)")
    }

    private static func makeDirectory(_ parent: String) throws -> String {
        var template = Array((parent + "/swiftray-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw refusal("make a directory in \(parent) for the cluster's driver", errno)
        }
        return unsafe template.withUnsafeBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe String(cString: $0) } ?? ""
        }
    }

    private static func writeFiles(_ files: [DriverFiles.File], _ directory: String) throws {
        guard unsafe mkdir(directory + "/swiftray", 0o700) == 0 else {
            throw refusal("write the cluster's driver", errno)
        }
        for file in files {
            try write(to: directory + "/swiftray/" + file.name, mode: 0o600) { descriptor in
                unsafe file.bytes.withUnsafeBytes { unsafe writeWhole($0, to: descriptor) }
            }
        }
    }

    /// Copies the program, which is sent to the nodes.
    private static func copyExecutable(_ path: String?, to target: String) throws {
        let source = unsafe open(path ?? "/proc/self/exe", O_RDONLY | O_CLOEXEC)
        guard source >= 0 else {
            throw refusal(
                "read the program \(path ?? "itself")", errno,
                "let this user read it, or install it on all nodes and set shipsExecutable to false")
        }
        defer { close(source) }
        let size = Int(mt_file_size(source))
        let program = try ReadOnlyMapping(source, offset: 0, count: size)
        try write(to: target, mode: 0o700) { descriptor in unsafe writeWhole(program.bytes, to: descriptor) }
    }

    private static func write(to path: String, mode: mode_t, _ body: (Int32) -> Bool) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw refusal("write \(path)", errno) }
        defer { close(descriptor) }
        guard body(descriptor) else { throw refusal("write \(path)", errno) }
    }

    private static func withStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        defer { unsafe pointers.forEach { unsafe free($0) } }
        // SAFETY: the strings live until the call has returned, and a null pointer ends their list.
        return unsafe pointers.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("the list has its end at least") }
            return unsafe body(start)
        }
    }

    // MARK: While it runs, and after

    /// The end of what the driver has printed, for error messages.
    var logTail: String {
        let descriptor = unsafe open(directory + "/log", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let size = Int(mt_file_size(descriptor))
        let limit = 1 << 16
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            // SAFETY: the buffer has room for so many bytes.
            count = max(0, unsafe pread(descriptor, buffer.baseAddress, limit, off_t(max(0, size - limit))))
        }
        return Self.lastWords(of: String(decoding: bytes, as: UTF8.self))
    }

    /// The last of what a program has printed, without the frames of native stacks and the dumps of Ray's state: the
    /// line above them says what happened, and there may be many.
    static func lastWords(of log: String) -> String {
        let lines = log.split(separator: "\n").filter { line in
            !line.contains(".so(") && !line.contains(".so.6(") && !line.contains("[state-dump]")
        }
        return String(lines.map(withoutColors).joined(separator: "\n").suffix(2000))
    }

    /// A line without what colors it on a terminal, or moves its cursor (ECMA-48, control sequences).
    private static func withoutColors(_ line: Substring) -> String {
        let parts = line.split(separator: "\u{1B}", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(into: String(parts.first ?? "")) { text, part in
            guard part.first == "[" else { return text += part }
            text += part.dropFirst().drop { "0" <= $0 && $0 <= "?" || " " <= $0 && $0 <= "/" }.dropFirst()
        }
    }

    /// Ends the link, waits until the process has ended, and removes its directory; kills it when the time is up.
    func end(within limit: Duration) {
        link.close()
        isReaped.withLock { isReaped in
            guard !isReaped else { return }
            isReaped = true
            var information = mt_exit_info()
            let deadline = ContinuousClock.now + limit
            while unsafe mt_reap(pid, false, &information) == 0 {
                guard ContinuousClock.now < deadline else {
                    kill(-pid, SIGKILL)
                    kill(pid, SIGKILL)
                    _ = unsafe mt_reap(pid, true, &information)
                    return
                }
                usleep(2000)
            }
        }
        // Not left to `deinit`: a program may exit while somebody still holds the cluster.
        _ = unsafe mr_remove_directory(directory)
    }
}
