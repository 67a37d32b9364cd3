public import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

// Selecting: which of several that are ready is picked is a decision of the schedule, so that exploring tries them all.

/// A part of a simulation that can be selected from.
protocol SimulatedSource: Sendable {
    var simulation: Simulator { get }
    /// When it is ready.
    var selectCondition: Condition { get }
}

extension Simulator: SelectStation {
    func select(_ sources: [any Selectable], wait: WaitLimit) throws -> Int? {
        let own = sources.map(condition(of:))
        let others = sources.indices.filter { own[$0] == nil }
        guard !others.isEmpty else { return try select(own.compactMap(\.self), wait: wait) }
        let deadline = WaitDeadline(wait, timeline: self)
        let elsewhere = WaitsElsewhere(of: CurrentThread.id)
        defer { elsewhere.end() }
        while true {
            let watch = SelectWatch()
            defer { watch.end() }
            let isWoken = Mutex(false)
            try watch.begin(others.map { sources[$0] }) { [weak self] in
                isWoken.withLock { $0 = true }
                self?.poke()
            }
            // Never under the lock: a future that follows a task of this simulation calls in.
            let ready = others.filter { sources[$0].isReadyForSelect }
            let conditions = own.enumerated().map { index, condition in
                condition ?? .other { ready.contains(index) }
            }
            let isOneWoken = Condition.open(
                OpenWait(name: "one of several tasks", isThere: { isWoken.withLock { $0 } }) { [weak self] in
                    guard let self else { return .nowhere }
                    let outsides = others.lazy.map { place in
                        self.outside(ofSource: sources[place]) { elsewhere.outside(of: self, in: $0) }
                    }
                    return outsides.max() ?? .nowhere
                })
            let limit = ready.isEmpty ? deadline.remaining : .never
            let index = try select(conditions + [isOneWoken], wait: limit)
            guard index == conditions.count else { return index }
        }
    }

    /// The index of a condition that holds, picked among all that do.
    private func select(_ conditions: [Condition], wait: WaitLimit) throws -> Int? {
        try call(wait, for: .any(conditions)) { state, party -> Int? in
            let ready = conditions.indices.filter { state.holds(conditions[$0]) }
            guard !ready.isEmpty else { return nil }
            let index = ready[state.pick(among: ready.count)]
            state.note(.selects(state.describe(conditions[index]), from: conditions.count), by: party)
            return index
        }
    }

    func pick(among count: Int) -> Int { update { state, _ in state.pick(among: count) } }

    /// When a source is ready that is a part of this simulation; nil for others.
    private func condition(of source: any Selectable) -> Condition? {
        if let side = source as? SendingSide {
            guard let channel = side.channel as? InMemoryChannel, channel.simulation === self else { return nil }
            return channel.condition(for: .send)
        }
        guard let source = source as? any SimulatedSource, source.simulation === self else { return nil }
        return source.selectCondition
    }

    /// Whether a condition holds; a switch point.
    func isReady(_ condition: Condition) -> Bool { observe({ $0.holds(condition) }, isIdlePoll: { !$0 }) ?? true }

    /// Calls `body` once when the condition holds, until the returned function is called.
    func whenReady(_ condition: Condition, _ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let id = watch(condition, body)
        return { [weak self] in self?.removeWatch(id) }
    }
}

extension SimulationState {
    /// Picks one of several that are ready. Where the schedule leaves it open, each has its turn.
    mutating func pick(among count: Int) -> Int {
        guard count > 1 else { return 0 }
        selections &+= 1
        return (selections + decisions.choose(among: count, isPreemption: false)) % count
    }
}

extension InMemoryChannel: SimulatedSource {
    var selectCondition: Condition { condition(for: .receive) }

    /// Whether `operation` can complete without waiting. Reading it is a switch point.
    public func isReady(for operation: ChannelOperation) -> Bool { simulation.isReady(condition(for: operation)) }

    /// Calls `body` once, as soon as `operation` may succeed; see `WaitableChannel.whenReady(for:_:)`.
    public func whenReady(
        for operation: ChannelOperation, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void {
        simulation.whenReady(condition(for: operation), body)
    }

    /// Calls `body` once, as soon as there may be an element to receive.
    ///
    /// A caller that selects doesn't have to receive, so it doesn't count as a receiver for any sender, not even for
    /// its own sending side.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        simulation.whenReady(.any([selectCondition]), body)
    }

    /// The simulation.
    public var selectStation: (any SelectStation)? { simulation }
}

extension InMemoryCancelSignal: SimulatedSource {
    /// A `select` looks at what is when it is woken, here as on the machine.
    var selectCondition: Condition { .signal(id, sets: nil) }

    /// Calls `body` once, as soon as the signal is set.
    public func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        simulation.whenReady(selectCondition, body)
    }

    /// The simulation.
    public var selectStation: (any SelectStation)? { simulation }
}

extension InMemoryFuture: Selectable, SimulatedSource {
    var selectCondition: Condition { .ended(task) }
    var isReadyForSelect: Bool { simulation.isReady(selectCondition) }
    var selectStation: (any SelectStation)? { simulation }

    func whenReadyForSelect(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        simulation.whenReady(selectCondition, body)
    }
}
