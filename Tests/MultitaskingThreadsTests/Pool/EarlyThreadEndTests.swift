import Foundation
import MultitaskingCore
import MultitaskingThreads
import Synchronization
import Testing

/// Code of users that ends the thread it runs on.
@Suite(.timeLimit(.minutes(2))) struct EarlyThreadEndTests {
    @Test(arguments: [1, 3])
    func taskThatEndsItsThread_failsAlone_andAnotherThreadGoesOn(_ workers: Int) async throws {
        let pool = try ThreadPool(maxWorkers: workers, threadNamePrefix: "early")
        let futures = try (0..<40).map { try pool.submit(returnEven, $0) }
        for (number, future) in futures.enumerated() {
            if number % 2 == 0 {
                #expect(try await future.value(timeout: .seconds(60)) == number)
            } else {
                await #expect { try await future.value(timeout: .seconds(60)) } throws: {
                    let error = $0 as? MultitaskingError
                    return error?.code == .workerExited && error?.message.contains("pthread_exit") == true
                }
            }
        }
        let tasks = pool.statistics.tasks
        #expect(tasks.submitted == 40 && tasks.failed == 20 && tasks.succeeded == 20 && tasks.running == 0)
        await pool.shutdown(.drain)
        #expect(eventually { threadCount(named: "early") ?? 0 == 0 })
    }

    @Test func initializerThatEndsItsThread_failsAllTasks_andIsNotRunAgain() async throws {
        let runs = Mutex(0)
        let pool = try ThreadPool(
            maxWorkers: 1,
            initializer: {
                runs.withLock { $0 += 1 }
                pthread_exit(nil)
            })
        for _ in 0..<3 {
            let future = try pool.submit { 1 }
            await #expect { try await future.value(timeout: .seconds(60)) } throws: {
                let error = $0 as? MultitaskingError
                return error?.code == .initializerFailed
                    && (error?.cause as? MultitaskingError)?.code == .workerExited
            }
        }
        await pool.shutdown(.drain)
        #expect(runs.withLock { $0 } == 1)
    }

    @Test func finalizerThatEndsItsThread_isAFailedResult() async throws {
        let pool = try ThreadPool(maxWorkers: 2, finalizer: { pthread_exit(nil) })
        #expect(try await pool.submit { 1 }.value(timeout: .seconds(60)) == 1)
        await pool.shutdown(.drain)
        let results = try pool.finalizerResults(as: Void.self)
        #expect(results.count == 2)
        for result in results {
            #expect { try result.get() } throws: { ($0 as? MultitaskingError)?.code == .workerExited }
        }
    }

    @Test func callOfEveryWorkerThatEndsItsThread_failsInEach_andTasksGoOn() async throws {
        let pool = try ThreadPool(maxWorkers: 2)
        for future in try pool.everywhere(endThread) {
            await #expect { try await future.value(timeout: .seconds(60)) } throws: {
                ($0 as? MultitaskingError)?.code == .workerExited
            }
        }
        #expect(try await pool.submit { 1 }.value(timeout: .seconds(60)) == 1)
        // What has ended threads is not done by those that come later.
        try pool.resize(to: 4)
        #expect(try await pool.submit { 2 }.value(timeout: .seconds(60)) == 2)
        await pool.shutdown(.drain)
    }

    @Test func waitingTaskIsTold_whenItsDependencyEndsItsThread() async throws {
        let pool = try ThreadPool(maxWorkers: 1)
        let first = try pool.submit(endThread)
        let told = Mutex(false)
        first.whenDone { told.withLock { $0 = true } }
        await #expect(throws: MultitaskingError.self) { try await first.value(timeout: .seconds(60)) }
        #expect(eventually { told.withLock { $0 } })
        await pool.shutdown(.drain)
    }
}

/// Returns an even number; ends its thread for an odd one.
@Sendable private func returnEven(_ number: Int) -> Int {
    if number % 2 == 1 { Thread.exit() }
    return number
}

@Sendable private func endThread() { pthread_exit(nil) }
