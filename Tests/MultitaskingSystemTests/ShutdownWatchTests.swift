import MultitaskingCore
import MultitaskingSystem
import Synchronization
import Testing

@Suite struct ShutdownWatchTests {
    @Test func tasksThatAllWaitWithoutALimitAreReportedOnceAndWaitedForOn() {
        let pool = Pool(isStuck: true, pulses: [1, 2, 2])
        var limits: [Duration?] = []
        let notice = ShutdownWatch(pool, patience: .seconds(3)).wait { limit in
            limits.append(limit)
            return limit == nil
        }
        // Something happened between the first two looks, and nothing between the last two.
        #expect(limits == [.seconds(3), .seconds(3), .seconds(3), nil])
        #expect(notice?.contains("2 running and 5 queued tasks") == true)
        #expect(notice?.contains("3.0 seconds") == true)
    }

    @Test func tasksThatRunAreNotReported() {
        let pool = Pool(isStuck: false, pulses: [7])
        var looks = 0
        let notice = ShutdownWatch(pool).wait { _ in
            looks += 1
            return looks == 20
        }
        #expect(notice == nil)
    }

    @Test func anEndWithinTheFirstWaitIsNotReported() {
        #expect(ShutdownWatch(Pool(isStuck: true, pulses: [])).wait { $0 == .seconds(10) } == nil)
    }

    private final class Pool: PoolActivity {
        let workLeft = WorkLeft(running: 2, queued: 5)
        let isStuck: Bool
        private let pulses: Mutex<[UInt64]>

        init(isStuck: Bool, pulses: [UInt64]) {
            self.isStuck = isStuck
            self.pulses = Mutex(pulses)
        }

        var pulse: UInt64 { pulses.withLock { $0.isEmpty ? 0 : $0.removeFirst() } }
    }
}
