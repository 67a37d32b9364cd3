public import MultitaskingCore

/// A cancel signal in the pool's shared memory; looking at it is one load.
///
/// ```swift
/// let signal = try pool.makeCancelSignal()
/// signal.set()   // seen by every worker
/// ```
///
/// Made by ``ProcessPool/makeCancelSignal()``; tasks get at it through their context.
public final class ProcessCancelSignal: CancelSignal {
    private static let setFlag: UInt64 = 1

    let membership: LocalMember
    private let index: Int
    private let serial: UInt64
    private let word: SharedWord
    private let onRelease: (@Sendable () -> Void)?

    init(membership: LocalMember, index: Int, serial: UInt64, onRelease: (@Sendable () -> Void)? = nil) {
        self.membership = membership
        self.index = index
        self.serial = serial
        self.onRelease = onRelease
        word = Self.word(of: index, in: membership.arena)
    }

    /// The signal behind a reference.
    convenience init(_ reference: SharedObjectID, membership: LocalMember) throws {
        let (index, serial) = (reference.index, reference.serial)
        guard serial != 0, index < ArenaLayout.signalLimit,
            Self.word(of: index, in: membership.arena).load() >> 8 == serial
        else {
            throw MultitaskingError(
                .noSuchObject,
                "the cancel event no longer exists: its last handle in the parent process was dropped; keep it")
        }
        self.init(membership: membership, index: index, serial: serial)
    }

    deinit { onRelease?() }

    /// Bit 0: set. From bit 8: the serial, so that a reference to a signal that is gone is noticed.
    static func word(of index: Int, in arena: Arena) -> SharedWord {
        arena.word(ArenaLayout.signalTable + index * ArenaLayout.signalStride)
    }

    private var waiters: WaitQueue {
        WaitQueue(
            arena: membership.arena,
            offset: ArenaLayout.signalTable + index * ArenaLayout.signalStride + 16)
    }

    /// The name under which workers find this signal.
    public var reference: SharedObjectID { SharedObjectID(index: index, serial: serial) }

    /// Whether the signal is set: one relaxed load.
    ///
    /// ORDERING: relaxed, because the signal carries no data; whoever needs some uses a channel.
    public var isSet: Bool { word.loadRelaxed() == serial << 8 | Self.setFlag }

    /// See ``isSet``.
    public var cancelProbe: CancelProbe? { word.probe(value: serial << 8 | Self.setFlag) }

    /// Asks for the pool's event to be signalled when the signal is set.
    var watched: SharedWord { Self.watched(index, in: membership.arena) }

    private static func watched(_ index: Int, in arena: Arena) -> SharedWord {
        arena.word(ArenaLayout.signalTable + index * ArenaLayout.signalStride + 48)
    }

    private static func notifyWatcher(of index: Int, in arena: Arena) {
        guard watched(index, in: arena).load() != 0 else { return }
        watched(index, in: arena).store(0)
        arena.event.signal()
    }

    /// Sets the signal and wakes whoever waits for it.
    public func set() {
        // A place that serves for another signal by now has another serial.
        _ = word.compareExchange(serial << 8, serial << 8 | Self.setFlag)
        waiters.wakeAll()
        Self.notifyWatcher(of: index, in: membership.arena)
    }

    /// Clears the signal.
    public func clear() { _ = word.compareExchange(serial << 8 | Self.setFlag, serial << 8) }

    /// Whether the signal has not been dropped by the client.
    var exists: Bool { word.loadRelaxed() >> 8 == serial }

    /// Takes the signal away from whoever still uses it; only the client does this.
    static func remove(_ index: Int, in membership: LocalMember) {
        word(of: index, in: membership.arena).store(0)
        WaitQueue(
            arena: membership.arena, offset: ArenaLayout.signalTable + index * ArenaLayout.signalStride + 16
        ).wakeAll()
        notifyWatcher(of: index, in: membership.arena)
    }

    /// Blocks until the signal is set; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func waitUntilSet(_ wait: WaitLimit = .forever) -> Bool {
        membership.wait(wait, on: waiters, isReady: { isSet || !exists }) { isSet ? true : exists ? nil : false }
            ?? false
    }

    /// Suspends until the signal is set; false if the limit passed first.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    public func waitUntilSet(_ wait: WaitLimit = .forever) async throws -> Bool {
        if isSet { return true }
        let isOver = try await membership.watcher.wait(wait) { [self] in
            watched.store(1)
            fence()
            return isSet || !exists
        }
        return isOver && exists
    }
}
