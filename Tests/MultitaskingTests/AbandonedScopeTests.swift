import Dispatch
import Foundation
import Multitasking
import Synchronization
import Testing

/// What a task has done when its scope's body failed.
private func waitForInput(_ context: TaskContext) throws -> Int {
    try context.writeOutput("running", wait: .forever)
    var count = 0
    while try context.readInput(as: Int.self, wait: .forever) != nil { count += 1 }
    return count
}

private func waitForRoom(_ context: TaskContext) throws -> Int {
    try context.writeOutput("running", wait: .forever)
    for number in 0... { try context.writeOutput(String(number), wait: .forever) }
    return 0
}

private func writeAndJoin(_ context: TaskContext) throws -> Int {
    for number in 0..<9 { try context.writeOutput(number, wait: .forever, join: true) }
    return 9
}

private func awaitEvent(_ context: TaskContext) async throws -> String {
    try await context.writeOutput("running", wait: .forever)
    while !context.isCancelled { try await Task.sleep(for: .milliseconds(1)) }
    return "stopped"
}

/// Without the pool whose manager is made in the scope, which knows nothing of it.
private let scopes = PoolKind.allCases.filter { $0 != .encoded }

extension Facade {
    /// A scope whose body throws ends, whatever its tasks wait for: nobody else is there to give it to them.
    @Suite(.timeLimit(.minutes(1))) struct AbandonedScopeTests {
        /// Submits a task with these queues for each function, waits until all run, and a task that stays queued.
        private func start(_ manager: TaskManager, _ scopes: Scopes) throws -> TaskSession {
            let session = try manager.session(inputQueueSize: 1, outputQueueSize: 1)
            try session.submit("event", runUntilCancelled, scopes: scopes)
            try session.submit("input", waitForInput, scopes: scopes)
            try session.submit("room", waitForRoom, scopes: scopes)
            for task in try session.tasks {
                #expect(try task.context.readOutput(as: String.self, wait: .forever) == "running")
            }
            return try session.submit("queued", double, 1)
        }

        @Test(arguments: scopes)
        func tasksThatWaitForTheirParent_end(_ pool: PoolKind) throws {
            let tasks = Mutex<[PoolTask]>([])
            #expect(throws: Refused(reason: "no")) {
                try pool.run(maxWorkers: 3) { manager in
                    let session = try start(manager, .perTask)
                    try tasks.withLock { $0 = try session.tasks }
                    throw Refused(reason: "no")
                }
            }
            let ended = tasks.withLock { $0 }
            #expect(ended.count == 4 && ended.allSatisfy(\.isDone))
            #expect(ended.last?.isCancelled == true)
            #expect(try ended.first?.resultOrNil()?.get(as: String.self) == "stopped")
            #expect(try ended.dropFirst().first?.resultOrNil()?.get(as: Int.self) == 0)
            #expect(ended.dropFirst(2).first?.resultOrNil()?.isSuccessful == false)
        }

        /// The body's own references are gone before the scope hears of the error.
        @Test(arguments: scopes)
        func tasksOfReleasedSessions_endToo(_ pool: PoolKind) throws {
            for destroy in [
                { _ in }, { $0.destroy() }, { try $0.clearTasks() },
                { session in for task in try session.tasks { try session.removeTask(task) } },
                { session in for task in try session.tasks { try session.removeTask(task.name) } },
            ] as [(TaskSession) throws -> Void] {
                #expect(throws: Refused(reason: "no")) {
                    try pool.run(maxWorkers: 3) { manager in
                        try destroy(try start(manager, .perTask))
                        throw Refused(reason: "no")
                    }
                }
            }
        }

        @Test(arguments: scopes)
        func tasksThatShareQueuesOfSessionAndManager_endToo(_ pool: PoolKind) throws {
            #expect(throws: Refused(reason: "no")) {
                try pool.run(maxWorkers: 2, withGlobals: true) { manager in
                    let session = try manager.session().submit("input", waitForInput, scopes: .session)
                    #expect(try session.context.readOutput(as: String.self, wait: .forever) == "running")
                    try session.submit("global", waitForInput, scopes: .global)
                    #expect(try manager.context.readOutput(as: String.self, wait: .forever) == "running")
                    throw Refused(reason: "no")
                }
            }
        }

        /// One of what it wrote is taken and not reported, the other nobody has taken.
        @Test(arguments: scopes)
        func tasksThatWaitUntilTheirOutputIsDealtWith_endToo(_ pool: PoolKind) throws {
            for takes in [false, true] {
                #expect(throws: Refused(reason: "no")) {
                    try pool.run(maxWorkers: 1) { manager in
                        let session = try manager.session().submit("a", writeAndJoin, scopes: .session)
                        if takes {
                            #expect(try session.context.readOutput(as: Int.self, wait: .forever) == 0)
                        } else {
                            let task = try #require(try session.task(named: "a"))
                            while !task.isRunning { usleep(100) }
                        }
                        throw Refused(reason: "no")
                    }
                }
            }
        }

        /// The thread waits for room when the body throws, which makes room.
        @Test func aTaskThatIsSubmittedMeanwhile_endsToo() throws {
            for _ in 0..<20 {
                #expect(throws: Refused(reason: "no")) {
                    try withThreadPoolExecutor(maxWorkers: 1, queueLimit: 1) { manager in
                        let session = try manager.session().submit("input", waitForInput, scopes: .session)
                        #expect(try session.context.readOutput(as: String.self, wait: .forever) == "running")
                        try session.submit("queued", waitForInput, scopes: .session)
                        let begins = Flag()
                        let late = Thread {
                            begins.set()
                            _ = try? session.submit("late", waitForInput, scopes: .session)
                        }
                        late.start()
                        while !begins.isSet { usleep(100) }
                        throw Refused(reason: "no")
                    }
                }
            }
        }

        /// Sessions end while others are made: on one thread the last reference goes while another one looks at it.
        @Test func sessionsComeAndGoOnManyThreads() throws {
            try withThreadPoolExecutor(maxWorkers: 2) { manager in
                DispatchQueue.concurrentPerform(iterations: 4) { _ in
                    for number in 0..<3_000 {
                        _ = try? manager.session(inputQueue: false, outputQueue: false).submit("t", double, number)
                    }
                }
            }
        }

        @Test(arguments: scopes)
        func tasksOfAnAsynchronousScope_endToo(_ pool: PoolKind) async {
            await #expect(throws: Refused(reason: "no")) {
                try await pool.run(maxWorkers: 2) { manager in
                    let session = try manager.session().submit("event", awaitEvent, scopes: .session)
                    #expect(try await session.context.readOutput(as: String.self, wait: .forever) == "running")
                    try session.submit("input", waitForInput, scopes: .session)
                    #expect(try await session.context.readOutput(as: String.self, wait: .forever) == "running")
                    throw Refused(reason: "no")
                }
            }
        }

        /// What ends normally has nothing set or closed.
        @Test(arguments: PoolKind.allCases)
        func tasksOfABodyThatReturns_goOn(_ pool: PoolKind) throws {
            let tasks = Mutex<[PoolTask]>([])
            try pool.run { manager in
                let session = try manager.session().submit("a", waitForInput, scopes: .session)
                try tasks.withLock { $0 = try session.tasks }
                for number in 0..<3 { try session.context.writeInput(number) }
                try session.context.closeInput()
            }
            #expect(try tasks.withLock { $0.first }?.resultOrNil()?.get(as: Int.self) == 3)
        }
    }
}
