import Foundation
import MultitaskingCore

/// Calls that are submitted and awaited in one.
let runCases: [ConformanceCase] = [
    ConformanceCase(
        "run.givesTheValueOrTheError", duty: "Executor.submit(_:options:)",
        "run returns what the function returns and throws what it throws, also asynchronous functions.",
        requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            try trial.awaiting {
                trial.expect("the value", try await pool.run(double, 21), is: 42)
                trial.expect("the value of a closure", try await pool.run(20) { double($0) + 2 }, is: 42)
                do {
                    let value = try await pool.run(throwPortable, 7)
                    trial.expect(false, "expected that the function throws; it gave \(value)")
                } catch let failure as PortableFailure {
                    trial.expect("what it threw", failure.number, is: 7)
                }
            }
        }
    },
    ConformanceCase(
        "run.suspendsWhileThePoolIsFull", duty: "TaskOptions.waitForRoom",
        "Swift tasks that run calls in a full pool block no thread that another Swift task needs.",
        requires: [.asyncTwins, .limitedQueue]
    ) { trial in
        try trial.withPool(workers: 1, queueLimit: 2) { pool in
            let (long, gate) = try trial.busyTask(in: pool)
            try trial.awaiting {
                // More than there are threads for Swift tasks.
                let count = 16 + 2 * ProcessInfo.processInfo.activeProcessorCount
                let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<count { group.addTask { try await pool.run(double, number) } }
                    // The last: if the others block all of the threads for Swift tasks, it never runs.
                    group.addTask {
                        for _ in 0..<10 { await Task.yield() }
                        gate.set()
                        return 0
                    }
                    return try await group.reduce(0, +)
                }
                trial.expect("the sum of the results", sum, is: count * (count - 1))
                _ = try await long.value()
            }
        }
    },
    ConformanceCase(
        "run.isRefusedByAFullPool", duty: "TaskOptions.waitForRoom",
        "At the limit, run refuses with timedOut, at once or after its limit, as submit does.",
        requires: [.asyncTwins, .limitedQueue]
    ) { trial in
        try trial.withPool(workers: 1, queueLimit: 1) { pool in
            let (long, gate) = try trial.busyTask(in: pool)
            let queued = try pool.submit(double, 1)
            try trial.awaiting {
                for wait in [WaitLimit.never, .upTo(.milliseconds(5))] {
                    do {
                        _ = try await pool.run(double, options: TaskOptions(waitForRoom: wait), 1)
                        trial.expect(false, "expected that a full pool refuses a call for which to wait \(wait)")
                    } catch let error as MultitaskingError {
                        trial.expect("the code of the refusal, waiting \(wait)", error.code, is: .timedOut)
                    }
                }
                gate.set()
                _ = try await long.value()
                trial.expect("the result of the queued one", try await queued.value(), is: 2)
            }
        }
    },
    ConformanceCase(
        "run.isCancelledWithItsSwiftTask", duty: "FutureSource.cancel(force:)",
        "Swift tasks that run calls are cancelled before, in the queue, and waiting for room: no call starts.",
        requires: [.asyncTwins, .limitedQueue]
    ) { trial in
        try trial.withPool(workers: 1, queueLimit: 1) { pool in
            let ran = try pool.makeChannel()
            let (long, gate) = try trial.busyTask(in: pool)
            let ticket = trial.ticket(ran)
            try trial.awaiting {
                let runs = (0..<4).map { number in
                    Task {
                        let call = Invocation(EnvironmentFunction({ sendOne }), ArgumentList(ticket, number))
                        _ = try await pool.run(call, options: .default)
                    }
                }
                runs[3].cancel()
                for _ in 0..<10 { await Task.yield() }
                for run in runs { run.cancel() }
                for run in runs { await trial.expectCancellation(of: run) }
                gate.set()
                _ = try await long.value()
                trial.expect("the result of the next", try await pool.run(double, 4), is: 8)
            }
            trial.expect("what ran", try trial.drain(Int.self, ran), is: [])
        }
    },
    ConformanceCase(
        "run.endsWhatRunsWithItsSwiftTask", duty: "FutureSource.cancel(force:)",
        "A Swift task that runs a call is cancelled while that runs: the call is ended, by force at last.",
        requires: [.asyncTwins, .forcedCancel]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let started = try pool.makeChannel()
            let ticket = trial.ticket(started)
            try trial.awaiting {
                let options = TaskOptions(gracePeriod: .milliseconds(20))
                let call = Invocation(EnvironmentFunction({ hang }), ArgumentList(ticket))
                let run = Task { try await pool.run(call, options: options) }
                _ = try await started.receive(as: Int.self, wait: .forever)
                run.cancel()
                await trial.expectCancellation(of: run)
                trial.expect("the result of the next", try await pool.run(double, 4), is: 8)
            }
        }
    },
    ConformanceCase(
        "run.aFloodDoesNotHoldUpADrain", duty: "Executor.shutdown(_:)",
        "Swift tasks run one call after the other in a full pool: a drain ends, and later calls are refused.",
        requires: [.asyncTwins, .limitedQueue]
    ) { trial in
        try trial.withPool(workers: 1, queueLimit: 1) { pool in
            let flood = (0..<20).map { _ in
                Task { () -> any Error in
                    do { while true { _ = try await pool.run(double, 1) } } catch { return error }
                }
            }
            try trial.awaiting { _ = try await pool.run(double, 2) }
            pool.shutdown(.drain)
            try trial.awaiting {
                for each in flood {
                    let error = await each.value
                    trial.expect("the code of the refusal", (error as? MultitaskingError)?.code, is: .shutDown)
                }
            }
        }
    },
]
