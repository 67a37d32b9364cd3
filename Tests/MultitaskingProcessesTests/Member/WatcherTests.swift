import Glibc
import MultitaskingCore
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
}
