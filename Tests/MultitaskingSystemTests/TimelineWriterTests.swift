import Foundation
import MultitaskingCore
import Synchronization
import Testing

@testable import MultitaskingSystem

@Suite struct TimelineWriterTests {
    // MARK: Text

    @Test(arguments: [
        (0, "0.000"), (1, "0.001"), (999, "0.999"), (1_000, "1.000"), (1_234_567, "1234.567"), (-5, "-0.005"),
        (Int64.max, "9223372036854775.807"), (Int64.min, "-9223372036854775.808"),
    ])
    func microseconds_haveThreeDigitsBehindThePoint(_ nanoseconds: Int64, _ expected: String) {
        var text = TraceText()
        text.put(microseconds: nanoseconds)
        #expect(String(decoding: text.bytes, as: UTF8.self) == expected)
    }

    @Test(arguments: ["", "plain", "a \"quote\" \\ and\nline", "\u{0}\u{1f}\u{7f}", "Zürich 🧵"])
    func strings_areReadBackAsTheyWere(_ string: String) throws {
        var text = TraceText()
        text.put("[")
        text.put(string: string)
        text.put("]")
        let array = try JSONSerialization.jsonObject(with: Data(text.bytes)) as? [String]
        #expect(array == [string])
    }

    // MARK: Arrows

    private static let channel = SharedObjectID(rawValue: 1)

    private static func message(
        _ elements: Range<UInt64>, in channel: SharedObjectID = channel, isSend: Bool, at time: Int64 = 10,
        by thread: Int32 = 1 << 22
    ) -> TimelineMessage {
        TimelineMessage(
            isSend: isSend, place: .thread(thread, pid: nil), channel: channel, elements: elements, start: time,
            end: time + 2)
    }

    @Test func received_isFoundAmongWhatWasSentInAnyOrderAndSize() {
        var arrows = MessageArrows()
        for elements: Range<UInt64> in [0..<1, 5..<9, 1..<5, 9..<10] {
            arrows.add(Self.message(elements, isSend: true))
        }
        arrows.add(Self.message(0..<100, in: SharedObjectID(rawValue: 2), isSend: true))
        let expected: [(Range<UInt64>, [Range<UInt64>])] = [
            (0..<1, [0..<1]), (4..<5, [1..<5]), (4..<6, [1..<5, 5..<9]), (0..<10, [0..<1, 1..<5, 5..<9, 9..<10]),
            (9..<12, [9..<10]), (10..<11, []),
        ]
        for (elements, sends) in expected {
            let found = arrows.sends(of: Self.message(elements, isSend: false)).map(\.elements)
            #expect(found == sends, "\(elements)")
        }
    }

    @Test func sends_areRememberedAsLongAsThereIsRoom() {
        var arrows = MessageArrows()
        let count: UInt64 = 200_000
        for number in 0..<count { arrows.add(Self.message(number..<number + 1, isSend: true)) }
        #expect(arrows.sends(of: Self.message(count - 1..<count, isSend: false)).count == 1)
        #expect(arrows.sends(of: Self.message(count - 20_000..<count - 19_999, isSend: false)).count == 1)
        #expect(arrows.sends(of: Self.message(0..<1, isSend: false)).isEmpty)
        let remembered = arrows.sends(of: Self.message(0..<count, isSend: false)).count
        #expect((20_000...65_536).contains(remembered))
    }

    // MARK: Files

    /// A source that tells what a test has put into it.
    private final class Source: TimelineSource {
        let places: [TimelinePlace] = [.worker(0, pid: 4711)]
        let steps: Mutex<[TimelineEvents]>

        init(_ steps: [TimelineEvents]) { self.steps = Mutex(steps) }

        func name(of channel: SharedObjectID) -> String { "channel \(channel.rawValue)" }
        func takeEvents() -> TimelineEvents { steps.withLock { $0.isEmpty ? TimelineEvents() : $0.removeFirst() } }
        func gauges() -> [TimelineGauge] { [TimelineGauge("tasks", [("queued", 1), ("running", 2)])] }
        func endTimeline() {}
    }

    private typealias Event = [String: Any]

    /// Writes what a source tells in some steps, from a time of 1,000 ns on.
    private func events(of steps: [TimelineEvents], more: Int = 0) throws -> [Event] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("trace-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let source = Source(steps)
        var writer = try TimelineWriter(path, places: source.places, now: 1_000)
        let last = steps.count + more
        for step in 1...last { writer.write(source, at: Int64(100_000 * step), isLast: step == last) }
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [Event])
    }

    @Test func receivedBeforeItsSendIsRead_hasItsArrowAStepLater() throws {
        var (first, second) = (TimelineEvents(), TimelineEvents())
        first.messages = [Self.message(3..<4, isSend: false, at: 5_000, by: 1 << 22 + 2)]
        second.messages = [Self.message(3..<4, isSend: true, at: 4_000)]
        let arrows = try events(of: [first, second]).filter { $0["name"] as? String == "message" }
        #expect(arrows.map { $0["ph"] as? String } == ["s", "f"])
        #expect(arrows.map { $0["ts"] as? Double } == [3.0, 4.001])
    }

    @Test func receivedWithoutASend_isASliceWithoutAnArrow() throws {
        var step = TimelineEvents()
        step.messages = [Self.message(3..<4, isSend: false, at: 5_000)]
        let all = try events(of: [step], more: 5)
        #expect(all.count { $0["name"] as? String == "receive channel 1" } == 1)
        #expect(!all.contains { $0["name"] as? String == "message" })
    }

    @Test func spanThatBeganBeforeTheRecording_beginsWithIt() throws {
        var step = TimelineEvents()
        step.spans = [
            TaskSpan(
                name: "early", worker: 0, pid: 4711, submission: 200, start: 400, runStart: 500, encodeStart: 3_000,
                end: 4_000)
        ]
        let all = try events(of: [step])
        let slices = all.filter { $0["ph"] as? String == "X" && $0["pid"] as? Int == 4711 }
        #expect(slices.map { $0["name"] as? String } == ["early", "running", "encoding"])
        #expect(slices.map { $0["ts"] as? Double } == [0, 0, 2.0])
        #expect(slices.map { $0["dur"] as? Double } == [3.0, 2.0, 1.0])
        #expect(all.allSatisfy { ($0["ts"] as? Double ?? -1) >= 0 })
    }

    @Test func workersThatAreThere_haveTracksBeforeTheyDoAnything() throws {
        let names = try events(of: [TimelineEvents()]).filter { $0["name"] as? String == "process_name" }
        #expect(names.compactMap { ($0["args"] as? [String: Any])?["name"] as? String } == ["client", "worker 0"])
    }

    @Test func lostEvents_areCounted() throws {
        var step = TimelineEvents()
        (step.lostSpans, step.lostEvents) = (3, 4)
        let lost = try events(of: [step, step]).filter { $0["name"] as? String == "not recorded" }
        #expect(lost.compactMap { ($0["args"] as? [String: Int])?["tasks"] } == [3, 6])
        #expect(lost.compactMap { ($0["args"] as? [String: Int])?["events"] } == [4, 8])
    }
}
