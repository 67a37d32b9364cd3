internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// The channels and signals of a pool by their references. It does not keep them alive.
final class ObjectRegistry: Sendable {
    private struct State {
        var nextReference: UInt64 = 1
        var channels: [ObjectReference: WeakChannel] = [:]
        var signals: [ObjectReference: WeakSignal] = [:]
    }

    private struct WeakChannel: Sendable {
        weak let object: ThreadChannel?
    }

    private struct WeakSignal: Sendable {
        weak let object: ThreadCancelSignal?
    }

    private let state = Lock(State())
    /// Of the process whose threads the pool has.
    private let generation = ForkGeneration.begin()

    /// Whether the pool's threads are in this process, which may have been forked from theirs.
    @inline(__always)
    var isOwn: Bool { generation == ForkGeneration.current }

    /// Throws if they are not: nobody would do here what is asked of the pool.
    @inline(__always)
    func checkOwner() throws {
        if !isOwn { throw Self.belongsToParent }
    }

    @inline(never)
    static var belongsToParent: MultitaskingError {
        MultitaskingError(
            .shutDown,
            "this pool belongs to the parent process, whose threads a fork does not copy; make a pool of your own here")
    }

    /// A reference that no object of this pool has or had.
    func makeReference() -> ObjectReference {
        state.withLock { state in
            defer { state.nextReference += 1 }
            return ObjectReference(rawValue: state.nextReference)
        }
    }

    func add(_ channel: ThreadChannel) {
        let entry = WeakChannel(object: channel)
        state.withLock { $0.channels[channel.reference] = entry }
    }

    func add(_ signal: ThreadCancelSignal) {
        let entry = WeakSignal(object: signal)
        state.withLock { $0.signals[signal.reference] = entry }
    }

    /// Forgets an object; called when it goes.
    func remove(_ reference: ObjectReference) {
        // What is removed is taken out of the lock, so that nothing is released under it.
        _ = state.withLock { state in
            (state.channels.removeValue(forKey: reference), state.signals.removeValue(forKey: reference))
        }
    }

    func channel(_ reference: ObjectReference) -> ThreadChannel? {
        state.withLock { $0.channels[reference] }?.object
    }

    func signal(_ reference: ObjectReference) -> ThreadCancelSignal? {
        state.withLock { $0.signals[reference] }?.object
    }

    /// How many objects are registered; for tests.
    var count: Int { state.withLock { $0.channels.count + $0.signals.count } }
}
