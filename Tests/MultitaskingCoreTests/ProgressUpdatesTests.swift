import Synchronization
import Testing

@testable import MultitaskingCore

@Suite struct ProgressUpdatesTests {
    @Test func looksTakeATenthOfTheTimeAtMost() {
        func pause(_ cost: Duration, _ interval: Duration) -> Duration { .pause(afterLookOf: cost, every: interval) }
        #expect(pause(.zero, .milliseconds(100)) == .milliseconds(100))
        #expect(pause(.milliseconds(11), .milliseconds(100)) == .milliseconds(100))
        #expect(pause(.milliseconds(200), .milliseconds(100)) == .milliseconds(1_800))
        // A process that was stopped during a look goes on soon.
        #expect(pause(.seconds(3_600), .milliseconds(100)) == .seconds(10))
        #expect(pause(.seconds(3_600), .seconds(60)) == .seconds(60))
        #expect(pause(.seconds(-1), .milliseconds(1)) == .milliseconds(1))
    }

    @Test func looksThatTakeLong_areRarer_andTheLastOneComes() async throws {
        let looks = Mutex<[(start: ContinuousClock.Instant, end: ContinuousClock.Instant)]>([])
        let updates = ProgressUpdates(every: .milliseconds(1), timeline: nil) {
            let start = ContinuousClock.now
            let number = looks.withLock(\.count)
            while ContinuousClock.now < start + .milliseconds(10) {}
            looks.withLock { $0.append((start, .now)) }
            return Progress(running: 3 - number, succeeded: number)
        }
        var seen: [Int] = []
        for try await progress in updates { seen.append(progress.succeeded) }
        #expect(seen == [0, 1, 2, 3])
        let all = looks.withLock { $0 }
        for (look, next) in zip(all, all.dropFirst()) {
            #expect(next.start - look.end >= min((look.end - look.start) * 9, .seconds(10)))
        }
    }
}
