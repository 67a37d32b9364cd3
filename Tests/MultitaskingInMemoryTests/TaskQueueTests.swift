import Multitasking
import Testing

@testable import MultitaskingInMemory

/// The order in which tasks that wait are taken.
@Suite(.timeLimit(.minutes(2))) struct TaskQueueTests {
    @Test func tasksThatAreTriedAgainComeFirst_andTheOthersInTheirOrder() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        var queue = TaskQueue()
        var (again, others): ([Int], [Int]) = ([], [])
        for number in 0..<10_000 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                queue.appendRetry(number)
                again.append(number)
            case 1, 2:
                queue.append(number, .normal)
                others.append(number)
            default:
                #expect(queue.first == again.first ?? others.first, "seed \(seed)")
                queue.removeFirst(isTaken: .random(using: &random))
                if !again.isEmpty { again.removeFirst() } else if !others.isEmpty { others.removeFirst() }
            }
        }
        for number in again + others {
            #expect(queue.first == number, "seed \(seed)")
            queue.removeFirst(isTaken: true)
        }
        #expect(queue.first == nil)
    }

    @Test func whatADeadTaskHasNotReported_isPutBackInItsOrder_onEachChannel() throws {
        let pool = try InMemoryPool(.seed(1), options: InMemoryOptions(maxWorkers: 1))
        defer { pool.shutdown() }
        let channels = try [0, 1].map { _ in try pool.makeChannel(redelivers: true) }
        for number in 0..<100 { for channel in channels { #expect(try channel.send(number)) } }
        let (isReady, never) = (try pool.makeCancelSignal(), try pool.makeChannel())
        let task = try pool.submit(receiveAndReportSome, channels.map(Pipe.init), Bell(isReady), Pipe(never))
        #expect(isReady.waitUntilSet(.forever))
        task.cancel(force: true)
        #expect(task.waitUntilDone() && task.isCancelled)
        for (channel, reported) in zip(channels, [40, 7]) {
            for number in reported..<100 { #expect(try channel.receive(as: Int.self) == number) }
            #expect(try channel.receive(as: Int.self) == nil)
        }
    }
}

/// Receives sixty elements of each of two channels, reports forty of the first and seven of the second, and waits.
private func receiveAndReportSome(_ pipes: [Pipe], _ isReady: Bell, _ never: Pipe) throws {
    for _ in 0..<60 { for pipe in pipes { _ = try pipe.channel.receive(as: Int.self) } }
    for number in 0..<40 {
        try pipes[0].channel.taskDone()
        if number < 7 { try pipes[1].channel.taskDone() }
    }
    isReady.signal.set()
    _ = try never.channel.receive(as: Int.self, wait: .forever)
}
