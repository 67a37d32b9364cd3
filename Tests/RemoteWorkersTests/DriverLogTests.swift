import Testing

@testable import RemoteWorkers

@Suite struct DriverLogTests {
    @Test func stackOfADriverThatFails_leavesTheLineThatSaysWhy() {
        let why = "[2026-11-27 13:13:01,123 C 7 9] normal_task_submitter.cc:583: Check failed: it != tasks.end()"
        let frames = (0..<100).map { "/venv/ray/_raylet.so(+0x\($0)) [0x7f] ray::core::Submitter::Push()" }
        let log = (["Traceback", why, "*** StackTrace Information ***"] + frames).joined(separator: "\n")
        #expect(DriverProcess.lastWords(of: log) == "Traceback\n\(why)\n*** StackTrace Information ***")
    }

    @Test func stateAndColors_areLeftOut() {
        let log = """
            \u{1B}[33m(raylet)\u{1B}[0m The \u{1B}[2K\u{1B}[1;31mnode has been marked dead
                [state-dump] NodeManager:
                [state-dump]
            the end
            """
        #expect(DriverProcess.lastWords(of: log) == "(raylet) The node has been marked dead\nthe end")
    }

    @Test func longLog_isItsEnd() {
        let log = (0..<1000).map { "line \($0)" }.joined(separator: "\n")
        let words = DriverProcess.lastWords(of: log)
        #expect(words.count == 2000 && words.hasSuffix("line 998\nline 999"))
    }
}
