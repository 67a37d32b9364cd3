public import MultitaskingCore

/// A cancel signal in the pool's shared memory, which costs one load to read.
///
/// ```swift
/// let signal = try pool.makeCancelSignal()
/// signal.set()   // seen by every worker
/// ```
///
/// ``ProcessPool/makeCancelSignal()`` creates it; tasks access it through their context.
public final class ProcessCancelSignal: CancelSignal {
    private static let setFlag: UInt64 = 1

    let membership: LocalMember
    private let index: Int
    private let serial: UInt64
    /// The record's state, at hand: looking at the signal must not take more than one load.
    private let word: SharedWord
    private var record: SignalRecord { membership.arena.signal(index) }
    private let onRelease: (@Sendable () -> Void)?

    init(membership: LocalMember, index: Int, serial: UInt64, onRelease: (@Sendable () -> Void)? = nil) {
        self.membership = membership
        self.index = index
        self.serial = serial
        self.onRelease = onRelease
        word = membership.arena.signal(index).state
    }

    /// The signal behind a reference.
    convenience init(_ reference: SharedObjectID, membership: LocalMember) throws {
        let (index, serial) = (reference.index, reference.serial)
        guard serial != 0, index < ArenaLayout.signalLimit,
            membership.arena.signal(index).state.load() >> 8 == serial
        else {
            throw MultitaskingError.missing(.cancelEvent, isForeign: membership.arena.isForeign(reference))
        }
        self.init(membership: membership, index: index, serial: serial)
    }

    deinit { onRelease?() }

    /// The name under which workers find this signal.
    public var reference: SharedObjectID { SharedObjectID(index: index, serial: serial) }

    /// Whether the signal is set: one relaxed load.
    ///
    /// ORDERING: relaxed, because the signal publishes no data; use a channel to pass data.
    public var isSet: Bool { word.loadRelaxed() == serial << 8 | Self.setFlag }

    /// See ``isSet``.
    public var cancelProbe: CancelProbe? { word.probe(value: serial << 8 | Self.setFlag) }

    /// Asks for the pool's event to be signalled when the signal is set.
    var watched: SharedWord { record.watched }
    /// Its number in `ChangedObjects`.
    var changeNumber: Int { record.changeNumber }

    /// Sets the signal and wakes every waiter.
    public func set() {
        // A place that serves for another signal by now has another serial.
        if word.compareExchange(serial << 8, serial << 8 | Self.setFlag) { record.sets.add(1) }
        record.wakeAll()
    }

    /// Clears the signal.
    public func clear() { _ = word.compareExchange(serial << 8 | Self.setFlag, serial << 8) }

    /// Whether the signal is set, or was while somebody waited who found so many times at the beginning.
    private func wasSet(since sets: UInt64) -> Bool { isSet || record.sets.load() != sets && exists }

    /// Whether the signal has not been dropped by the client.
    var exists: Bool { word.loadRelaxed() >> 8 == serial }

    /// Takes the signal away from the processes that still use it; only the client does this.
    static func remove(_ index: Int, in membership: LocalMember) {
        let record = membership.arena.signal(index)
        record.state.store(0)
        record.wakeAll()
    }

    /// Blocks until the signal is set; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func waitUntilSet(_ wait: WaitLimit = .forever) -> Bool {
        guard membership.isOfThisProcess else { return isSet }
        let before = record.sets.load()
        return membership.wait(wait, for: .change, on: record.waiters, isReady: { wasSet(since: before) || !exists }) {
            wasSet(since: before) ? true : exists ? nil : false
        } ?? false
    }

    /// Suspends until the signal is set; false if the limit passes first.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    public func waitUntilSet(_ wait: WaitLimit = .forever) async throws -> Bool {
        if isSet { return true }
        guard membership.isOfThisProcess else { return false }
        let before = record.sets.load()
        let isOver = try await membership.watcher.wait(wait, forObject: record.changeNumber) { [self] in
            record.watched.store(1)
            fence()
            return wasSet(since: before) || !exists
        }
        return isOver && exists
    }
}
