import Multitasking
import Testing

@testable import MultitaskingInMemory
@testable import MultitaskingProcesses
@testable import MultitaskingThreads

extension Facade {
    /// Waits that end before the task leave nothing with it.
    @Suite struct TimedWaitTests {
        private static let moment = Duration.microseconds(1)

        /// How many callbacks the pool keeps for a task.
        private func callbackCount(_ task: PoolTask, in manager: TaskManager) throws -> Int {
            if let pool = manager.executor as? ProcessPool { return pool.core.membership.watcher.pollCount }
            let future = try task.future.typed(as: Int?.self)
            return try #require(future.backend as? any CallbackCounting).callbackCount
        }

        @Test(arguments: PoolKind.allCases)
        func blockingWaitsForATaskThatGoesOn_leaveNothing(_ pool: PoolKind) throws {
            try pool.run { manager in
                let session = try manager.session().submit("slow", runUntilInput, scopes: .session)
                let task = try #require(try session.task(named: "slow"))
                for _ in 0..<1000 {
                    #expect(task.result(timeout: Self.moment).isTimedOut)
                    #expect(try wait(for: [task], until: .any, timeout: Self.moment).done.isEmpty)
                    #expect(Array(completions(of: [task], timeout: Self.moment)).isEmpty)
                }
                #expect(try callbackCount(task, in: manager) == 0)
                try session.context.writeInput(1)
                #expect(task.result().isSuccessful)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func asynchronousWaitsForATaskThatGoesOn_leaveNothing(_ pool: PoolKind) async throws {
            try await pool.run { manager in
                let session = try manager.session().submit("slow", runUntilInput, scopes: .session)
                let task = try #require(try session.task(named: "slow"))
                // A simulation's time passes only now and then while its parent is suspended.
                for _ in 0..<(pool == .inMemory ? 20 : 300) {
                    let result = await task.result(timeout: Self.moment)
                    let all = try await wait(for: [task], timeout: Self.moment)
                    let any = try await wait(for: [task], until: .any, timeout: Self.moment)
                    #expect(result.isTimedOut && all.done.isEmpty && any.done.isEmpty)
                }
                #expect(try callbackCount(task, in: manager) == 0)
                try await session.context.writeInput(1)
                let result = await task.result()
                #expect(result.isSuccessful)
            }
        }
    }
}

/// A future that says how many callbacks wait for its end.
private protocol CallbackCounting {
    var callbackCount: Int { get }
}

extension PendingTask: CallbackCounting {}

extension InMemoryFuture: CallbackCounting {
    fileprivate var callbackCount: Int {
        simulation.update { [task] state, _ in state.tasks[task]?.whenDone.count ?? 0 }
    }
}
