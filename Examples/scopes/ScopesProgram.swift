import Multitasking

/// Multiplies what is in the input queue until the cancel event is set.
func multiply(_ context: TaskContext, _ first: Int, _ second: Int) throws {
    while !context.isCancelled {
        guard let value = try context.readInput(as: Int.self, wait: .upTo(.milliseconds(20))) else { continue }
        if try !context.writeOutput(value * first * second) { print("The output queue is full, dropping a value") }
    }
}

/// Talks to a task through queues of each scope: the manager's, the session's and the task's own; on both pools.
@main struct ScopesProgram {
    static func main() throws {
        try withProcessPoolExecutor(
            maxWorkers: 2, globalInputQueue: true, globalOutputQueue: true, globalCancelEvent: true
        ) { try showScopes(of: $0, "processes") }
        try withThreadPoolExecutor(
            maxWorkers: 2, globalInputQueue: true, globalOutputQueue: true, globalCancelEvent: true
        ) { try showScopes(of: $0, "threads") }
    }

    static func showScopes(of manager: TaskManager, _ pool: String) throws {
        print("\(pool):")
        // Locks are of use where several threads of the parent drain a queue, so no lock is asked for here.
        let global = Scopes(inputQueue: .global, outputQueue: .global, cancelEvent: .global)
        let first = try manager.session().submit("task1", multiply, scopes: global, 1, 2)
        try talk("global", to: first, through: manager.context, 100)

        let second = try manager.session().submit("task1", multiply, scopes: .session, 3, 4)
        try talk("session", to: second, through: second.context, 100)

        let third = try manager.session().submit("task1", multiply, scopes: .perTask, 5, 6)
        if let task = try third.task(named: "task1") { try talk("per task", to: third, through: task.context, 100) }
    }

    static func talk(
        _ scope: String, to session: TaskSession, through context: some ParentSideContext, _ value: Int
    ) throws {
        try context.writeInput(value)
        if let answer: Int = try context.readOutput(wait: .upTo(.seconds(10))) {
            print("  \(scope): sent \(value), received \(answer)")
        } else {
            print("  \(scope): nothing came back in time")
        }
        try context.setCancelEvent()
        for (name, result) in try session.results() where !result.isSuccessful {
            print("  \(name): failed with \(String(describing: result.error))")
        }
        session.destroy()
    }
}
