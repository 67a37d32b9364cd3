import Multitasking
import MultitaskingInMemory
import Testing

extension Facade {
    /// What `print` shows of the things that programs hold.
    @Suite struct DescriptionTests {
        @Test(arguments: PoolKind.allCases)
        func tasksSayTheirNameStateAndOutcome(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 1) { manager in
                let session = try manager.session()
                    .submit("first", runUntilInput, scopes: .session).submit("second", double, 21)
                    .submit("third", refuse, "no").submit("fourth", nothing).submit("fifth", findPrimes, 0..<5_000)
                let tasks = try session.tasks
                #expect("\(tasks[1])" == "second (queued)")
                #expect("\(tasks[1].future)" == "Future<Int>(queued)")
                #expect(tasks[4].cancel())
                #expect("\(tasks[4])" == "fifth (cancelled)")
                try session.context.writeInput(5)
                let results = try session.results()
                #expect("\(tasks[0])" == "first (succeeded: Optional(5))")
                #expect("\(tasks[1])" == "second (succeeded: 42)")
                #expect("\(tasks[1].future)" == "Future<Int>(succeeded: 42)")
                #expect("\(tasks[2])".hasPrefix("third (failed: ") && "\(tasks[2])".contains("no"))
                #expect("\(tasks[3])" == "fourth (succeeded)")
                #expect(results["second"].map { "\($0)" } == "succeeded: 42")
                #expect("\(session)" == "TaskSession(5 tasks: 0 queued, 0 running, 5 ended)")
                session.destroy()
                #expect("\(session)" == "TaskSession(destroyed)")
            }
        }

        @Test func poolsSayTheirTypeAndTheNumberOfTheirWorkers() throws {
            let simulated = try InMemoryPool(options: InMemoryOptions(maxWorkers: 3))
            #expect("\(simulated)" == "InMemoryPool(3 workers)")
            simulated.shutdown(.drain)
            let threads = try ThreadPool(maxWorkers: 2)
            #expect("\(threads)" == "ThreadPool(2 workers)")
            threads.shutdown(.drain)
        }

        @Test(arguments: PoolKind.allCases)
        func longOutcomesAreCut(_ pool: PoolKind) throws {
            try pool.run { manager in
                let future = try manager.executor.submit(findPrimes, 0..<5_000)
                _ = try future.value()
                #expect("\(future)".count < 160 && "\(future)".hasPrefix("Future<Array<Int>>(succeeded: [2, 3, 5"))
                let results = try manager.executor.map(double, 0..<10)
                _ = try results.values()
                #expect("\(results)" == "MapResults(10 of 10)")
            }
        }
    }
}
