import Foundation
import Multitasking
import Synchronization
import Testing

/// Tasks that are submitted while their pool begins to end.
@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    @Test(arguments: [false, true]) func everyTaskThatIsAcceptedRuns(inThreads: Bool) throws {
        for round in 0..<30 {
            let pool: any Executor = try inThreads ? ThreadPool(maxWorkers: 2) : ProcessPool(maxWorkers: 2)
            let accepted = Mutex<[Future<Int>]>([])
            let group = DispatchGroup()
            for number in 0..<3 {
                DispatchQueue.global().async(group: group) {
                    while let future = try? pool.submit(negated, number) { accepted.withLock { $0.append(future) } }
                }
            }
            usleep(UInt32(round * 60))
            pool.shutdown(.drain)
            group.wait()
            #expect(accepted.withLock { $0 }.allSatisfy { $0.ending == .succeeded })
        }
    }

    @Test func everyCallOfAllWorkersThatIsAcceptedRuns() throws {
        for round in 0..<30 {
            let pool = try ProcessPool(maxWorkers: 2)
            let accepted = Mutex<[Future<Int>]>([])
            let group = DispatchGroup()
            DispatchQueue.global().async(group: group) {
                // No pool makes more of them than 256.
                while let futures = try? pool.everywhere(negated, 1) { accepted.withLock { $0 += futures } }
            }
            usleep(UInt32(round * 60))
            pool.shutdown(.drain)
            group.wait()
            #expect(accepted.withLock { $0 }.allSatisfy { $0.ending == .succeeded })
        }
    }
}

private func negated(_ number: Int) -> Int { -number }
