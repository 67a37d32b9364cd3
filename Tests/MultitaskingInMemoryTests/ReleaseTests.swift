import Multitasking
import MultitaskingInMemory
import Synchronization
import Testing

/// What is released with a part of a simulation may call the simulation, in whose lock it must not be released.
@Suite(.timeLimit(.minutes(2))) struct ReleaseTests {
    private func withPool<Value>(_ body: (InMemoryPool) throws -> Value) throws -> Value {
        let pool = try InMemoryPool(.seed(1), options: InMemoryOptions(maxWorkers: 1, captures: .byValueOrCopies))
        defer { pool.shutdown(.drain) }
        return try body(pool)
    }

    /// Submits a task that alone holds a channel of its pool.
    private func submitHoldingAChannel(_ pool: InMemoryPool) throws -> Future<Void> {
        let channel = try pool.makeChannel()
        return try pool.submit { _ = try channel.send(1, wait: .never) }
    }

    /// Submits a task that alone holds `object`.
    private func submit(_ pool: InMemoryPool, holding object: CallsOnRelease) throws -> Future<Int> {
        try pool.submit { withExtendedLifetime(object) { 1 } }
    }

    @Test func channelThatOnlyATaskHolds_isReleased_whenTheTasksFutureIsDropped() throws {
        try withPool { pool in
            try submitHoldingAChannel(pool).value()
            #expect(try pool.submit(double, 1).value() == 2)
        }
    }

    @Test func channelThatOnlyATaskHolds_isReleased_whenTheTaskEndsWhoseFutureWasDropped() throws {
        try withPool { pool in
            _ = try submitHoldingAChannel(pool)
            #expect(try pool.submit(double, 1).value() == 2)
        }
    }

    @Test func objectThatDropsAFutureAndAChannel_isReleased_withTheTaskThatHoldsIt() throws {
        for isDroppedFirst in [false, true] {
            let releases = Mutex(0)
            try withPool { pool in
                let parts = Mutex<(any Sendable)?>((try pool.submit(double, 2), try pool.makeChannel()))
                var future: Future<Int>? = try submit(
                    pool,
                    holding: CallsOnRelease {
                        parts.withLock { $0 = nil }
                        releases.withLock { $0 += 1 }
                    })
                if isDroppedFirst { future = nil }
                #expect(try future?.value() ?? 1 == 1)
                future = nil
                #expect(try pool.submit(double, 1).value() == 2)
            }
            #expect(releases.withLock { $0 } == 1, "\(isDroppedFirst)")
        }
    }

    @Test func callbackThatIsTakenBack_isReleased_thoughWhatItHoldsCallsThePool() throws {
        let releases = Mutex(0)
        try withPool { pool in
            let channel = try pool.makeChannel()
            func watch() throws -> @Sendable () -> Void {
                let object = CallsOnRelease {
                    _ = channel.status
                    releases.withLock { $0 += 1 }
                }
                return try channel.whenReady(for: .receive) { withExtendedLifetime(object) {} }
            }
            try watch()()
        }
        #expect(releases.withLock { $0 } == 1)
    }

    @Test func channelWithASharedValue_isReleased_thoughTheValueCallsThePool() throws {
        let releases = Mutex(0)
        try withPool { pool in
            SharedCaller.whenReleased.withLock { whenReleased in
                whenReleased = {
                    _ = try? pool.makeCancelSignal()
                    releases.withLock { $0 += 1 }
                }
            }
            defer { SharedCaller.whenReleased.withLock { $0 = nil } }
            for discards in [false, true] {
                let channel = try pool.makeChannel()
                #expect(try channel.send(pool.share(SharedCaller()) as Shared<SharedCaller>, wait: .never))
                if discards { #expect(channel.close(discarding: true) == 1) }
            }
            #expect(pool.sharedValueCount == 0)
        }
        #expect(releases.withLock { $0 } == 2)
    }
}

/// Calls a function when it is released.
private final class CallsOnRelease: Sendable {
    private let call: @Sendable () -> Void

    init(_ call: @escaping @Sendable () -> Void) { self.call = call }

    deinit { call() }
}

/// A value that can be shared, and calls a function when it is released.
final class SharedCaller: Codable, Sendable {
    static let whenReleased = Mutex<(@Sendable () -> Void)?>(nil)

    init() {}

    deinit { Self.whenReleased.withLock { $0 }?() }
}
