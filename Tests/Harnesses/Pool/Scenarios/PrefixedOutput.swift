import Glibc
import MultitaskingCore
import MultitaskingProcesses

let prefixedOutputScenarios: [String: Scenario] = [
    "output-prefixed": { try $0.linesAreNamed() },
    "output-prefixed-printer": { try $0.printNamedLines() },
]

private let taskCount = 24
private let lineCount = 50

/// Prints lines to both streams, in pieces, leaves the last ones without an end, and ends as its number says.
private func printPieces(_ number: Int) throws -> Int {
    for line in 0..<lineCount {
        print("line", line, terminator: "")
        printError("error ")
        if line % 10 == 0 { flushOutput() }
        print(" of", number)
        printError("\(line) of \(number)\n")
    }
    print("out's end of", number, terminator: "")
    printError("error's end of \(number)")
    if number % 4 == 1 { kill(getpid(), SIGKILL) }
    if number % 4 == 2 { throw Unlucky(number: number) }
    if number % 4 == 3 { exit(0) }
    return number
}

private struct Unlucky: Error, Codable { var number: Int }

extension Harness {
    /// Lines of tasks that print at once come whole, each with its task's name and worker, the last ones too.
    fileprivate func linesAreNamed() throws {
        var ends: [Int32] = [0, 0]
        checkEqual(unsafe pipe(&ends), 0)
        let pid = try launchHarness("output-prefixed-printer", method, number, out: ends[1], err: ends[1])
        close(ends[1])
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = unsafe read(ends[0], &bytes, bytes.count), count > 0 { text += bytes.prefix(count) }
        close(ends[0])
        var status: Int32 = 0
        _ = unsafe waitpid(pid, &status, 0)
        checkEqual(status, 0, "the printer's status")
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        var found: [Substring: Set<Int>] = [:]
        var counts: [Substring: Int] = [:]
        for line in lines where !line.hasPrefix("plain") {
            guard let match = line.wholeMatch(of: /\[task (\d+), worker (\d)\] (.*)/) else {
                Checks.fail("a line is torn: \(line.prefix(200))")
                continue
            }
            // A task is with one worker.
            if match.1 != "\(taskCount)" { found[match.1, default: []].insert(Int(match.2) ?? -1) }
            counts[match.3, default: 0] += 1
        }
        check(found.count == taskCount && found.values.allSatisfy { $0.count == 1 }, "the workers are \(found)")
        for number in 0..<taskCount {
            for line in 0..<lineCount {
                checkEqual(counts["line \(line) of \(number)"], 1, "line \(line) of \(number)")
                checkEqual(counts["error \(line) of \(number)"], 1, "error \(line) of \(number)")
            }
            checkEqual(counts["out's end of \(number)"], 1, "the end of \(number)")
            checkEqual(counts["error's end of \(number)"], 1, "the error's end of \(number)")
        }
        checkEqual(lines.count { $0 == "plain" }, 2, "lines of a task that names none")
        let long = counts.keys.filter { $0.first == "é" }
        checkEqual(long.reduce(0) { $0 + (counts[$1] ?? 0) }, 3, "the parts of a long line")
        check(long.allSatisfy { $0.allSatisfy { $0 == "é" } }, "a character of a long line is cut")
        checkEqual(long.reduce(0) { $0 + $1.count * (counts[$1] ?? 0) }, 5_000, "how long it is")
    }

    fileprivate func printNamedLines() throws {
        try withPool(maxWorkers: 3) { pool in
            var futures: [Future<Int>] = []
            for number in 0..<taskCount {
                let options = TaskOptions(output: .prefixed, name: "task \(number)")
                futures.append(try pool.submit(printPieces, options: options, number))
            }
            for future in futures { _ = future.waitUntilDone(.upTo(.seconds(60))) }
            let long = try pool.submit(options: TaskOptions(output: .prefixed, name: "task \(taskCount)"), 5_000) {
                count in
                print(String(repeating: "é", count: count))
                return count
            }
            _ = try long.value(timeout: .seconds(60))
            for _ in 0..<2 {
                let plain = try pool.submit(1) { (number: Int) -> Int in
                    print("plain")
                    return number
                }
                _ = try plain.value(timeout: .seconds(60))
            }
        }
    }
}
