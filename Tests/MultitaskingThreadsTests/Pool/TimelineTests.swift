import Foundation
import MultitaskingCore
import MultitaskingThreads
import Testing

@Suite struct TimelineTests {
    @Test
    func timelineOfThreads_hasASliceForEachTaskOnItsWorkersTrack() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("trace-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let pool = try ThreadPool(maxWorkers: 2)
        defer { pool.shutdown(.drain) }
        for round in 1...2 {
            let count = 500 * round
            try pool.record(to: path) {
                #expect(throws: MultitaskingError.self) { try pool.beginRecording(to: path) }
                let futures = try (0..<count).map { number in
                    try pool.submit(options: TaskOptions(name: "task \(number)"), number) { $0 + 1 }
                }
                for future in futures { _ = try future.value() }
            }
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            let events = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
            let slices = events.filter { $0["ph"] as? String == "X" }
            let runs = slices.filter { ($0["tid"] as? Int ?? 0) >= 10 && $0["name"] as? String != "running" }
            #expect(runs.count == count)
            #expect(Set(runs.compactMap { $0["name"] as? String }) == Set((0..<count).map { "task \($0)" }))
            #expect(slices.filter { $0["tid"] as? Int == 1 }.count == count, "what was submitted")
        }
    }

    @Test
    func timelineOfThreads_hasArrowsFromSendToReceive() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("trace-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let pool = try ThreadPool(maxWorkers: 2)
        defer { pool.shutdown(.drain) }
        let (first, second) = (try pool.makeChannel(capacity: 4), try pool.makeChannel(capacity: 0))
        try pool.record(to: path) {
            let passing = try pool.submit(first, second) { first, second in
                while let number = try first.receive(as: Int.self, wait: .forever) {
                    _ = try second.send(number, wait: .forever)
                }
            }
            let reading = try pool.submit(second) { second in
                try (0..<10).compactMap { _ in try second.receive(as: Int.self, wait: .forever) }
            }
            #expect(try first.send(contentsOf: Array(0..<3), wait: .forever) == 3)
            for number in 3..<10 { #expect(try first.send(number, wait: .forever)) }
            #expect(try reading.value() == Array(0..<10))
            first.close()
            try passing.value()
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let events = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        func named(_ name: String, _ kind: String) -> [[String: Any]] {
            events.filter { $0["ph"] as? String == kind && $0["name"] as? String == name }
        }
        #expect(named("send 3 channel 1", "X").count == 1)
        #expect(named("send channel 1", "X").count == 7)
        #expect(named("receive channel 1", "X").count == 10)
        #expect(named("send channel 2", "X").count == 10)
        #expect(named("receive channel 2", "X").count == 10)
        let arrows = named("message", "f")
        #expect(arrows.count == 20)
        #expect(Set(arrows.compactMap { $0["tid"] as? Int }).count == 2, "both workers receive")
        #expect(!named("channel 1", "C").isEmpty)
    }

    @Test
    func timelineOfThreads_hasWhatWasSentToChannelsThatAreGone() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("trace-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let pool = try ThreadPool(maxWorkers: 1)
        defer { pool.shutdown(.drain) }
        try pool.record(to: path) {
            for number in 0..<10 {
                let channel = try pool.makeChannel(capacity: 1)
                #expect(try channel.send(number, wait: .never))
                #expect(try channel.receive(as: Int.self, wait: .never) == number)
            }
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let events = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        let slices = events.filter { $0["ph"] as? String == "X" }
        for channel in 1...10 {
            for verb in ["send", "receive"] {
                #expect(slices.filter { $0["name"] as? String == "\(verb) channel \(channel)" }.count == 1)
            }
        }
        #expect(events.filter { $0["ph"] as? String == "f" && $0["name"] as? String == "message" }.count == 10)
    }
}
