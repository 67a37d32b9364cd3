import Glibc
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import Synchronization

let hygieneScenarios: [String: Scenario] = [
    "hygiene-exit-handlers": { try $0.exitHandlers() },
    "hygiene-of-workers": { try $0.hygieneOfWorkers() },
    "hygiene-children-stolen": { try $0.childrenStolen() },
    "hygiene-children-spared": { try $0.childrenSpared() },
]

/// What a process can say of itself: signals that are blocked, ignored and caught, its group, and its standard input.
struct Condition: Codable, Sendable {
    var blocked: UInt64
    var ignored: UInt64
    var caught: UInt64
    var pid: Int32
    var group: Int32
    var inputIsEmpty: Bool
    var descriptors: Int

    static func current(_ x: Int) -> Condition {
        var byte: UInt8 = 0
        return Condition(
            blocked: mask("SigBlk:"), ignored: mask("SigIgn:"), caught: mask("SigCgt:"), pid: getpid(),
            group: getpgrp(),
            inputIsEmpty: unsafe read(0, &byte, 1) == 0,
            descriptors: Proc.entries("/proc/self/fd").count { (Int($0) ?? 0) > 2 })
    }

    private static func mask(_ name: String) -> UInt64 {
        let line = Proc.read("/proc/thread-self/status").split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return UInt64(line.dropFirst(name.count).filter { !$0.isWhitespace }, radix: 16) ?? .max
    }

    static func bit(_ signal: Int32) -> UInt64 { 1 << UInt64(signal - 1) }
}

/// Starts a program that exits with a code.
private func spawn(exitCode: Int) -> pid_t {
    var pid = pid_t()
    let words = ["sh", "-c", "sleep 0.2; exit \(exitCode)"]
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    let result = unsafe posix_spawn(&pid, "/bin/sh", nil, nil, &arguments, environ)
    return result == 0 ? pid : 0
}

/// Where handlers say that they were called.
private final class ExitPaths: Sendable {
    static let client = Mutex<String?>(nil)
    static let task = Mutex<String?>(nil)
    let isThere = true
}

private func exitWithHandler(_ path: String) -> Int {
    ExitPaths.task.withLock { $0 = path }
    atexit { if let path = ExitPaths.task.withLock(\.self) { _ = countCall(path) } }
    exit(3)
}

extension Harness {
    /// What the client has registered for its end is not called when a task ends its worker, or its copy; what the task
    /// has registered is.
    func exitHandlers() throws {
        try withCounter { path in
            let before = "\(path)-client"
            ExitPaths.client.withLock { $0 = before }
            atexit { if let path = ExitPaths.client.withLock(\.self) { _ = countCall(path) } }
            let pool = try ProcessPool(
                maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20, captures: .copiesOnly)
            checkThrows(.workerExited) { try pool.submit(exitWithHandler, path).value() }
            checkEqual(Proc.size(path), 1, "how often the task's handler was called")
            if method == .fork {
                let copy = ExitPaths()
                checkThrows(.workerExited) {
                    try pool.submit(path) { path in copy.isThere ? exitWithHandler(path) : 0 }.value()
                }
                checkEqual(Proc.size(path), 2, "how often the copy's handler was called")
            }
            check(unsafe access(before, F_OK) != 0, "a handler of the client was called in a worker")
            ExitPaths.client.withLock { $0 = nil }
            pool.shutdown(.drain)
        }
    }

    /// What the client has arranged for itself is not a worker's.
    func hygieneOfWorkers() throws {
        for number in [SIGTERM, SIGPIPE, SIGHUP, SIGCHLD] { signal(number, SIG_IGN) }
        signal(SIGUSR2) { _ in }
        var blocked = sigset_t()
        unsafe sigemptyset(&blocked)
        unsafe sigaddset(&blocked, SIGUSR1)
        unsafe sigaddset(&blocked, SIGTERM)
        // One of those that are held while a process is made.
        unsafe sigaddset(&blocked, SIGQUIT)
        unsafe pthread_sigmask(SIG_BLOCK, &blocked, nil)
        try withPool(maxWorkers: 1) { pool in
            // The second worker is forked from a supervisor that has seen a child die.
            for _ in 0..<2 {
                let worker = try pool.submit(Condition.current, 0).value(timeout: .seconds(20))
                checkEqual(worker.blocked, 0, "blocked signals")
                // Number 32 is the C library's own.
                let terminal = Proc.hasTerminal ? Condition.bit(SIGTTOU) | Condition.bit(SIGTTIN) : 0
                checkEqual(worker.ignored & 0x7fff_ffff, terminal, "ignored signals")
                for number in [SIGUSR2, SIGCHLD, SIGINT, SIGTERM] {
                    checkEqual(worker.caught & Condition.bit(number), 0, "whether signal \(number) is caught")
                }
                checkEqual(worker.group, worker.pid, "the process group")
                check(worker.inputIsEmpty, "standard input is not empty")
                // The arena, the doorbell, and the directory that is being read.
                check(worker.descriptors <= 3, "the worker has \(worker.descriptors) descriptors")
                kill(worker.pid, SIGKILL)
                check(
                    eventually { pool.workerProcessIDs.first.map { $0 != worker.pid } ?? false }, "it is not replaced")
            }
        }
        var now = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, nil, &now)
        for number in [SIGUSR1, SIGTERM, SIGQUIT] {
            checkEqual(unsafe sigismember(&now, number), 1, "whether the client still blocks signal \(number)")
        }
    }

    /// The program reaps every child it can get, also those of the pools; two pools go on.
    func childrenStolen() throws {
        let isOver = Atomic<Bool>(false)
        try withPool { first in
            try withPool { second in
                let thief = startThread {
                    while !isOver.load(ordering: .relaxed) {
                        var status: Int32 = 0
                        if unsafe waitpid(-1, &status, WNOHANG) <= 0 { usleep(200) }
                    }
                }
                for round in 0..<6 {
                    let pool = round % 2 == 0 ? first : second
                    let other = round % 2 == 0 ? second : first
                    let bystander = other.supervisorProcessID
                    let victim = pool.supervisorProcessID
                    kill(victim, SIGKILL)
                    let isReplaced = eventually {
                        _ = try? pool.submit(double, 1).value(timeout: .seconds(20))
                        return pool.supervisorProcessID != victim
                    }
                    check(isReplaced, "there is no new supervisor")
                    checkEqual(try pool.submit(double, round).value(timeout: .seconds(20)), round * 2)
                    checkEqual(try other.submit(double, round).value(timeout: .seconds(20)), round * 2)
                    checkEqual(other.supervisorProcessID, bystander, "the other pool's supervisor")
                }
                first.shutdown(.drain)
                second.shutdown(.drain)
                isOver.store(true, ordering: .relaxed)
                pthread_join(thief, nil)
            }
        }
    }

    /// The pool leaves the program's own children to it.
    func childrenSpared() throws {
        try withPool { pool in
            let children = (0..<4).map { spawn(exitCode: $0 + 10) }
            for pid in pool.workerProcessIDs { kill(pid, SIGKILL) }
            kill(pool.supervisorProcessID, SIGKILL)
            for number in 0..<50 { _ = try? pool.submit(double, number).value(timeout: .seconds(20)) }
            for (index, child) in children.enumerated() {
                var status: Int32 = 0
                checkEqual(unsafe waitpid(child, &status, 0), child, "a child of the program")
                checkEqual(status >> 8 & 0xff, Int32(index + 10), "its exit code")
            }
        }
    }
}
