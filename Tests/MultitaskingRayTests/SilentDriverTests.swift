import Foundation
import MultitaskingCore
@testable import MultitaskingRay
@testable import RemoteWorkers
import Testing

private func doubled(_ number: Int) -> Int { number * 2 }
private func doze(_ seconds: UInt32) -> UInt32 { sleep(seconds) }
private func sayAndDoze(_ started: ChannelSender) throws {
    _ = try started.send(1, wait: .forever)
    sleep(60)
}

/// A task that is cancelled by force at the very moment at which it is handed over.
private final class HastyTask: QueuedTask {
    let options = TaskOptions(gracePeriod: .milliseconds(10))
    let setUp = RunOrder.SetUpRole.none
    let place: Int? = nil
    let submission: Int64 = 0
    let name = "hasty"
    let call: Parcel
    let hasEnded = Latch()
    private let pool: RemotePool

    init(_ call: Parcel, in pool: RemotePool) {
        self.call = call
        self.pool = pool
    }

    func begin(run: UInt64) -> Int? {
        let isSent = Latch()
        _ = startDetachedThread { [pool] in
            pool.cancel(run: run, level: .byForce)
            isSent.open()
        }
        // It may have to wait until the task is handed over.
        _ = isSent.wait(.upTo(.milliseconds(300)))
        return 1
    }

    func start(run: UInt64) {}
    func report(_ report: TaskReport, run: UInt64) {}
    var circumstances: RunVerdict.Circumstances { .init(options: options, attempt: 1, isCancelled: true) }
    func wait() {}
    func end(_ end: TaskEnd, output: [UInt8], onlyIfWaiting: Bool) -> Bool {
        hasEnded.open()
        pool.taskHasEnded()
        return true
    }
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
        RemainingTasks.cancel.apply(to: futures)
        RemainingTasks.cancel.apply(to: followers)
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

    @Test func cancellationOfATaskThatIsJustHandedOver_reachesIt() throws {
        let pool = try RayPool(address: nil, maxWorkers: 1, options: fakeOptions)
        defer { pool.shutdown(.kill) }
        let model = try pool.submit(doze, 60)
        let call = try #require(model.backend as? any SubmittedCall).call
        model.cancel(force: true)
        let task = HastyTask(call, in: pool.core)
        try pool.core.add(task)
        #expect(task.hasEnded.wait(.upTo(.seconds(30))))
    }

    @Test func killedPool_ends_thoughItsDriverSaysNothing() throws {
        let cluster = try RayCluster(address: nil, options: fakeOptions)
        let pool = try RayPool(on: cluster, maxWorkers: 2)
        let started = try pool.makeChannel()
        let future = try pool.submit(sayAndDoze, started.makeSender())
        #expect(try started.receive(as: Int.self, wait: .upTo(.seconds(30))) == 1)
        kill(cluster.driverProcess, SIGSTOP)
        #expect(!pool.shutdown(.drain, within: .zero, then: .kill))
        #expect((future.failure as? MultitaskingError)?.code == .clusterLost)
        kill(cluster.driverProcess, SIGCONT)
        // Others of the connection go on, and so does what the driver was told.
        let other = try RayPool(on: cluster, maxWorkers: 1)
        #expect(try other.submit(doubled, 2).value(timeout: .seconds(30)) == 4)
        other.shutdown(.drain)
        cluster.close()
    }

    @Test func interruptedScope_waitsForADriverThatTakesSeconds() throws {
        signal(SIGINT, SIG_DFL)
        let error = #expect(throws: MultitaskingError.self) {
            try withRayExecutor(
                address: nil, maxWorkers: 1, options: fakeOptions, interrupts: .shutDown(within: .zero)
            ) { manager in
                let driver = try #require(manager.executor as? RayPool).cluster.driverProcess
                let future = try manager.executor.submit(doze, 60)
                kill(driver, SIGSTOP)
                kill(getpid(), SIGINT)
                _ = startDetachedThread {
                    sleep(3)
                    kill(driver, SIGCONT)
                }
                _ = future.waitUntilDone(.upTo(.seconds(30)))
            }
        }
        #expect(error?.code == .interrupted)
    }

    @Test func connectionThatIsClosedBeforeItsPools_isTheirLoss() throws {
        let cluster = try RayCluster(address: nil, options: fakeOptions)
        let pool = try RayPool(on: cluster, maxWorkers: 1)
        let future = try pool.submit(doze, 60)
        cluster.close()
        let errors = [
            #expect(throws: MultitaskingError.self) { try future.value(timeout: .seconds(30)) },
            #expect(throws: MultitaskingError.self) { try pool.submit(doubled, 2) },
        ]
        // The first may have been ended by the driver, which the host has told to leave.
        #expect(errors[0]?.code == .clusterLost || errors[0]?.code == .workerLost, "\(errors)")
        #expect(errors[1]?.code == .clusterLost || errors[1]?.code == .shutDown, "\(errors)")
        #expect(errors.allSatisfy { $0?.code != .clusterLost || $0?.message.contains("was closed before") == true })
    }

    @Test func connectionThatIsLostWhileAPoolIsMade_refusesIt() throws {
        for isClosed in [false, true] {
            let cluster = try RayCluster(address: nil, options: fakeOptions)
            let core = { (number: UInt32) in
                RemotePool(
                    cluster.connection, cluster.options.poolOptions, number: number, maxWorkers: 1, queueLimit: nil,
                    RaySetup().calls, ownsCluster: false)
            }
            let error = #expect(throws: MultitaskingError.self) {
                try cluster.connection.add { number in
                    if isClosed { cluster.close() } else { kill(cluster.driverProcess, SIGKILL) }
                    // It has noticed when it takes no more pools.
                    while (try? cluster.connection.add(core)) != nil { usleep(1000) }
                    return core(number)
                }
            }
            #expect(error?.code == (isClosed ? .shutDown : .clusterLost))
            cluster.close()
        }
    }
}
