import Multitasking
import Testing

@testable import MultitaskingSessions

@Suite struct ProgressLineTests {
    private func snapshot(
        queued: Int = 0, running: Int = 0, succeeded: Int = 0, failed: Int = 0, cancelled: Int = 0, seconds: Int = 10
    ) -> ProgressSnapshot {
        ProgressSnapshot(
            progress: Progress(
                queued: queued, running: running, succeeded: succeeded, failed: failed, cancelled: cancelled,
                elapsed: .seconds(seconds)))
    }

    private func line(
        _ width: Int, _ snapshot: ProgressSnapshot, label: String = "", hasColours: Bool = false
    ) -> String {
        ProgressLine(width: width, hasColours: hasColours, isUnicode: false).bar(snapshot, label: label)
    }

    @Test func aWideTerminalShowsEverything() {
        let text = line(100, snapshot(queued: 50, running: 10, succeeded: 36, failed: 3, cancelled: 1), label: "images")
        let bar = String(repeating: "#", count: 16) + String(repeating: ".", count: 24)
        #expect(text == "images  40% [\(bar)] 40/100 3 failed 1 cancelled 00:15 left 4/s")
    }

    @Test(arguments: 0...130)
    func noLineIsAsWideAsItsTerminal(_ width: Int) {
        let many = snapshot(
            queued: 123_456, running: 8, succeeded: 99_999, failed: 1234, cancelled: 17, seconds: 90_000)
        for label in ["", "a label that is rather long", "名前名前名前名前名前名前名前名前"] {
            #expect(ProgressLine.columns(of: line(width, many, label: label)) <= max(0, width - 1))
            #expect(ProgressLine.columns(of: line(width, snapshot(), label: label)) <= max(0, width - 1))
            let task = ProgressLine(width: width, hasColours: false, isUnicode: true).task(.init(name: label))
            #expect(ProgressLine.columns(of: task) <= max(2, width - 1))
        }
    }

    @Test(arguments: [
        (30, "images  50% 50/100 5 failed"), (24, " 50% 50/100 5 failed"), (20, "50/100 5 failed"), (12, "50/100"),
    ])
    func aNarrowTerminalKeepsCountsAndFailures(_ width: Int, _ text: String) {
        #expect(line(width, snapshot(queued: 50, succeeded: 45, failed: 5), label: "images") == text)
    }

    @Test func coloursDoNotCountAsColumns() {
        let plain = line(80, snapshot(queued: 5, succeeded: 3, failed: 2))
        let coloured = line(80, snapshot(queued: 5, succeeded: 3, failed: 2), hasColours: true)
        #expect(coloured.contains("\u{1B}[31m"))
        #expect(coloured.replacing(/\u{1B}\[\d+m/, with: "") == plain)
    }

    @Test func aHundredPercentIsOnlyTheEnd() {
        #expect(line(80, snapshot(running: 1, succeeded: 9_999)).contains(" 99%"))
        #expect(line(80, snapshot(succeeded: 10_000)).contains("100%"))
    }

    @Test func controlCharactersOfNamesMoveNoCursor() {
        let line = ProgressLine(width: 80, hasColours: true, isUnicode: true).task(
            .init(name: "a\u{1B}[2Jb\nc\u{9B}1mé"))
        #expect(line == "  a?[2Jb?c?1mé")
    }

    @Test func aLogSaysWhatHasEndedAndHowFast() {
        let text = ProgressLine.plain(snapshot(queued: 50, succeeded: 40, failed: 10), label: "images")
        #expect(text == "images: 50/100 done (50%) in 00:10, 10 failed, 5/s, 00:10 left")
        var unknown = snapshot(succeeded: 40)
        unknown.hasTotal = false
        #expect(ProgressLine.plain(unknown, label: "") == "40 done in 00:10, 4/s")
    }

    @Test(arguments: [
        (Duration.seconds(0), "00:00"), (.seconds(65), "01:05"), (.seconds(3_600), "1:00:00"),
        (.seconds(90_000), "1 d 1 h"), (.seconds(-5), "00:00"), (.seconds(Int64.max), "106751991167300 d 15 h"),
    ])
    func timesAreShort(_ duration: Duration, _ text: String) { #expect(ProgressLine.clock(duration) == text) }
}
