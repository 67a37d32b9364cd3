import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization
import Testing

@testable import MultitaskingProcesses

@Suite(.serialized)
struct WatcherTests {
    @Test func anAsynchronousReceiveThatTimedOut_leavesNothingBehind() async throws {
        let channel = try Fixture().channel(for: ArenaLayout.client)
        for _ in 0..<20 {
            let none = try await channel.receive(as: Int.self, wait: .upTo(.milliseconds(1)))
            #expect(none == nil)
        }
        #expect(channel.membership.watcher.pollCount == 0)
        channel.membership.watcher.stop()
    }

    @Test func anAsynchronousReceiveThatWasCancelled_leavesNothingBehind() async throws {
        let channel = try Fixture().channel(for: ArenaLayout.client)
        let receiver = Task { try await channel.receive(as: Int.self, wait: .forever) }
        while channel.membership.watcher.pollCount == 0 { await Task.yield() }
        receiver.cancel()
        await #expect(throws: CancellationError.self) { try await receiver.value }
        #expect(channel.membership.watcher.pollCount == 0)
        channel.membership.watcher.stop()
    }

    @Test func aSignalThatIsDroppedWhileItIsAwaited_endsTheWait() async throws {
        let fixture = try Fixture()
        let membership = fixture.membership(ArenaLayout.client)
        fixture.arena.signal(0).state.store(7 << 8)
        let signal = ProcessCancelSignal(membership: membership, index: 0, serial: 7)
        let waiter = Task { try await signal.waitUntilSet(.forever) }
        while membership.watcher.pollCount == 0 { await Task.yield() }
        ProcessCancelSignal.remove(0, in: membership)
        let isSet = try await waiter.value
        #expect(!isSet)
        #expect(membership.watcher.pollCount == 0)
        membership.watcher.stop()
    }

    /// As when one thread finds the supervisor dead and forks another one, while a callback looks for the supervisor.
    @Test func holdingAWatcherThatWaitsForTheHoldersLock_isGivenUp() throws {
        let membership = try Fixture().membership(ArenaLayout.client)
        let lock = Mutex(())
        let polls = Atomic<Int>(0)
        let result = try lock.withLock { _ -> pid_t? in
            try membership.watcher.add {
                // The first poll is the caller's own.
                guard polls.add(1, ordering: .relaxed).oldValue > 0 else { return false }
                lock.withLock { _ in }
                return true
            }
            membership.arena.event.signal()
            while polls.load(ordering: .relaxed) < 2 { usleep(100) }
            return membership.watcher.whileHeld { 1 }
        }
        #expect(result == nil)
        while membership.watcher.pollCount > 0 { usleep(100) }
        #expect(membership.watcher.whileHeld { 1 } == 1)
        membership.watcher.stop()
    }

    // MARK: Many that wait

    /// The client's end and a worker's of so many channels.
    private func channels(
        _ count: Int, in fixture: Fixture
    ) throws -> (client: LocalMember, own: [ProcessChannel], workers: [ProcessChannel]) {
        let (client, worker) = (fixture.membership(ArenaLayout.client), fixture.membership(1))
        fixture.arena.header.channelCount.store(UInt64(count))
        for index in 0..<count {
            let header = fixture.arena.channel(index)
            header.initialize(ChannelOptions())
            try ChannelQueue(header: header, serial: 5, membership: client).begin()
            header.state.store(5 << 8 | ChannelHeader.liveFlag)
        }
        func ends(_ membership: LocalMember) -> [ProcessChannel] {
            (0..<count).map { ProcessChannel(membership: membership, index: $0, serial: 5) }
        }
        return (client, ends(client), ends(worker))
    }

    private func send(_ element: Int, to channel: ProcessChannel) throws {
        #expect(try channel.send(element, wait: .never))
    }

    @Test func eachOfManyReceivers_getsItsMessage_whateverTheOrder() async throws {
        let (client, own, workers) = try channels(2_000, in: try Fixture())
        let received = try await withThrowingTaskGroup(of: (Int, Int?).self) { group in
            for (index, channel) in own.enumerated() {
                group.addTask { (index, try await channel.receive(as: Int.self, wait: .forever)) }
            }
            // Some come while others are about to wait, and some when all do.
            var order = Array(workers.indices).shuffled()
            for index in order.prefix(500) { try send(index, to: workers[index]) }
            order.removeFirst(500)
            while client.watcher.pollCount < order.count { try await Task.sleep(for: .milliseconds(1)) }
            for index in order { try send(index, to: workers[index]) }
            var received: [Int: Int?] = [:]
            for try await (index, element) in group { received[index] = element }
            return received
        }
        #expect(received.allSatisfy { $0.key == $0.value } && received.count == own.count)
        #expect(client.watcher.pollCount == 0)
        client.watcher.stop()
    }

    /// Were one missed, it would be found by asking all, some at a time. One may come just when it is asked like that.
    @Test func messagesThatComeWhileAReceiverBegins_areNotMissed() async throws {
        let (client, own, workers) = try channels(1_501, in: try Fixture())
        let idle = own.dropFirst().map { channel in
            Task { try await channel.receive(as: Int.self, wait: .forever) }
        }
        while client.watcher.pollCount < idle.count { try await Task.sleep(for: .milliseconds(1)) }
        let sender = try SystemThread(name: "sender") { [own, workers] in
            // As soon as the client has taken one, and not when it waits for the next.
            for element in 0..<1_000 {
                while own[0].status.count > 0 { usleep(1) }
                try? send(element, to: workers[0])
            }
        }
        for element in 0..<1_000 {
            #expect(try await own[0].receive(as: Int.self, wait: .forever) == element)
        }
        sender.join()
        #expect(client.watcher.lateFindCount <= 1)
        for (index, task) in idle.enumerated() where index % 2 == 0 { task.cancel() }
        for (index, task) in idle.enumerated() where index % 2 == 1 {
            try send(index, to: workers[index + 1])
            #expect(try await task.value == index)
        }
        for (index, task) in idle.enumerated() where index % 2 == 0 {
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(client.watcher.pollCount == 0)
        client.watcher.stop()
    }

    @Test func callbacksOfSeveralChannels_areCalledOnceEach() async throws {
        let (client, own, workers) = try channels(20, in: try Fixture())
        let calls = (0..<20).map { _ in Counter() }
        for round in 1...50 {
            let takeBack = try zip(own, calls).map { channel, calls in
                try channel.whenReady(for: .receive) { calls.value.add(1, ordering: .relaxed) }
            }
            for index in workers.indices.shuffled() { try send(round, to: workers[index]) }
            while calls.contains(where: { $0.value.load(ordering: .relaxed) < round }) { await Task.yield() }
            for takeBack in takeBack { takeBack() }
            for channel in own { #expect(try await channel.receive(as: Int.self, wait: .never) == round) }
        }
        #expect(calls.allSatisfy { $0.value.load(ordering: .relaxed) == 50 })
        #expect(client.watcher.pollCount == 0)
        client.watcher.stop()
    }

    /// As if the sender had died after it has cleared that the channel is watched, and before it has told anybody.
    @Test func aMessageWhoseSenderDiedBeforeItTold_isReceived() async throws {
        let fixture = try Fixture()
        let (client, own, workers) = try channels(1_001, in: fixture)
        let receivers = own.map { channel in Task { try await channel.receive(as: Int.self, wait: .forever) } }
        while client.watcher.pollCount < own.count { try await Task.sleep(for: .milliseconds(1)) }
        // Asleep it finds nothing by asking all, some at a time.
        let isHeld = client.watcher.whileHeld {
            for round in 0..<20 {
                fixture.arena.channel(round).watched.store(0)
                #expect((try? workers[round].send(round, wait: .never)) == true)
            }
            fixture.recover(1)
            return 1
        }
        #expect(isHeld == 1)
        for round in 0..<20 { #expect(try await receivers[round].value == round) }
        #expect(client.watcher.lateFindCount == 0)
        for receiver in receivers.dropFirst(20) { receiver.cancel() }
        for receiver in receivers.dropFirst(20) { _ = try? await receiver.value }
        #expect(client.watcher.pollCount == 0)
        client.watcher.stop()
    }

    @Test func aSignalThatAWorkerSets_endsAllWaits() async throws {
        let fixture = try Fixture()
        let (client, worker) = (fixture.membership(ArenaLayout.client), fixture.membership(1))
        for index in 0..<2 { fixture.arena.signal(index).state.store(7 << 8) }
        let signals = (0..<2).map { ProcessCancelSignal(membership: client, index: $0, serial: 7) }
        let waiters = (0..<100).map { number in Task { try await signals[number % 2].waitUntilSet(.forever) } }
        while client.watcher.pollCount < waiters.count { await Task.yield() }
        ProcessCancelSignal(membership: worker, index: 1, serial: 7).set()
        for (number, waiter) in waiters.enumerated() where number % 2 == 1 { #expect(try await waiter.value) }
        #expect(client.watcher.pollCount == 50)
        ProcessCancelSignal(membership: worker, index: 0, serial: 7).set()
        for waiter in waiters { #expect(try await waiter.value) }
        client.watcher.stop()
    }
}

private final class Counter: Sendable {
    let value = Atomic<Int>(0)
}
