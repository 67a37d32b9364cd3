import Foundation
import MultitaskingSystem
import Testing

@Suite struct EventClockTests {
    /// The counter's speed is measured over 10 ms, and each thread asks the system again after 1 ms.
    @Test(arguments: [1, 4])
    func eventsHaveTheTimeOfTheSystemsClock_onAllThreads(_ threads: Int) {
        let worst = (0..<threads).map { _ in Latest() }
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            let end = monotonicNanoseconds() + 60_000_000
            var before = monotonicNanoseconds()
            while before < end {
                let event = eventNanoseconds()
                let after = monotonicNanoseconds()
                worst[thread].note(max(before - event, event - after))
                before = after
            }
        }
        // Of the time between the two looks around it, however long that was.
        for latest in worst { #expect(latest.nanoseconds < 2_000, "nanoseconds off") }
    }
}

/// The worst of some differences, of one thread.
private final class Latest: @unchecked Sendable {
    // SAFETY: written by one thread, and read when that is through.
    private(set) var nanoseconds = Int64.min

    func note(_ difference: Int64) { nanoseconds = max(nanoseconds, difference) }
}
