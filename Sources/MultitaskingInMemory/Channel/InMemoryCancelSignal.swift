public import MultitaskingCore
internal import MultitaskingSystem

/// A cancel signal of a simulated pool. Reading it is a switch point.
///
/// ```swift
/// let signal = pool.makeCancelSignal()
/// signal.set()
/// ```
///
/// ``InMemoryPool/makeCancelSignal()`` creates it; tasks access it through their context.
public final class InMemoryCancelSignal: CancelSignal, HasTimeline {
    let simulation: Simulator
    let id: UInt64
    private let isOwner: Bool

    /// A new signal.
    init(simulation: Simulator) {
        self.simulation = simulation
        isOwner = true
        id = simulation.update { state, _ in
            let id = state.nextObject
            state.nextObject += 1
            state.signals[id] = SimulatedSignal()
            return id
        }
    }

    /// The signal behind a reference.
    init(_ reference: SharedObjectID, simulation: Simulator) throws {
        self.simulation = simulation
        isOwner = false
        let id = reference.ordinal
        self.id = id
        let isForeign = simulation.isForeign(reference)
        guard !isForeign, simulation.update({ state, _ in state.signals[id] != nil }) else {
            throw MultitaskingError.missing(.cancelEvent, isForeign: isForeign)
        }
    }

    deinit {
        guard isOwner else { return }
        simulation.update { [id] state, _ in
            state.signals[id] = nil
            state.callWatches()
        }
    }

    /// The name under which workers find this signal.
    public var reference: SharedObjectID { simulation.reference(id) }

    /// The simulation's timeline.
    public var timeline: any Timeline { simulation }

    /// Whether the signal is set. Reads as set for a task whose simulated worker has died, so that its loop ends.
    public var isSet: Bool {
        let isSet = simulation.observe({ [id] in $0.signals[id]?.isSet ?? false }, isIdlePoll: { !$0 })
        return isSet ?? true
    }

    /// Sets the signal and wakes every waiter.
    public func set() { change(to: true) }

    /// Clears the signal.
    public func clear() { change(to: false) }

    private func change(to value: Bool) {
        _ = try? simulation.call { [id] state, party -> Bool? in
            guard state.signals[id] != nil else { return true }
            state.signals[id]?.change(to: value)
            state.note(value ? .sets(signal: id) : .clears(signal: id), by: party)
            return true
        }
    }

    /// Blocks until the signal is set; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func waitUntilSet(_ wait: WaitLimit = .forever) -> Bool {
        let condition = condition
        let isSet = try? simulation.call(wait, for: condition) { [id] state, party -> Bool? in
            guard state.signals[id] != nil else { return false }
            guard state.holds(condition) else { return nil }
            state.note(.sees(signal: id), by: party)
            return true
        }
        return (isSet ?? nil) ?? false
    }

    /// Suspends until the signal is set; false if the limit passes first.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    public func waitUntilSet(_ wait: WaitLimit = .forever) async throws -> Bool {
        if isSet { return true }
        var watch: Int?
        defer { if let watch { simulation.removeWatch(watch) } }
        let condition = condition
        _ = try await awaitCallback(wait, in: simulation) { watch = simulation.watch(condition, $0) }
        return simulation.update { [id] state, _ in state.signals[id] != nil && state.holds(condition) }
    }

    /// That the signal is set, or will have been.
    var condition: Condition {
        .signal(id, sets: simulation.update { [id] state, _ in state.signals[id]?.sets ?? 0 })
    }
}

/// What a simulation knows of a signal.
struct SimulatedSignal: Sendable {
    private(set) var isSet = false
    /// How many times it was set.
    private(set) var sets = 0

    mutating func change(to value: Bool) {
        if value, !isSet { sets += 1 }
        isSet = value
    }

    /// Whether it is set, or, unless nil, was since it had been set so many times.
    func wasSet(since sets: Int?) -> Bool { isSet || sets.map { $0 != self.sets } ?? false }
}

extension Simulator {
    /// Calls `body` once when the condition holds, at once if it does, or when the limit has passed.
    func watch(
        _ condition: Condition, within limit: WaitLimit = .forever, _ body: @escaping @Sendable () -> Void
    ) -> Int {
        update { state, _ in
            let id = state.newID()
            state.watches.append(.init(id: id, condition: condition, call: body))
            if case .upTo(let duration) = limit {
                state.limitedWaits[id] = body
                state.plan(
                    .call(id), at: state.now.addingSaturated(duration.clampedForWaiting.nanoseconds))
            }
            state.callWatches()
            return id
        }
    }

    func removeWatch(_ id: Int) {
        // Released outside of the lock.
        _ = update { state, _ in
            state.watches.firstIndex { $0.id == id }.map { state.watches.remove(at: $0) }
        }
    }
}
