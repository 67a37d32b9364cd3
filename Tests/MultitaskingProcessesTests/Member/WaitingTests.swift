import MultitaskingCore
import MultitaskingSystem
import Testing

@testable import MultitaskingProcesses

/// On a single core nobody looks, as nothing can come meanwhile.
@Suite(.enabled(if: SpinningCores.count > 1))
struct WaitingTests {
    /// How often somebody who waits with this limit looks for what does not come before the look number `end`.
    private func looks(spinTime: Duration, end: Int = .max) throws -> (count: Int, isReady: Bool) {
        let fixture = try Fixture(workers: 1)
        fixture.arena.limits.store(WorkerLimits(spinTime: spinTime))
        var count = 0
        let isReady = fixture.membership(1).spin(for: .element) {
            count += 1
            return count == end
        }
        return (count, isReady)
    }

    @Test func withNoTimeToSpin_looksOnce() throws {
        let (count, isReady) = try looks(spinTime: .zero)
        #expect(count == 1)
        #expect(!isReady)
    }

    /// One core is enough for the only member that is awake.
    @Test func withTimeToSpin_looksUntilItComes() throws {
        let (count, isReady) = try looks(spinTime: .seconds(1), end: 200)
        #expect(count == 200)
        #expect(isReady)
    }

    @Test func withLittleTimeToSpin_givesUp() throws {
        let (count, isReady) = try looks(spinTime: .nanoseconds(1))
        #expect(count > 1)
        #expect(!isReady)
    }
}
