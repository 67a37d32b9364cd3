import Foundation
import MultitaskingCore
import MultitaskingRay
import MultitaskingTestPrograms
@testable import RemoteWorkers
import Testing

@Suite struct PrefixedLinesTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func piecesOfLines_becomeWholeLines_andTheLastOneHasAnEnd() {
        var lines = PrefixedLines(TaskOptions(name: "page 7"), worker: 2)
        #expect(text(lines.take("conv".utf8)) == "")
        let whole = ["converting", "", "next"].map { "[page 7, worker 2] \($0)\n" }.joined()
        #expect(text(lines.take("erting\n\nnext\nla".utf8)) == whole)
        #expect(text(lines.end()) == "[page 7, worker 2] la\n" && lines.end() == [])
    }

    @Test func namesOfSeveralLines_andNone_makeOneLine() {
        var lines = PrefixedLines(TaskOptions(name: "two\nlines"), worker: 0)
        #expect(text(lines.take("a\n".utf8)) == "[two?lines, worker 0] a\n")
        var unnamed = PrefixedLines(TaskOptions(), worker: 1)
        #expect(text(unnamed.take("a\n".utf8)) == "[worker 1] a\n")
    }

    @Test(arguments: ["x", "é", "👩"]) func lineThatIsLong_continuesInAnother_andCutsNoCharacter(_ character: String) {
        var lines = PrefixedLines(TaskOptions(), worker: 1)
        let printed = text(lines.take(String(repeating: character, count: 5000).utf8) + lines.end())
        let parts = printed.split(separator: "\n").map { $0.dropFirst("[worker 1] ".count) }
        #expect(parts.joined() == String(repeating: character, count: 5000))
        #expect(parts.count == (5000 * character.utf8.count + 4095) / 4096 && parts.allSatisfy { $0.utf8.count < 4100 })
    }
}

@Suite(.serialized) struct RelayedOutputTests {
    @Test func linesOfTasksThatPrintAtOnce_comeWhole_withNameAndWorker_andTheLastOnesToo() throws {
        let driver = package.appendingPathComponent("Tests/Ray/fake_driver.py").path
        let run = try TestProgram("ray-harness").run(["lines", "--fake", driver], keeping: .standardOutput)
        var found: [String: Int] = [:]
        for line in run.output.split(separator: "\n") {
            let match = try #require(try /\[task (\d), worker [01]\] (.*)/.wholeMatch(in: line), "\(line)")
            #expect(match.2.hasSuffix(" \(match.1)"))
            found[String(match.2), default: 0] += 1
        }
        let expected = (0..<6).flatMap { task in (0..<20).map { "line \($0) of \(task)" } + ["the end of \(task)"] }
        #expect(found == Dictionary(uniqueKeysWithValues: expected.map { ($0, 1) }))
    }
}
