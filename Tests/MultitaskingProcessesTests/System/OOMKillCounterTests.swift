import Foundation
import Testing

@testable import MultitaskingProcesses

struct OOMKillCounterTests {
    private func withFile(_ body: (String, (String) throws -> Void) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "system-kills-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path) { try $0.write(toFile: path, atomically: true, encoding: .utf8) }
    }

    @Test func aGrowingCountIsToldOnce() throws {
        try withFile { path, write in
            try write("nr_free_pages 9\noom_kill 3\noom_kill_other 8\n")
            let kills = OOMKillCounter(path: path)
            kills.begin()
            #expect(!kills.hasKilledSinceLastAsked())
            try write("nr_free_pages 9\noom_kill 4\noom_kill_other 8\n")
            #expect(kills.hasKilledSinceLastAsked())
            #expect(!kills.hasKilledSinceLastAsked())
        }
    }

    @Test func whereNobodyCountsNobodyIsBlamed() throws {
        try withFile { path, write in
            let missing = OOMKillCounter(path: path)
            missing.begin()
            try write("oom_kill 4\n")
            #expect(!missing.hasKilledSinceLastAsked(), "there was no count to compare with")
            try write("oom_kill many\n")
            #expect(!missing.hasKilledSinceLastAsked())
        }
    }

    @Test func theSystemCounts() {
        let kills = OOMKillCounter()
        kills.begin()
        #expect(kills.isCounted)
    }
}
