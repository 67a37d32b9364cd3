import MultitaskingCore
import MultitaskingSystem
import Testing

@Suite("Durations as the system wants them")
struct NanosecondsTests {
    private static let greatest = Duration(secondsComponent: .max, attosecondsComponent: 0)
    private static let least = Duration(secondsComponent: .min, attosecondsComponent: 0)

    @Test("A duration that does not fit becomes the nearest number")
    func nanoseconds() {
        #expect(Duration.seconds(2).nanoseconds == 2_000_000_000)
        #expect(Self.greatest.nanoseconds == .max)
        #expect(Self.least.nanoseconds == .min)
        #expect(Int64.max.addingSaturated(1) == .max)
        #expect(Int64.min.addingSaturated(-1) == .min)
    }

    @Test("A wait is never negative, and never so long that it cannot be added to now")
    func clamping() {
        #expect(Self.least.clampedForWaiting == .zero)
        #expect(Self.greatest.clampedForWaiting == .longestWait)
        #expect(Duration.seconds(3).clampedForWaiting == .seconds(3))
        #expect(ContinuousClock.now + Self.greatest.clampedForWaiting > .now)
        #expect(monotonicNanoseconds().addingSaturated(Duration.longestWait.nanoseconds) < .max)
    }

    @Test("Milliseconds are rounded up and cut to what poll takes")
    func milliseconds() {
        #expect(Duration.nanoseconds(1).pollMilliseconds == 1)
        #expect(Duration.milliseconds(5).pollMilliseconds == 5)
        #expect(Self.greatest.pollMilliseconds == .max)
        #expect(Self.least.pollMilliseconds == 0)
    }
}
