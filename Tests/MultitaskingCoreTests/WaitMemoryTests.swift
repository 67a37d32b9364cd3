import Foundation
import MultitaskingCore
import Testing

@Suite struct WaitMemoryTests {
    @Test func waitsThatEndLongBeforeTheirLimits_leaveNothingUntilThen() async throws {
        func wait(count: Int) async throws {
            for _ in 0..<count {
                // In two steps, so that it waits.
                let hasEnded = try await awaitCallback(.upTo(.seconds(3_600))) { callback in Task { callback() } }
                #expect(hasEnded)
            }
        }
        try await wait(count: 5_000)
        let before = try residentBytes()
        // Each kept some 700 bytes for an hour.
        try await wait(count: 50_000)
        #expect(try residentBytes() < before + (12 << 20))
    }

    @Test func sleepInSteps_takesAsLongAsItIsAskedTo() async throws {
        let start = ContinuousClock.now
        try await sleepInSteps(for: .milliseconds(350))
        #expect(start.duration(to: .now) >= .milliseconds(350))
        try await sleepInSteps(for: .zero)
        try await sleepInSteps(for: .seconds(-1))
    }

    @Test func sleepInSteps_ofACancelledTask_throwsAtOnce() async throws {
        let sleeper = Task { try await sleepInSteps(for: .seconds(Int64.max)) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    private func residentBytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(pages.count > 1 ? Int(pages[1]) : nil) * Int(getpagesize())
    }
}
