import Multitasking
import Synchronization
import Testing

/// Reports, says so, and waits for a number to come.
func reportAndWait(_ context: TaskContext, _ fraction: Double, _ message: String) throws {
    try context.report(fraction, message)
    try context.writeOutput(1)
    _ = try context.readInput(as: Int.self, wait: .forever)
}

/// As the function above, from threads that are not the worker's.
func reportLater(_ context: TaskContext, _ fraction: Double) async throws -> Int {
    await withTaskGroup { group in
        for number in 1...8 {
            group.addTask {
                for step in 0..<100 { try? context.report(Double(step) / 100, "\(number)") }
            }
        }
    }
    try context.report(fraction)
    return 1
}

extension Facade {
    @Suite struct ReportTests {
        @Test(arguments: PoolKind.allCases)
        func reportsCountInTheProgressOfTheSession(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                    .submit("done", double, 1)
                    .submit("half", reportAndWait, scopes: .session, 0.5, "epoch 2 of 4")
                    .submit("quarter", reportAndWait, scopes: .session, 0.25, "")
                    .submit("waits", double, 1)
                for _ in 0..<2 { _ = try session.context.readOutput(as: Int.self, wait: .upTo(.seconds(30))) }
                try waitUntil { try session.progress.running == 2 && session.progress.done == 1 }
                let progress = try session.progress
                #expect(progress.reported == 0.75)
                #expect(progress.fraction == 1.75 / 4)
                #expect(try session.task(named: "half")?.progress == TaskReport(0.5, "epoch 2 of 4"))
                #expect(try session.task(named: "quarter")?.future.progress?.fraction == 0.25)
                #expect(try session.task(named: "waits")?.progress == nil)
                for _ in 0..<2 { try session.context.writeInput(1) }
                _ = try session.waitForAll()
                #expect(try session.progress.fraction == 1 && session.progress.reported == 0)
                #expect(try session.task(named: "half")?.progress?.message == "epoch 2 of 4")
            }
        }

        @Test(arguments: PoolKind.allCases)
        func threadsOfOneTaskMayReportAtOnce(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                for number in 0..<4 { try session.submit("\(number)", reportLater, 1 / Double(number + 1)) }
                _ = try session.waitForAll()
                for number in 0..<4 {
                    #expect(try session.task(named: "\(number)")?.progress == TaskReport(1 / Double(number + 1)))
                }
            }
        }

        @Test func whatComesAfterTheEndIsDropped() throws {
            try PoolKind.threads.run(maxWorkers: 1) { manager in
                let session = try manager.session().submit("kept", keep)
                _ = try session.waitForAll()
                let context = try #require(keptContext.withLock { $0.take() })
                try context.report(0.5)
                #expect(try session.task(named: "kept")?.progress == nil)
                // The worker's next task is another one.
                try session.submit("next", reportAndWait, scopes: .session, 0.25, "")
                _ = try session.context.readOutput(as: Int.self, wait: .upTo(.seconds(30)))
                try context.report(0.75)
                #expect(try session.task(named: "next")?.progress == TaskReport(0.25))
                try session.context.writeInput(1)
            }
        }

        @Test(
            arguments: [
                (-0.5, 0), (0, 0), (0.4, 0.4), (1, 1), (7, 1), (.infinity, 1), (-.infinity, 0), (.nan, 0),
            ] as [(Double, Double)])
        func aFractionIsOne(_ given: Double, _ fraction: Double) {
            #expect(TaskReport(given).fraction == fraction)
        }

        @Test func aMessageIsCutBetweenTwoCharacters() {
            #expect(TaskReport(0, String(repeating: "a", count: 96)).message.utf8.count == 96)
            #expect(TaskReport(0, String(repeating: "a", count: 97)).message.utf8.count == 96)
            #expect(TaskReport(0, "a" + String(repeating: "é", count: 96)).message.utf8.count == 95)
            #expect(TaskReport(0, String(repeating: "👩‍👩‍👧", count: 9)).message == String(repeating: "👩‍👩‍👧", count: 5))
        }

        @Test func aProgressWithReportsIsNotOneBeforeTheEnd() {
            let progress = Progress(queued: 0, running: 2, succeeded: 2, reported: 2, elapsed: .seconds(4))
            #expect(progress.fraction < 1 && progress.fraction > 0.99)
            #expect(progress.remaining == .zero)
            let half = Progress(queued: 1, running: 1, reported: 0.5, elapsed: .seconds(1))
            #expect(half.fraction == 0.25 && half.remaining == .seconds(3) && half.rate == nil)
            for strange in [-1, .nan, .infinity] as [Double] {
                let progress = Progress(running: 1, succeeded: 1, reported: strange, elapsed: .seconds(1))
                #expect((0..<1).contains(progress.fraction) && progress.remaining.map { $0 >= .zero } == true)
            }
        }
    }
}

private let keptContext = Mutex<TaskContext?>(nil)

/// Keeps its context beyond its end, as a thread can.
private func keep(_ context: TaskContext) { keptContext.withLock { $0 = context } }
