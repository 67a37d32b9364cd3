import Glibc
import MultitaskingCore
import MultitaskingProcesses
import Synchronization

let redeliveryScenarios: [String: Scenario] = [
    "redelivery-order": { try $0.redeliveryOrder() },
    "redelivery-ends": { try $0.redeliveryOfTasksThatEnd() },
    "redelivery-killed": { try $0.redeliveryOfKilledTasks() },
    "redelivery-close": { try $0.redeliveryToClosedChannels() },
    "redelivery-copy": { try $0.redeliveryFromCopies() },
    "redelivery-storm": { try $0.redeliveryStorm() },
    "channel-bytes": { try $0.channelBytes() },
    "channel-bytes-ledger": { try $0.channelBytesLedger() },
    "channel-ends-with-pool": { try $0.channelsEndWithThePool() },
]

/// How a task that holds elements leaves.
enum Leaving: Int, Codable, Sendable, CaseIterable {
    case sigkill, exit, trap, stays, returns, throwsError
}

/// Receives so many, reports some of them, and leaves in a certain way.
private func takeSome(_ queue: Queue, _ count: Int, _ reported: Int, _ leaving: Leaving) throws -> [Int] {
    var taken: [Int] = []
    for _ in 0..<count {
        guard let number = try queue.channel.receive(as: Int.self, wait: .forever) else { break }
        taken.append(number)
    }
    for _ in 0..<reported { try queue.channel.taskDone() }
    switch leaving {
    case .sigkill: try Blow.sigkill.strike()
    case .exit: try Blow.exit0.strike()
    case .trap: try Blow.trap.strike()
    case .stays: while true { sleep(100) }
    case .returns: break
    case .throwsError: throw CodableFailure(number: count)
    }
    return taken
}

/// Works elements off until the channel is closed; dies at some of them before it has told anybody.
private func workOffDangerously(_ input: Queue, _ output: Queue, _ seed: Int) throws -> Int {
    var generator = SplitMix64(seed: seed)
    var count = 0
    while let entry = try input.channel.receive(as: Entry.self, wait: .forever) {
        guard entry.isIntact else { throw MultitaskingError(.decodeFailed, "\(entry) is damaged") }
        let fate = Int.random(in: 0..<40, using: &generator)
        if fate < 3 { try [Blow.sigkill, .exit3, .trap][fate].strike() }
        guard try output.channel.send(entry, wait: .forever) else { break }
        try input.channel.taskDone()
        count += 1
    }
    return count
}

private func sendSizes(_ queue: Queue, _ producer: Int, _ count: Int, _ seed: Int) throws -> Int {
    var generator = SplitMix64(seed: seed)
    for number in 0..<count {
        let padding = Int.random(in: 0..<300, using: &generator)
        guard try queue.channel.send(Entry(producer, number, padding: padding), wait: .forever) else { return number }
    }
    return count
}

extension Harness {
    private func redelivering(_ pool: ProcessPool, _ count: Int) throws -> any Channel {
        let channel = try pool.makeChannel(ChannelOptions(redelivers: true))
        for number in 0..<count { _ = try channel.send(number, wait: .never) }
        return channel
    }

    private func receiveAll(_ channel: any Channel) throws -> [Int] {
        var all: [Int] = []
        while let number = try channel.receive(as: Int.self, wait: .never) {
            all.append(number)
            try channel.taskDone()
        }
        return all
    }

    /// What comes back does so in the order of sending, and before what was never received.
    func redeliveryOrder() throws {
        try withPool { pool in
            for leaving in [Leaving.sigkill, .exit, .trap] {
                // More than a segment, so that places in several of them come back.
                let channel = try redelivering(pool, 100)
                let task = try pool.submit(takeSome, Queue(channel), 70, 10, leaving)
                do {
                    _ = try task.value(timeout: .seconds(30))
                    Checks.fail("the task returned")
                } catch {}
                check(eventually { channel.status.count == 90 }, "\(channel.status) after the death")
                check(!channel.join(wait: .never), "joined while elements wait")
                checkEqual(try receiveAll(channel), Array(10..<100), "what came after \(leaving)")
                check(channel.join(wait: .upTo(.seconds(20))), "not joined after all was reported")
                checkEqual(channel.status.count, 0)
                checkThrows(.invalidArgument) { try channel.taskDone() }
            }
            // Again and again the same elements, by workers.
            let channel = try redelivering(pool, 40)
            for round in 0..<20 {
                let task = try pool.submit(takeSome, Queue(channel), 40 - round, 1, .sigkill)
                checkThrows(.workerCrashed) { try task.value(timeout: .seconds(30)) }
            }
            checkEqual(try receiveAll(channel), Array(20..<40))
            check(channel.join(wait: .upTo(.seconds(20))), "not joined at the end")
            // A blocked receiver wakes when something comes back.
            _ = try channel.send(7, wait: .never)
            let holder = try pool.submit(takeSome, Queue(channel), 1, 0, .stays)
            check(eventually { channel.status.count == 0 }, "the element was not received")
            let waiting = try pool.submit(takeSome, Queue(channel), 1, 1, .returns)
            check(eventually { waiting.state == .running }, "the receiver does not run")
            check(holder.cancel(force: true), "the task was not cancelled")
            checkEqual(try waiting.value(timeout: .seconds(30)), [7])
            check(channel.join(wait: .upTo(.seconds(20))), "not joined after the last")
        }
    }

    /// A task that returns or throws has not died: nothing comes back, and somebody else may report for it.
    func redeliveryOfTasksThatEnd() throws {
        try withPool(maxWorkers: 1) { pool in
            let channel = try redelivering(pool, 8)
            checkEqual(try pool.submit(takeSome, Queue(channel), 3, 1, .returns).value(), [0, 1, 2])
            let thrown = try pool.submit(takeSome, Queue(channel), 2, 0, .throwsError)
            do {
                _ = try thrown.value()
                Checks.fail("the task returned")
            } catch {}
            // The same worker dies in a later task: that one's elements come back, the others' do not.
            checkThrows(.workerCrashed) {
                try pool.submit(takeSome, Queue(channel), 2, 0, .sigkill).value(timeout: .seconds(30))
            }
            checkEqual(try receiveAll(channel), [5, 6, 7])
            check(!channel.join(wait: .never), "joined, though four elements were not reported")
            for _ in 0..<4 { try channel.taskDone() }
            check(channel.join(wait: .never), "not joined, though everything was reported")
            checkEqual(pool.memoryUsage.channelSegments, 1, "segments")
        }
    }

    /// By a time limit, by force, and with the supervisor.
    func redeliveryOfKilledTasks() throws {
        try withPool { pool in
            let channel = try redelivering(pool, 6)
            let options = TaskOptions(timeout: .milliseconds(50), gracePeriod: .milliseconds(20))
            let late = try pool.submit(takeSome, options: options, Queue(channel), 2, 0, .stays)
            checkThrows(.taskTimedOut) { try late.value(timeout: .seconds(30)) }
            checkEqual(try receiveAll(channel), [0, 1, 2, 3, 4, 5])
            for number in 0..<6 { _ = try channel.send(number, wait: .never) }
            let holder = try pool.submit(takeSome, Queue(channel), 6, 2, .stays)
            check(eventually { channel.status.count == 0 }, "the elements were not received")
            usleep(20_000)
            kill(pool.supervisorProcessID, SIGKILL)
            checkThrows(.supervisorLost) { try holder.value(timeout: .seconds(30)) }
            checkEqual(try receiveAll(channel), [2, 3, 4, 5])
            check(channel.join(wait: .upTo(.seconds(20))), "not joined at the end")
            // A task that is tried again finds its element again.
            _ = try channel.send(1, wait: .never)
            var retrying = TaskOptions.default
            retrying.retries = .onCrash(2)
            let retried = try pool.submit(takeSome, options: retrying, Queue(channel), 1, 0, .sigkill)
            checkThrows(.workerCrashed) { try retried.value(timeout: .seconds(30)) }
            checkEqual(try receiveAll(channel), [1])
        }
    }

    func redeliveryToClosedChannels() throws {
        try withPool { pool in
            for discarding in [false, true] {
                let channel = try redelivering(pool, 5)
                let holder = try pool.submit(takeSome, Queue(channel), 3, 1, .stays)
                check(eventually { channel.status.count == 2 }, "the elements were not received")
                usleep(20_000)
                checkEqual(channel.close(discarding: discarding), discarding ? 2 : 0)
                check(holder.cancel(force: true), "the task was not cancelled")
                checkThrows(.cancelled) { try holder.value(timeout: .seconds(30)) }
                if discarding {
                    check(channel.join(wait: .upTo(.seconds(20))), "what came back was not discarded")
                    checkEqual(try receiveAll(channel), [])
                } else {
                    check(eventually { channel.status.count == 4 }, "nothing came back")
                    checkEqual(try receiveAll(channel), [1, 2, 3, 4])
                    check(channel.join(wait: .never), "not joined")
                }
            }
            // What came back is discarded as well, and what nobody reports goes with the channel.
            let channel = try redelivering(pool, 5)
            checkThrows(.workerCrashed) {
                try pool.submit(takeSome, Queue(channel), 4, 0, .sigkill).value(timeout: .seconds(30))
            }
            checkEqual(channel.close(discarding: true), 5)
            check(channel.join(wait: .never), "not joined after all was discarded")
            let dropped = try redelivering(pool, 70)
            checkThrows(.workerCrashed) {
                try pool.submit(takeSome, Queue(dropped), 40, 0, .sigkill).value(timeout: .seconds(30))
            }
            checkEqual(try pool.submit(takeSome, Queue(dropped), 1, 0, .returns).value(), [0])
        }
    }

    /// A copy of the client is a receiver like others.
    func redeliveryFromCopies() throws {
        guard method == .fork else { return }
        try withPool(captures: .copiesOnly) { pool in
            let channel = try redelivering(pool, 40)
            for leaving in [Leaving.sigkill, .exit, .returns] {
                let queue = Queue(channel)
                let copy = try pool.submit(5) { (_: Int) throws -> Int in try takeSome(queue, 35, 0, leaving).count }
                if leaving == .returns {
                    checkEqual(try copy.value(timeout: .seconds(30)), 35)
                } else {
                    do {
                        _ = try copy.value(timeout: .seconds(30))
                        Checks.fail("the copy returned")
                    } catch {}
                }
            }
            checkEqual(try receiveAll(channel), Array(35..<40))
            check(!channel.join(wait: .never), "joined, though 35 elements were not reported")
        }
    }

    /// Workers die again and again between receiving and reporting: every element is worked off once, and `join` ends.
    func redeliveryStorm() throws {
        report("seed \(number)")
        try withPool(maxWorkers: 3) { pool in
            let options = [
                ChannelOptions(redelivers: true), ChannelOptions(capacity: 16, redelivers: true),
                ChannelOptions(byteCapacity: 2000, redelivers: true),
            ]
            for (round, options) in options.enumerated() {
                let input = try pool.makeChannel(options)
                let output = try pool.makeChannel(capacity: nil)
                let producer = startThread {
                    do { checkEqual(try produce(Queue(input), 0, 600), 600) } catch { Checks.fail("\(error)") }
                }
                var deaths = 0
                var consumers = try (0..<3).map {
                    try pool.submit(workOffDangerously, Queue(input), Queue(output), number + $0)
                }
                let isWorkedOff = try eventually(within: .seconds(100)) {
                    for index in consumers.indices where consumers[index].isDone {
                        guard (try? consumers[index].value()) == nil else { continue }
                        deaths += 1
                        consumers[index] = try pool.submit(
                            workOffDangerously, Queue(input), Queue(output), number + 100 * round + 7 * deaths)
                    }
                    return output.status.count >= 600 && input.join(wait: .upTo(.milliseconds(1)))
                }
                check(isWorkedOff, "\(output.status.count) of 600 were worked off, \(input.status)")
                pthread_join(producer, nil)
                input.close(discarding: false)
                for consumer in consumers { _ = try? consumer.value(timeout: .seconds(30)) }
                output.close(discarding: false)
                let seen = try consume(Queue(output))[0] ?? []
                checkEqual(seen.sorted(), Array(0..<600), "what was worked off")
                check(deaths > 10, "only \(deaths) deaths")
                checkEqual(input.status.count, 0)
            }
        }
    }

    func channelBytes() throws {
        try withPool { pool in
            let channel = try pool.makeChannel(ChannelOptions(byteCapacity: 100))
            checkEqual(
                channel.status,
                ChannelStatus(count: 0, capacity: nil, byteCount: 0, byteCapacity: 100, isClosed: false))
            for round in 0..<40 {
                // One may exceed the bound; while fewer than 100 bytes wait, another one is accepted.
                check(try channel.send([UInt8](repeating: 1, count: 5000), wait: .never), "a large one was refused")
                check(channel.status.byteCount ?? 0 >= 5000, "\(channel.status)")
                check(try !channel.send(UInt8(round), wait: .never), "more was accepted")
                check(try !channel.send(UInt8(round), wait: .upTo(.milliseconds(1))), "more was accepted")
                checkEqual(try channel.receive(as: [UInt8].self, wait: .never)?.count, 5000)
                checkEqual(channel.status.byteCount, 0)
                var count = 0
                while try channel.send(UInt8(round), wait: .never) { count += 1 }
                let each = (channel.status.byteCount ?? 0) / count
                check(count == (100 + each - 1) / each, "\(count) elements of \(each) bytes fit 100 bytes")
                for _ in 0..<count { checkEqual(try channel.receive(as: UInt8.self, wait: .never), UInt8(round)) }
                checkEqual(channel.status.byteCount, 0)
            }
            checkThrows(.invalidArgument) { try pool.makeChannel(ChannelOptions(byteCapacity: 0)) }
        }
    }

    /// Senders that die between any two instructions leave the account right: empty, the channel counts nothing.
    func channelBytesLedger() throws {
        report("seed \(number)")
        try withPool(maxWorkers: 4) { pool in
            for options in [
                ChannelOptions(byteCapacity: 1), .init(byteCapacity: 700), .init(capacity: 5, byteCapacity: 5000),
            ] {
                let channel = try pool.makeChannel(options)
                let producers = try (0..<2).map { try pool.submit(sendSizes, Queue(channel), $0, 400, number + $0) }
                let consumer = try pool.submit(consume, Queue(channel))
                // Nobody asks the victims in vain for long.
                let mortal = TaskOptions(gracePeriod: .milliseconds(1))
                for death in 0..<64 {
                    let victim = try pool.submit(
                        sendSizes, options: mortal, Queue(channel), 10 + death, 1_000_000, number + death)
                    usleep(useconds_t.random(in: 500...6000))
                    check(victim.cancel(force: true), "not cancelled")
                    _ = try? victim.value(timeout: .seconds(30))
                }
                for producer in producers { checkEqual(try producer.value(timeout: .seconds(60)), 400) }
                channel.close(discarding: false)
                let seen = try consumer.value(timeout: .seconds(60))
                for (producer, numbers) in seen {
                    checkEqual(numbers, Array(0..<numbers.count), "what producer \(producer) sent")
                }
                for producer in 0..<2 { checkEqual(seen[producer]?.count, 400) }
                checkEqual(channel.status.byteCount, 0)
            }
        }
    }

    /// Whoever waits in the parent for what only the pool's processes could do wakes when the pool has ended.
    func channelsEndWithThePool() throws {
        // All before there are threads.
        let broken = try ProcessPool(maxWorkers: 1, startMethod: method, initializer: failToStart)
        let modes = [ShutdownMode.drain, .cancelQueued, .kill]
        let pools = try modes.map { ($0, try ProcessPool(maxWorkers: 2, startMethod: method)) }
        for (mode, pool) in pools {
            let empty = try pool.makeChannel(capacity: nil)
            let full = try pool.makeChannel(capacity: 1)
            _ = try full.send(5, wait: .never)
            let woken = Atomic<Int>(0)
            let threads = [
                startThread {
                    do { checkEqual(try empty.receive(as: Int.self, wait: .forever), nil) } catch {
                        Checks.fail("\(error)")
                    }
                    woken.add(1, ordering: .relaxed)
                },
                startThread {
                    checkThrows(.closed) { try full.send(6, wait: .forever) }
                    woken.add(1, ordering: .relaxed)
                },
                startThread {
                    check(!full.join(wait: .forever), "an element is reported by nobody")
                    woken.add(1, ordering: .relaxed)
                },
            ]
            runAsync {
                let waiting = Task { try await empty.receive(as: Int.self, wait: .forever) }
                let joining = Task { try await full.join(wait: .forever) }
                await Task.yield()
                await pool.shutdown(mode)
                do {
                    _ = try await joining.value
                    Checks.fail("joined, though an element was reported by nobody")
                } catch let error as MultitaskingError { checkEqual(error.code, .shutDown) }
                let value = try await waiting.value
                checkEqual(value, nil)
            }
            check(eventually { woken.load(ordering: .relaxed) == 3 }, "after \(mode) somebody still waits")
            for thread in threads { pthread_join(thread, nil) }
            check(empty.status.isClosed && full.status.isClosed, "a channel is open after \(mode)")
            checkEqual(try full.receive(as: Int.self, wait: .forever), 5)
            checkEqual(try full.receive(as: Int.self, wait: .forever), nil)
            checkThrows(.shutDown) { try pool.makeChannel(capacity: nil) }
        }
        // A pool that breaks: nobody shuts it down, and nobody looks but the one who waits.
        if let channel = try? broken.makeChannel(capacity: nil) {
            checkEqual(try channel.receive(as: Int.self, wait: .upTo(.seconds(30))), nil)
            check(channel.status.isClosed, "the channel of a broken pool is open")
        }
        broken.shutdown(.drain)
    }
}

@Sendable private func failToStart() throws { throw CodableFailure(number: 1) }
