import Multitasking
import Testing

extension Facade {
    /// `select` over tasks and the queues and events of contexts.
    @Suite struct SelectTests {
        @Test(arguments: PoolKind.allCases)
        func taskSelectsItsInputAndItsEvent_andTheParentItsOutputAndTheTask(_ pool: PoolKind) throws {
            try pool.run { manager in
                let task = try #require(
                    try manager.session().submit("echo", echoUntilCancelled, scopes: .perTask).tasks.first)
                for number in 1...3 {
                    #expect(try select(task.inputSource, wait: .upTo(.seconds(20))) == 0)
                    try task.writeInput(number)
                    #expect(try select(task.outputSource, task, wait: .upTo(.seconds(20))) == 0)
                    #expect(try task.readOutput(as: Int.self) == number)
                }
                #expect(try select(task.outputSource, task, task.cancelEventSource, wait: .never) == nil)
                try task.setCancelEvent()
                #expect(try select(task.outputSource, task, wait: .upTo(.seconds(20))) == 1)
                #expect(try task.result().get(as: Int.self) == 3)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func closedInputEndsALoopOfSelects_afterItsLastElement(_ pool: PoolKind) throws {
            try pool.run { manager in
                let task = try #require(
                    try manager.session().submit("echo", echoUntilCancelled, scopes: .perTask).tasks.first)
                #expect(try task.writeInput(1) && !task.isInputFinished)
                try task.closeInput()
                #expect(try task.result().get(as: Int.self) == 1)
                #expect(try task.isInputFinished && !task.isOutputFinished)
            }
        }

        @Test(arguments: [PoolKind.threads, .processes])
        func awaitingSelectTakesTasksAndQueues(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let task = try #require(
                    try manager.session().submit("echo", echoUntilCancelled, scopes: .perTask).tasks.first)
                #expect(try await task.writeInput(1))
                #expect(try await select(task.outputSource, task.future, wait: .upTo(.seconds(20))) == 0)
                try task.setCancelEvent()
                #expect(try await select(task.future, wait: .upTo(.seconds(20))) == 0)
            }
        }

        @Test func sourcesOfAContextWithoutObjectsThrow() throws {
            try withThreadPoolExecutor(maxWorkers: 1) { manager in
                let task = try #require(try manager.session().submit("double", double, 1).tasks.first)
                expectError(.noSuchObject) { _ = try task.inputSource }
                expectError(.noSuchObject) { _ = try task.outputSource }
                expectError(.noSuchObject) { _ = try task.cancelEventSource }
            }
        }
    }
}

/// Writes what it reads until its event is set or the queue is closed; returns how many elements it read.
private func echoUntilCancelled(_ context: TaskContext) throws -> Int {
    var count = 0
    while try select(context.inputSource, context.cancelEventSource) == 0 {
        guard let number = try context.readInput(as: Int.self) else {
            if try context.isInputFinished { break }
            continue
        }
        try context.writeOutput(number)
        count += 1
    }
    return count
}
