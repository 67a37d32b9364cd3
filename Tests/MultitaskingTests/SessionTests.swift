import Multitasking
import Testing

extension Facade {
    @Suite struct SessionTests {
        @Test(arguments: PoolKind.allCases)
        func submittingFiveNamedTasksGivesTheirResultsInOrder(_ pool: PoolKind) throws {
            try pool.run(maxWorkers: 5) { manager in
                let session = try manager.session()
                    .submit("task1", findPrimes, 1..<1_000)
                    .submit("task2", findPrimes, scopes: .session, 1_000..<2_000)
                    .submit("task3", findPrimes, 2_000..<3_000)
                    .submit("task4", findPrimes, 3_000..<4_000)
                    .submit("task5", findPrimes, 4_000..<5_000)
                try session.waitForAll()
                var counts: [String: Int] = [:]
                var names: [String] = []
                for (name, result) in try session.results() {
                    names.append(name)
                    #expect(result.isSuccessful)
                    counts[name] = try result.get(as: [Int].self).count
                }
                #expect(names == ["task1", "task2", "task3", "task4", "task5"])
                #expect(counts.values.reduce(0, +) == 669)
                let first: [Int] = try session.results()["task1"]!.get()
                #expect(first.prefix(5) == [2, 3, 5, 7, 11])
                session.destroy()
            }
        }

        @Test(arguments: PoolKind.allCases)
        func submittingATakenOrEmptyNameThrows(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session().submit("a", double, 1)
                #expect(try !session.isNameAvailable("a"))
                #expect(try session.isNameAvailable("b"))
                let message = expectError(.nameNotAvailable) { try session.submit("a", double, 2) }
                #expect(message.contains("\"a\""))
                expectError(.invalidArgument) { try session.submit("", double, 2) }
                #expect(try session.tasks.map(\.name) == ["a"])
            }
        }

        @Test(arguments: PoolKind.allCases)
        func aNameWhoseSubmissionFailedIsAvailableAgain(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session(inputQueue: false)
                expectError(.noSuchObject) { try session.submit("a", double, scopes: .session, 1) }
                try session.submit("a", double, 1)
                let value: Int = try session.results()["a"]!.get()
                #expect(value == 2)
            }
        }

        @Test(arguments: [PoolKind.threads])
        func tasksThatLeaveInAnyOrderLeaveTheOthersInTheOrderOfSubmission(_ pool: PoolKind) throws {
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SplitMix64(seed: seed)
            try pool.run { manager in
                let session = try manager.session()
                var names: [String] = []
                func submit(_ name: String) throws {
                    try session.submit(name, double, name.count)
                    names.append(name)
                }
                func check() throws {
                    #expect(try session.tasks.map(\.name) == names, "seed \(seed)")
                    #expect(try Array(session.results().keys) == names, "seed \(seed)")
                    #expect(try Array(session.doneResults().keys) == names, "seed \(seed)")
                }
                for number in 0..<400 { try submit("\(number)") }
                // From the first on, from the last on, and in any order; in between, names are used again.
                let places: [(Int) -> Int] = [{ _ in 0 }, { $0 - 1 }, { .random(in: 0..<$0, using: &random) }]
                for (round, place) in places.enumerated() {
                    for number in 0..<200 {
                        let name = names.remove(at: place(names.count))
                        let task = try #require(try session.task(named: name))
                        let removed =
                            number.isMultiple(of: 2) ? try session.removeTask(name) : try session.removeTask(task)
                        #expect(removed === task, "seed \(seed)")
                        #expect(try session.isNameAvailable(name) && session.task(named: name) == nil)
                        #expect(try session.removeTask(name) == nil && session.removeTask(task) == nil)
                        if number.isMultiple(of: 3) { try submit(name) }
                        if number.isMultiple(of: 50) { try check() }
                    }
                    for number in 0..<150 { try submit("\(round), \(number)") }
                    try check()
                }
                while let name = names.popLast() { #expect(try session.removeTask(name)?.name == name) }
                try check()
                try submit("last")
                try check()
                try session.clearTasks()
                names = []
                try submit("last")
                try check()
            }
        }

        @Test(arguments: PoolKind.allCases)
        func removingTasksFreesTheirNamesAndLeavesThemRunning(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session()
                    .submit("a", runUntilInput, scopes: .session).submit("b", double, 2).submit("c", double, 3)
                let other = try manager.session().submit("b", double, 4)
                #expect(try session.task(named: "b")?.name == "b")
                #expect(try session.task(named: "x") == nil)
                #expect(try session.removeTask("x") == nil)
                let foreign = try #require(try other.task(named: "b"))
                #expect(try session.removeTask(foreign) == nil)
                let first = try #require(try session.removeTask("a"))
                #expect(!first.isDone)
                let second = try #require(try session.task(named: "b"))
                #expect(try session.removeTask(second) === second)
                #expect(try session.removeTask(second) == nil)
                #expect(try session.tasks.map(\.name) == ["c"])
                #expect(try session.isNameAvailable("a"))
                try session.clearTasks()
                #expect(try session.tasks.isEmpty && session.allDone && !session.anyDone)
                #expect(try session.results().isEmpty)
                try first.writeInput(7)
                let value: Int? = try first.result(timeout: .seconds(20)).get()
                #expect(value == 7)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func everyMemberOfADestroyedSessionThrows(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session().submit("a", double, 1)
                let task = try #require(try session.task(named: "a"))
                session.destroy()
                session.destroy()
                expectError(.alreadyDestroyed) { try session.submit("b", double, 1) }
                expectError(.alreadyDestroyed) { try session.submit("b", 1) { $0 } }
                expectError(.alreadyDestroyed) { try session.anyDone }
                expectError(.alreadyDestroyed) { try session.allDone }
                expectError(.alreadyDestroyed) { try session.doneTasks }
                expectError(.alreadyDestroyed) { try session.tasks }
                expectError(.alreadyDestroyed) { try session.waitForAll() }
                expectError(.alreadyDestroyed) { try session.results() }
                expectError(.alreadyDestroyed) { try session.doneResults() }
                expectError(.alreadyDestroyed) { try session.isNameAvailable("a") }
                expectError(.alreadyDestroyed) { try session.task(named: "a") }
                expectError(.alreadyDestroyed) { try session.removeTask("a") }
                expectError(.alreadyDestroyed) { try session.removeTask(task) }
                expectError(.alreadyDestroyed) { try session.clearTasks() }
                expectError(.alreadyDestroyed) { try session.cancelAll() }
                expectError(.alreadyDestroyed) { try session.context }
                let value: Int = try task.result().get()
                #expect(value == 2)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func sizesBelowOneAreRefused(_ pool: PoolKind) throws {
            try pool.run { manager in
                for size in [0, -1] {
                    expectError(.invalidArgument) { try manager.session(inputQueueSize: size) }
                    expectError(.invalidArgument) { try manager.session(outputQueueSize: size) }
                }
            }
            expectError(.invalidArgument) { try withThreadPoolExecutor(globalInputQueueSize: 0) { _ in } }
            expectError(.invalidArgument) { try withProcessPoolExecutor(globalOutputQueueSize: -1) { _ in } }
            expectError(.invalidArgument) { try withThreadPoolExecutor(maxWorkers: 0) { _ in } }
            expectError(.invalidArgument) { try withProcessPoolExecutor(maxWorkers: -1) { _ in } }
        }

        @Test func submittingTheSameNamesFromFourThreadsAcceptsEachOnce() async throws {
            let accepted = try await withThreadPoolExecutor(maxWorkers: 2) { manager in
                let session = try manager.session()
                let accepted = await withTaskGroup(of: Int.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            (0..<50).count { (try? session.submit("task-\($0)", double, 1)) != nil }
                        }
                    }
                    return await group.reduce(0, +)
                }
                let results = try await session.results()
                #expect(results.count == 50)
                return accepted
            }
            #expect(accepted == 50)
        }
    }
}
