import Foundation
import Multitasking
import Testing

/// What is not `Codable` crosses no process: only a manager of threads takes it.
private final class Document: Sendable {
    let text: String

    init(_ text: String) { self.text = text }
}

private func reportOn(_ context: TaskContext, _ document: Document) throws -> WorkerInfo {
    try context.report(0.5, document.text)
    return context.worker
}

private func reportNumber(_ context: TaskContext, _ number: Int) throws -> Int {
    try context.report(0.5, "\(number)")
    return context.worker.index
}

private func runUntilAsked(_ context: TaskContext, _ document: Document) -> String {
    while !context.isCancelled { Thread.sleep(forTimeInterval: 0.001) }
    return document.text
}

extension Facade {
    /// The overloads of a `ThreadTaskManager`, whose tasks have all that tasks of other pools have.
    @Suite(.timeLimit(.minutes(1))) struct ThreadContextTests {
        @Test func tasksWithValuesThatAreNotCodable_reportAndKnowTheirWorker() throws {
            try withThreadPoolExecutor(maxWorkers: 1) { manager in
                let session = try manager.session().submit("a", reportOn, Document("half"))
                let worker = try #require(try session.results()["a"]).get(as: WorkerInfo.self)
                #expect(worker.index == 0)
                #expect(try session.task(named: "a")?.progress?.message == "half")
            }
        }

        @Test func tasksOfAMap_reportAndKnowTheirWorker() throws {
            try withThreadPoolExecutor(maxWorkers: 1) { manager in
                let session = try manager.map("t", reportNumber, 0..<3)
                for (name, result) in try session.results() {
                    #expect(try result.get(as: Int.self) == 0)
                    #expect(try session.task(named: name)?.progress?.message == String(name.dropFirst()))
                }
            }
        }

        @Test func runningTasksAreAskedToEnd_byForceAndByTheEndOfThePool() throws {
            try withThreadPoolExecutor(maxWorkers: 2) { manager in
                let session = try manager.session()
                for name in ["forced", "killed"] { try session.submit(name, runUntilAsked, Document(name)) }
                let tasks = try session.tasks
                while !tasks.allSatisfy(\.isRunning) { usleep(100) }
                tasks[0].cancel(force: true)
                #expect(try tasks[0].result().get(as: String.self) == "forced")
                #expect(tasks[1].isRunning)
                manager.beginShutdown(.kill)
                #expect(try tasks[1].result().get(as: String.self) == "killed")
            }
        }
    }
}
