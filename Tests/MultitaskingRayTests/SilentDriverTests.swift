import Foundation
import MultitaskingCore
import MultitaskingRay
import Testing

private func doubled(_ number: Int) -> Int { number * 2 }
private func sayAndDoze(_ started: ChannelSender) throws {
    _ = try started.send(1, wait: .forever)
    sleep(60)
}

/// What does not wait for a driver that says nothing, or is gone; on the driver without Ray.
@Suite(.serialized) struct SilentDriverTests {
    @Test func cancellingManyTasks_waitsForNoneOfThem() throws {
        let pool = try RayPool(address: nil, maxWorkers: 16, options: fakeOptions)
        let driver = pool.cluster.driverProcess
        // The cluster has two nodes for such tasks; the others wait there, and only the driver knows that.
        let wide = TaskOptions(resources: ResourceRequest(cpus: 16))
        let started = try pool.makeChannel()
        for _ in 0..<2 { _ = try pool.submit(sayAndDoze, options: wide, started.makeSender()) }
        for _ in 0..<2 { #expect(try started.receive(as: Int.self, wait: .upTo(.seconds(30))) == 1) }
        let futures = try (0..<4).map { try pool.submit(doubled, options: wide, $0) }
        let followers = futures.map { future in future.then { $0 + 1 } }
        let mapped = try pool.map(doubled, chunkSize: 1, options: wide, 0..<4)
        let session = try TaskManager(executor: pool, globals: .none).session()
        for number in 0..<4 { try session.submit("\(number)", doubled, options: wide, number) }
        kill(driver, SIGSTOP)
        let start = ContinuousClock.now
        RestPolicy.cancel.apply(to: futures)
        RestPolicy.cancel.apply(to: followers)
        mapped.cancel()
        try session.cancelAll()
        // A cancellation that waits gives up after 20 seconds.
        #expect(ContinuousClock.now - start < .seconds(15))
        kill(driver, SIGCONT)
        let all: [any Awaitable] = futures + followers + (try session.tasks.map(\.future))
        #expect(try wait(for: all, timeout: .seconds(30)).notDone.isEmpty)
        #expect(all.allSatisfy { $0.failure != nil } && mapped.waitUntilDone(.upTo(.seconds(30))))
        pool.shutdown(.kill)
    }
}
