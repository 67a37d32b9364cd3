import Multitasking
import Testing

@testable import MultitaskingInMemory

/// What a simulation has planned.
@Suite(.timeLimit(.minutes(2))) struct TimerQueueTests {
    @Test(arguments: [false, true])
    func timersComeInTheOrderOfTime_andOfPlanning_alsoAfterOthersWereForgotten(_ forgets: Bool) {
        var queue = TimerQueue()
        var random = SplitMix64(seed: 1)
        var expected: [(time: Nanoseconds, number: Int)] = []
        for number in 0..<1_000 {
            let time = Nanoseconds(random.next() % 50)
            queue.add(.call(number), at: time)
            if !forgets || number.isMultiple(of: 3) { expected.append((time, number)) }
        }
        if forgets {
            queue.removeAll { if case .call(let number) = $0 { !number.isMultiple(of: 3) } else { true } }
        }
        #expect(queue.count == expected.count)
        var found: [Int] = []
        while let timer = queue.next {
            if case .call(let number) = timer.event { found.append(number) }
            queue.removeNext()
        }
        expected.sort { ($0.time, $0.number) < ($1.time, $1.number) }
        #expect(found == expected.map(\.number))
    }

    @Test func manyWaitsThatHaveEnded_leaveFewTimers_beforeTheirLimitsPass() throws {
        let pool = try InMemoryPool(.seed(1), options: InMemoryOptions(maxWorkers: 1))
        for number in 0..<2_000 {
            #expect(try pool.submit(double, number).value(timeout: .seconds(3600)) == 2 * number)
        }
        #expect(pool.simulation.update { state, _ in state.timers.count } <= 128)
        pool.shutdown(.drain)
    }
}
