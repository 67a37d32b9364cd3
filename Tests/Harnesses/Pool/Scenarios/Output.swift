import Foundation
import Glibc
import MultitaskingCore
import MultitaskingProcesses

let outputScenarios: [String: Scenario] = [
    "output-last-lines": { try $0.lastLines() },
    "output-of-copies": { try $0.linesOfCopies() },
    "output-unchanged": { try $0.outputIsUnchanged() },
    "output-on-a-terminal": { try $0.outputOnATerminal() },
    "output-printer": { try $0.printInTasks() },
    "output-terminal-printer": { try $0.printOnATerminal() },
    "output-without-reader": { try $0.outputWithoutReader() },
    "output-memory-cause": { try $0.memoryIsNamed() },
]

/// Prints lines to either stream, not all of them written out, then ends its process.
private func printAndEnd(_ count: Int, _ toError: Bool, _ blow: Blow) throws -> Int {
    for number in 0..<count {
        if toError { printError("line \(number)\n") } else { print("line", number) }
    }
    try blow.strike()
    return count
}

private func printLines(_ count: Int) -> Int {
    for number in 0..<count { print("line", number) }
    return count
}

/// Fails at its first two attempts, each with a line of its own.
private func printAttempt(_ path: String) throws -> Int {
    let attempt = countCall(path)
    print("attempt \(attempt)")
    if attempt < 3 { kill(getpid(), SIGKILL) }
    return attempt
}

/// Asks for memory until there is none.
private func takeAll(_ step: Int) -> Int {
    var taken: [[UInt8]] = []
    while taken.count < 1 << 20 { taken.append([UInt8](repeating: 1, count: step)) }
    return taken.count
}

extension Harness {
    private func lines(_ body: () throws -> Future<Int>) throws -> [String] {
        do {
            _ = try body().value(timeout: .seconds(30))
            Checks.fail("the task returned")
        } catch let error as MultitaskingError {
            if let failure = error.cause as? WorkerFailure {
                let isMentioned = failure.lastLines.allSatisfy { failure.description.contains($0) }
                check(isMentioned, "\(failure) does not mention \(failure.lastLines)")
                return failure.lastLines
            }
            Checks.fail("no WorkerFailure in \(error)")
        }
        return []
    }

    /// What tasks print goes into a pipe that nobody reads any more, as with `program | head`.
    fileprivate func outputWithoutReader() throws {
        // What this process has printed itself goes where it should.
        fflush(nil)
        var ends: [Int32] = [-1, -1]
        let own = dup(STDOUT_FILENO)
        check(unsafe pipe(&ends) == 0 && own >= 0, "there is no pipe")
        dup2(ends[1], STDOUT_FILENO)
        for end in ends { close(end) }
        defer {
            dup2(own, STDOUT_FILENO)
            close(own)
        }
        try withPool(maxWorkers: 2) { pool in
            check(eventually { pool.workerProcessIDs.count == 2 }, "the workers do not start")
            let before = Set(pool.workerProcessIDs)
            let futures = try (0..<50).map { try pool.submit(printLines, $0) }
            for (number, future) in futures.enumerated() {
                checkEqual(try future.value(timeout: .seconds(30)), number, "a task that prints \(number) lines")
            }
            checkEqual(Set(pool.workerProcessIDs), before, "the workers")
            // The rest is as for any program: what the task writes itself ends it.
            let writer = try pool.submit { () -> Int in Int(unsafe write(STDOUT_FILENO, "x", 1)) }
            checkThrows(.workerCrashed) { try writer.value(timeout: .seconds(30)) }
        }
    }

    fileprivate func lastLines() throws {
        try withPool(maxWorkers: 1) { pool in
            let expected = { (count: Int) in (max(0, count - 20)..<count).map { "line \($0)" } }
            for count in [1, 5, 30] {
                for isError in [false, true] {
                    // What `exit` writes out at last counts as well.
                    for blow in [Blow.sigkill, .quickExit, .exit3, .abort] {
                        let found = try lines { try pool.submit(printAndEnd, count, isError, blow) }
                        checkEqual(found, expected(count), "\(count) lines, \(isError), \(blow)")
                    }
                }
                let trapped = try lines { try pool.submit(printAndEnd, count, true, .trap) }
                check(trapped.contains { $0.contains("this trap is meant") }, "the trap's message is not in \(trapped)")
            }
            // What a task before has printed is not this one's.
            checkEqual(try pool.submit(printAndEnd, 5, true, Blow.throwCodable).outcomeCode(), "CodableFailure")
            checkEqual(try lines { try pool.submit(struckIn, Grenade(.sigkill, .never)) }, [], "no lines")
            // Bounded, however much it is, and whole lines.
            let many = try lines { try pool.submit(printAndEnd, 100_000, false, .sigkill) }
            checkEqual(many, expected(100_000), "many lines")
            let long = try lines {
                try pool.submit(1) { (_: Int) throws -> Int in
                    print(String(repeating: "x", count: 100_000))
                    try Blow.sigkill.strike()
                    return 0
                }
            }
            check((1...4096).contains(long.joined().utf8.count), "\(long.joined().utf8.count) bytes of a long line")
            try withCounter { path in
                let options = TaskOptions(retries: .onCrash(1))
                checkEqual(try lines { try pool.submit(printAttempt, options: options, path) }, ["attempt 2"], "lines")
            }
            let running = try pool.submit(printAndHang, 7)
            check(eventually { running.isRunning }, "the task does not start")
            usleep(100_000)
            kill(pool.supervisorProcessID, SIGKILL)
            checkEqual(try lines { running }, ["line 7"], "the lines when the supervisor dies")
        }
    }

    fileprivate func linesOfCopies() throws {
        guard method == .fork else { return }
        try withPool(captures: .copiesOnly) { pool in
            let captured = number
            for blow in [Blow.sigkill, .exit1, .trap] {
                let found = try lines {
                    try pool.submit(2) { (count: Int) throws -> Int in
                        for number in 0..<count { print("copy \(number) of \(captured)") }
                        try blow.strike()
                        return 0
                    }
                }
                checkEqual(
                    Array(found.filter { $0.hasPrefix("copy") }), ["copy 0 of \(captured)", "copy 1 of \(captured)"])
            }
            let silent = try lines {
                try pool.submit(captured) { (_: Int) throws -> Int in
                    if captured >= 0 { try Blow.sigkill.strike() }
                    return 0
                }
            }
            checkEqual(silent, [], "the lines of a copy that prints nothing")
        }
    }

    // MARK: What arrives where it should

    /// The output of tasks that print by every way there is, and die right afterwards, is byte for byte what it would
    /// be without a pool.
    fileprivate func outputIsUnchanged() throws {
        var both = ""
        var out = ""
        var err = ""
        for number in 0..<40 {
            out += "print \(number)\nwrite \(number)\nclient \(number)\n"
            err += "error \(number)\n"
            both += "error \(number)\nprint \(number)\nwrite \(number)\nclient \(number)\n"
        }
        let paths = (0..<3).map { "/tmp/pool-harness-output-\(getpid())-\($0)" }
        defer { for path in paths { unsafe unlink(path) } }
        let files = paths.map { unsafe open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) }
        defer { for file in files { close(file) } }
        for (outFile, errFile) in [(0, 1), (2, 2)] {
            let pid = try launchHarness("output-printer", method, number, out: files[outFile], err: files[errFile])
            checkEqual(exitStatus(of: pid), 0, "the printer's exit code")
        }
        for (path, expected) in zip(paths, [out, err, both]) {
            let found = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            check(found == expected, "the output is\n\(found)instead of\n\(expected)")
        }
        // A pipe whose reader is slow: nothing may be lost or overtaken.
        var ends: [Int32] = [0, 0]
        checkEqual(unsafe pipe(&ends), 0)
        let pid = try launchHarness("output-printer", method, number, out: ends[1], err: ends[1])
        close(ends[1])
        var text: [UInt8] = []
        var byte = [UInt8](repeating: 0, count: 64)
        while true {
            let count = unsafe read(ends[0], &byte, 64)
            guard count > 0 else { break }
            text += byte.prefix(count)
            usleep(200)
        }
        close(ends[0])
        checkEqual(exitStatus(of: pid), 0, "the printer's exit code")
        check(String(decoding: text, as: UTF8.self) == both, "the pipe has \(String(decoding: text, as: UTF8.self))")
    }

    fileprivate func printInTasks() throws {
        try withPool(maxWorkers: 1) { pool in
            for number in 0..<40 {
                let future = try pool.submit(number) { (number: Int) throws -> Int in
                    printError("error \(number)\n")
                    print("print \(number)")
                    flushOutput()
                    report("write \(number)")
                    if number % 4 == 3 { kill(getpid(), SIGKILL) }
                    return number
                }
                _ = try? future.value(timeout: .seconds(30))
                report("client \(number)")
            }
            // A task may send its output elsewhere, and ask where it goes.
            let path = "/tmp/pool-harness-redirected-\(getpid())"
            defer { unsafe unlink(path) }
            let redirect = try pool.submit(path) { (path: String) throws -> Bool in
                guard streamDescriptors == [1, 2] else { return false }
                let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
                let before = dup(1)
                dup2(file, 1)
                print("redirected")
                flushOutput()
                dup2(before, 1)
                close(file)
                close(before)
                return true
            }
            check(try redirect.value(timeout: .seconds(30)), "the streams have other descriptors")
            checkEqual(try? String(contentsOfFile: path, encoding: .utf8), "redirected\n", "what was redirected")
            let reopened = try pool.submit(path) { (path: String) throws -> Bool in
                guard reopenOutput(path) else { return false }
                print("reopened")
                flushOutput()
                return closeOutput()
            }
            check(try reopened.value(timeout: .seconds(30)), "standard output cannot be reopened")
            checkEqual(try? String(contentsOfFile: path, encoding: .utf8), "reopened\n", "what was reopened")
        }
    }

    /// On a terminal each line is there at once, and a task sees that it is one.
    fileprivate func outputOnATerminal() throws {
        guard let (controller, terminal) = openTerminal() else {
            return Checks.fail("no terminal to be had: errno \(errno)")
        }
        let pid = try launchHarness("output-terminal-printer", method, number, out: terminal, err: terminal)
        checkEqual(exitStatus(of: pid), 0, "the printer's exit code")
        close(terminal)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(controller, &bytes, bytes.count)
        close(controller)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        checkEqual(text, "terminal true true\r\nwhole line\r\n", "what the terminal shows")
    }

    fileprivate func printOnATerminal() throws {
        try withPool(maxWorkers: 1) { pool in
            let future = try pool.submit(1) { (_: Int) throws -> Int in
                print("terminal", isatty(1) == 1, isatty(streamDescriptors[0]) == 1)
                print("whole line\npart", terminator: "")
                kill(getpid(), SIGKILL)
                return 0
            }
            let found = try lines { future }
            checkEqual(found, ["terminal true true", "whole line", "part"], "the lines")
        }
    }

    // MARK: Memory

    fileprivate func memoryIsNamed() throws {
        func cause(_ limits: WorkerLimits, _ step: Int) throws -> WorkerFailure.MemoryCause? {
            let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 64 << 20, limits: limits)
            defer { pool.shutdown(.kill) }
            do {
                _ = try pool.submit(takeAll, step).value(timeout: .seconds(60))
                Checks.fail("a task has taken all memory")
            } catch let error as MultitaskingError {
                let failure = error.cause as? WorkerFailure
                check(failure.map { $0.memoryCause != nil } ?? false, "\(error)")
                return failure?.memoryCause
            }
            return nil
        }
        checkEqual(try cause(WorkerLimits(memory: 64 << 20), 1 << 20), .poolLimit, "the cause")
        checkEqual(try cause(WorkerLimits(data: 512 << 20), 4 << 20), .refusedAllocation, "the cause")
        try withPool(maxWorkers: 1) { pool in
            // Nothing speaks for memory when a task kills itself.
            let error = checkThrows(.workerCrashed) { try pool.submit(struckIn, Grenade(.sigkill, .never)).value() }
            checkEqual((error?.cause as? WorkerFailure)?.memoryCause, nil, "the cause")
        }
    }
}

/// Prints without writing it out, then sleeps until it is killed.
private func printAndHang(_ number: Int) -> Int {
    print("line \(number)")
    while true { sleep(100) }
}

/// The exit code of a child; nil if a signal has killed it.
private func exitStatus(of pid: pid_t) -> Int32? {
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status & 0x7f == 0 ? status >> 8 & 0xff : nil
}

extension Future where Value == Int {
    /// The name of the type of what the task threw.
    fileprivate func outcomeCode() -> String? {
        do {
            _ = try value(timeout: .seconds(30))
            return nil
        } catch { return String(describing: type(of: error)) }
    }
}
