import Foundation
import MultitaskingTestPrograms
import Testing

/// What a terminal shows while a program waits with a progress bar. The terminal is tmux, which tells what is on its
/// screen.
extension Facade {
    @Suite struct ProgressScreenTests {
        @Test func whatIsPrintedScrollsAboveTheBarAndNothingIsTorn() throws {
            let screen = try Screen(columns: 80, rows: 24, "session")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("30/31") == true }
            let lines = screen.lines
            #expect(lines.last?.contains("7 failed") == true)
            #expect(lines.last?.contains("printing") == true)
            #expect(lines.dropLast().last == "  last one")
            screen.type("x")
            try screen.wait { $0.contains("after 40") }
            let all = screen.history
            for number in 1...30 { #expect(all.count { $0 == "line \(number) of a task" } == 1, "line \(number)") }
            #expect(all.contains("a line of the program"))
            #expect(all.contains { $0.hasPrefix("printing: 31/31 done (100%)") && $0.contains("7 failed") })
            for number in 1...40 { #expect(all.count { $0 == "after \(number)" } == 1, "after \(number)") }
            // The whole screen scrolls again.
            #expect(screen.lines.dropFirst(2).contains("after 20"))
        }

        @Test func aTerminalThatBecomesSmallerShowsTheBarAgain() throws {
            let screen = try Screen(columns: 80, rows: 24, "session")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("30/31") == true }
            screen.resize(columns: 40, rows: 10)
            try screen.wait { $0.count <= 10 && $0.last?.contains("30/31") == true && $0.allSatisfy { $0.count < 40 } }
            screen.type("x")
            try screen.wait { $0.contains("after 40") }
        }

        /// Terminals wrap what is on the screen to a new width, and some tell of it a quarter of a second later, while
        /// the bar is still drawn for the old one.
        @Test func aTerminalThatBecomesNarrowerKeepsNothingOfTheOldBar() throws {
            let screen = try Screen(columns: 120, rows: 24, "session")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("30/31") == true }
            for (columns, rows) in [(60, 24), (37, 24), (25, 20), (110, 24), (31, 24), (100, 12), (22, 12)] {
                screen.resize(columns: columns, rows: rows)
                try screen.wait { $0.last?.contains("30/31") == true && $0.last.map { $0.count < columns } == true }
                // As long as a terminal may take, and until the bar was drawn once more.
                Thread.sleep(forTimeInterval: 0.5)
                try screen.wait { $0.last?.contains("30/31") == true }
                let above = screen.history.dropLast(2).filter { !$0.isEmpty && !$0.hasPrefix("line ") }
                #expect(above == [], "\(columns) columns")
            }
            screen.type("x")
            try screen.wait { $0.contains("after 40") }
            for number in 1...30 { #expect(screen.history.count { $0 == "line \(number) of a task" } == 1) }
        }

        @Test func aTerminalThatChangesItsSizeWhileTasksPrintLosesNoLine() throws {
            let screen = try Screen(columns: 120, rows: 24, "printing")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("0/1") == true && $0.contains { $0.hasPrefix("line 9") } }
            for (columns, rows) in [(60, 24), (37, 20), (100, 12), (45, 24)] {
                screen.resize(columns: columns, rows: rows)
                try screen.wait { lines in
                    lines.last?.contains("0/1") == true
                        && lines.dropLast(2).allSatisfy { $0.hasPrefix("line ") && $0.hasSuffix(" of a task") }
                }
            }
            screen.type("")
            try screen.wait { $0.contains { $0.hasPrefix("printing: 1/1 done") } }
            // None was written over. What is printed before the terminal tells of its new size stands in the old bar.
            let text = screen.history.joined()
            let numbers = text.matches(of: /line *(\d+) *of *a *task/).compactMap { Int($0.1) }
            #expect(numbers == Array(0..<numbers.count))
        }

        @Test func withoutARequestThereAreNoLinesOfTasks() throws {
            let screen = try Screen(columns: 80, rows: 24, "printing")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("0/1") == true && $0.contains { $0.hasPrefix("line 9") } }
            #expect(!screen.lines.contains { $0.contains("printer") })
            screen.type("")
            try screen.wait { $0.contains { $0.hasPrefix("printing: 1/1 done") } }
        }

        @Test func whatTasksReportIsInTheirLinesAndInTheBar() throws {
            let screen = try Screen(columns: 80, rows: 24, "report")
            defer { screen.close() }
            try screen.wait { $0.suffix(3).first == "  train   0% begins" && $0.last?.contains(" 0%") == true }
            screen.type("1")
            // What moves the cursor does not.
            try screen.wait { $0.contains("  train  25% epoch 1 of 4?[2J") && $0.last?.contains(" 12%") == true }
            screen.type("3")
            try screen.wait { $0.contains("  train  75% epoch 3 of 4?[2J") && $0.last?.contains(" 37%") == true }
            #expect(screen.lines.contains("step 1 of train"))
            #expect(screen.lines.last?.contains("0/2") == true)
            screen.resize(columns: 40, rows: 12)
            try screen.wait {
                $0.contains("  train  75% epoch 3 of 4?[2J") && $0.contains("  a name that takes    0% begins")
                    && $0.allSatisfy { $0.count < 40 }
            }
            screen.type("")
            try screen.wait { $0.contains { $0.hasPrefix("training: 2/2 done (100%)") } }
        }

        @Test func prefixedLinesOfSeveralWorkersAreWholeAboveTheBar() throws {
            let screen = try Screen(columns: 80, rows: 24, "prefixed")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("6/7") == true }
            screen.type("x")
            try screen.wait { $0.contains { $0.hasPrefix("7/7 done") } }
            let all = screen.history.filter { $0.hasPrefix("[") }
            for number in 1...6 {
                for line in 0..<20 {
                    for text in ["piece", "error"] {
                        let pattern = try Regex("\\[print \(number), worker [01]\\] \(text) \(line) of \(number)")
                        let count = all.count { (try? pattern.wholeMatch(in: $0)) != nil }
                        #expect(count == 1, "\(text) \(line) of \(number)")
                    }
                }
                #expect(all.count { $0.hasSuffix("] end of \(number)") } == 1)
            }
            #expect(all.count == 6 * 41)
        }

        @Test func aTerminalThatChangesItsSizeHasTheBarRightAfter() throws {
            let screen = try Screen(columns: 80, rows: 24, "session")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("30/31") == true }
            for (columns, rows) in [(100, 40), (30, 8), (60, 30), (90, 9), (24, 24), (80, 12)] {
                screen.resize(columns: columns, rows: rows)
                // Right after: the size is looked at ten times a second.
                try screen.wait(tries: 40) { lines in
                    lines.last?.contains("30/31") == true && lines.count <= rows
                        && lines.suffix(2).allSatisfy { $0.count < columns }
                }
            }
            screen.type("x")
            try screen.wait { $0.contains("after 40") }
        }

        @Test func aNarrowTerminalKeepsFailuresInColour() throws {
            let screen = try Screen(columns: 24, rows: 10, "session")
            defer { screen.close() }
            try screen.wait { $0.last == " 96% 30/31 7 failed" }
            #expect(screen.colouredLines.contains { $0.contains("\u{1B}[31m7 failed") })
            #expect(screen.lines.dropLast().last == "  last one")
        }

        @Test func withoutColoursThereIsABarWithoutColours() throws {
            let screen = try Screen(columns: 80, rows: 10, "session", environment: "NO_COLOR=1")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("30/31 7 failed") == true }
            #expect(!screen.colouredLines.contains { $0.contains("\u{1B}[3") })
        }

        @Test func aSignalThatEndsTheProgramLeavesATerminalThatScrolls() throws {
            let screen = try Screen(columns: 80, rows: 12, "session", then: "seq 1 40")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("30/31") == true }
            screen.sendKey("C-c")
            try screen.wait { $0.contains("40") }
            // With a region left behind, the last lines would keep the bar.
            #expect(!screen.lines.contains { $0.contains("30/31") })
            #expect(screen.lines.contains("31"))
        }

        @Test func aProgramThatExitsWhileItWaitsLeavesATerminalThatScrolls() throws {
            let screen = try Screen(columns: 80, rows: 12, "exit", then: "seq 1 40")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("30/31") == true }
            screen.type("x")
            try screen.wait { $0.contains("40") }
            #expect(!screen.lines.contains { $0.contains("30/31") })
            #expect(screen.lines.contains("31"))
        }

        @Test func aProgramThatIsStoppedHasNoBarUntilItGoesOn() throws {
            let screen = try Screen(columns: 80, rows: 12, "session", then: "seq 1 40; read line; fg >/dev/null")
            defer { screen.close() }
            try screen.wait { $0.last?.contains("30/31") == true }
            screen.sendKey("C-z")
            try screen.wait { $0.contains("40") }
            #expect(!screen.lines.contains { $0.contains("30/31") })
            screen.type("")
            try screen.wait { $0.last?.contains("30/31") == true && $0.contains("40") }
            screen.type("x")
            try screen.wait { $0.contains("after 40") }
        }

        @Test(arguments: ["TERM=dumb", "TERM="])
        func aTerminalThatCanOnlyPrintGetsPlainLines(_ variable: String) throws {
            let screen = try Screen(columns: 80, rows: 24, "map", environment: variable)
            defer { screen.close() }
            try screen.wait { $0.contains("sum 338350") }
            #expect(screen.lines.contains { $0.hasPrefix("100/100 done (100%) in ") })
            #expect(screen.lines.count == 2)
        }

        @Test(arguments: ["map", "stream", "session-map"])
        func aPipeGetsPlainLinesWithoutColoursOnStandardError(_ mode: String) throws {
            let run = try TestProgram("progress-screen").run([mode], keeping: .standardError)
            let text = run.output
            #expect(run.isSuccessful)
            #expect(text.contains("100/100 done (100%)"))
            #expect(!text.contains("\u{1B}"))
            #expect(text.split(separator: "\n").count == 1)
        }
    }
}

/// A terminal without a window, in which a program runs.
private struct Screen {
    private let server = "multitasking-\(UUID().uuidString)"

    /// The program beside this test program.
    static let program = TestProgram("progress-screen").url

    init(columns: Int, rows: Int, _ mode: String, environment: String = "", then command: String = "true") throws {
        // The terminal stays open after the program, so that what it left can be read.
        // As in a shell that somebody types in: with job control, and with colours, which `swift test` may have off.
        let shell =
            "unset NO_COLOR; trap : INT; set -m; \(environment) '\(Self.program.path)' \(mode); \(command); sleep 600"
        let status = run(
            ["-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "sh", "-c", shell]
        )
        try #require(status.code == 0, "tmux must be installed, as `make setup-tests` does: \(status.output)")
        run(["set-option", "-g", "status", "off"])
    }

    /// Ends the server and, with its terminals, what runs in them.
    ///
    /// By force: Foundation starts programs with signals blocked, so the server does not learn of its children's end.
    func close() {
        let answer = run(["display-message", "-p", "#{pid}"]).output.trimmingCharacters(in: .whitespacesAndNewlines)
        if let server = pid_t(answer), server > 1 { kill(server, SIGKILL) }
    }

    func type(_ text: String) { run(["send-keys", text, "Enter"]) }
    func sendKey(_ key: String) { run(["send-keys", key]) }
    func resize(columns: Int, rows: Int) { run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"]) }

    /// The lines of the screen up to the last that is not empty.
    var lines: [String] { split(run(["capture-pane", "-p"]).output) }

    /// The same with the sequences that set colours.
    var colouredLines: [String] { split(run(["capture-pane", "-p", "-e"]).output) }

    /// With what has scrolled away.
    var history: [String] { split(run(["capture-pane", "-p", "-S", "-", "-J"]).output) }

    /// Blocks until the screen is as wanted, for at most 30 seconds.
    ///
    /// - Parameter tries: how often to look at most, each time 50 ms later.
    func wait(
        tries: Int = 600, sourceLocation: SourceLocation = #_sourceLocation, _ condition: ([String]) -> Bool
    ) throws {
        for _ in 0..<tries {
            if condition(lines) { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        Issue.record("the screen shows:\n\(lines.joined(separator: "\n"))", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    private func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            String($0.reversed().drop { $0 == " " }.reversed())
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    @discardableResult
    private func run(_ arguments: [String]) -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        // Foundation waits until nobody holds a descriptor that it hands on, which the server would.
        let command = """
            for file in /proc/$$/fd/*; do n=${file##*/}; [ $n -le 2 ] || eval "exec $n>&-"; done; exec tmux "$@"
            """
        process.arguments = ["-c", command, "tmux", "-L", server] + arguments
        // Not a pipe: the server that the first command starts would keep it open.
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        guard FileManager.default.createFile(atPath: file.path, contents: nil),
            let handle = FileHandle(forUpdatingAtPath: file.path)
        else { return (127, "there is no room for a file in \(file.path)") }
        defer { try? FileManager.default.removeItem(at: file) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        guard (try? process.run()) != nil else { return (127, "no env") }
        process.waitUntilExit()
        let output = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return (process.terminationStatus, output)
    }
}
