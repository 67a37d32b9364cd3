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
}
