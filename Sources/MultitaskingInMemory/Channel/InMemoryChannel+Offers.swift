public import MultitaskingCore
internal import MultitaskingSerialization
internal import MultitaskingSystem

// Channels of capacity 0: a sender holds its element out, and takes it back if nobody comes.

extension InMemoryChannel {
    /// Offers an element, if the capacity is 0.
    public func offer<Element: Codable & Sendable>(_ element: Element) throws -> any ChannelOffer {
        let payload = try SimulatedPayload(simulation.shares) { try $0.encode(element) }
        let element = ChannelState.Element(payload, fingerprint: TypeFingerprint.of(Element.self))
        guard let offer = try offer(element, needsReceiver: false) else { throw Self.closed }
        return offer
    }

    /// Holds an element out; nil if a receiver must be waiting and none is.
    private func offer(_ element: ChannelState.Element, needsReceiver: Bool) throws -> InMemoryOffer? {
        let number = try simulation.call { [id] state, party -> Int? in
            guard state.channels[id]?.isClosed == false else { throw Self.closed }
            guard !needsReceiver || state.holds(.room(id)) else {
                state.note(.findsFull(channel: id), by: party)
                return nil
            }
            let number = state.newID()
            state.channels[id]?.offer(element, id: number)
            state.note(.offers(channel: id, bytes: element.bytes.count), by: party)
            return number
        }
        return number.map { InMemoryOffer(simulation: simulation, channel: id, number: $0) }
    }

    func handOver(_ element: ChannelState.Element, wait: WaitLimit) throws -> Bool {
        let isPatient = if case .upTo(let duration) = wait { duration > .zero } else { wait == .forever }
        guard let offer = try offer(element, needsReceiver: !isPatient) else { return false }
        do {
            let limit = isPatient ? wait : .upTo(.rendezvousPatience)
            _ = try simulation.call(limit, for: offer.condition) { state, _ in state.holds(offer.condition) ? true : nil
            }
        } catch {
            // Its worker has died, or nobody can come anymore.
            _ = offer.withdraw()
            throw error
        }
        guard offer.withdraw() else { return true }
        if status.isClosed { throw Self.closed }
        return false
    }
}

/// An element that a sender holds out in a simulation.
struct InMemoryOffer: ChannelOffer {
    let simulation: Simulator
    let channel: UInt64
    let number: Int

    var condition: Condition { .settled(channel, offer: number) }

    func whenSettled(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        simulation.whenReady(condition, body)
    }

    func withdraw() -> Bool {
        simulation.update { [channel, number] state, party in
            guard let element = state.channels[channel]?.withdraw(number) else { return false }
            state.discard(element)
            state.note(.takesBack(channel: channel), by: party)
            state.callWatches()
            return true
        }
    }
}
