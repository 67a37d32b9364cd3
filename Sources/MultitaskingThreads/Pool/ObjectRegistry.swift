internal import MultitaskingCore
internal import Synchronization

/// The channels and signals of a pool by their references. It does not keep them alive.
final class ObjectRegistry: Sendable {
    private struct State {
        var lastReference: UInt64
        var channels: [SharedObjectID: WeakChannel] = [:]
        var signals: [SharedObjectID: WeakSignal] = [:]
        /// Whether the last worker has gone.
        var isOver = false
    }

    private struct WeakChannel: Sendable {
        weak let object: ThreadChannel?
    }

    private struct WeakSignal: Sendable {
        weak let object: ThreadCancelSignal?
    }

    private let origin = SharedObjectID.makeOrigin()
    private let state: Lock<State>
    let owner = PoolOwner()
    let log = TimelineLog()

    init() { state = Lock(State(lastReference: origin)) }

    /// Whether another pool than this has given a reference out.
    func isForeign(_ reference: SharedObjectID) -> Bool { !reference.isCounted(from: origin) }

    /// A reference that no object of this pool, or of another, has or had.
    func makeReference() -> SharedObjectID {
        state.withLock { state in
            state.lastReference += 1
            return SharedObjectID(rawValue: state.lastReference)
        }
    }

    /// Registers a channel; false if the pool has ended, and nobody would close it anymore.
    func add(_ channel: ThreadChannel) -> Bool {
        let entry = WeakChannel(object: channel)
        return state.withLock { state in
            if state.isOver { return false }
            state.channels[channel.reference] = entry
            return true
        }
    }

    func add(_ signal: ThreadCancelSignal) {
        let entry = WeakSignal(object: signal)
        state.withLock { $0.signals[signal.reference] = entry }
    }

    /// Forgets an object; called when it goes.
    func remove(_ reference: SharedObjectID) {
        // What is removed is taken out of the lock, so that nothing is released under it.
        _ = state.withLock { state in
            (state.channels.removeValue(forKey: reference), state.signals.removeValue(forKey: reference))
        }
    }

    func channel(_ reference: SharedObjectID) -> ThreadChannel? {
        state.withLock { $0.channels[reference] }?.object
    }

    func signal(_ reference: SharedObjectID) -> ThreadCancelSignal? {
        state.withLock { $0.signals[reference] }?.object
    }

    /// The channels that there are, in the order in which they were made.
    var channels: [ThreadChannel] {
        let channels = state.withLock { Array($0.channels.values) }
        return channels.compactMap(\.object).sorted { $0.reference.rawValue < $1.reference.rawValue }
    }

    /// Closes all channels, and has no more added: the last worker has gone.
    func endChannels() {
        state.withLock { $0.isOver = true }
        // Not under the lock: this calls whoever waits, and what is released may come back here.
        for channel in channels { channel.end() }
    }

    /// How many objects are registered; for tests.
    var count: Int { state.withLock { $0.channels.count + $0.signals.count } }
}
