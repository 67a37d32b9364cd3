import MultitaskingCore
import Synchronization

/// A channel of a faulty pool.
final class FaultyChannel: InProcessOfferingChannel {
    private let base: any InProcessOfferingChannel
    private let harm: Harm
    private let ledger: SenderLedger?
    /// Sends the element that is held back, to come in after the next one.
    private let heldBack = Mutex<(@Sendable () throws -> Bool)?>(nil)

    init(_ base: any Channel, harm: Harm) {
        // The base is a thread pool's, whose channels are all of this kind.
        guard let base = base as? any InProcessOfferingChannel else {
            preconditionFailure("no channel of a thread pool")
        }
        self.base = base
        self.harm = harm
        // One that keeps its senders counts them and does nothing when the last is gone.
        ledger = harm.has(.keepsSenders) ? base.senderLedger.map { _ in SenderLedger {} } : base.senderLedger
    }

    var reference: SharedObjectID { base.reference }

    var status: ChannelStatus {
        var status = base.status
        if let count = harm.occasion(for: .miscounts), count % 20 == 0 { status.count += 1000 }
        if harm.has(.exceedsCapacity) { status.capacity = status.capacity.map { $0 - 1 } }
        return status
    }

    func send<Element: Codable & Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool {
        try sendInProcess(element, wait: wait)
    }

    func receive<Element: Codable & Sendable>(as type: Element.Type, wait: WaitLimit) throws -> Element? {
        try receiveInProcess(as: type, wait: wait)
    }

    func sendInProcess<Element: Sendable>(_ element: Element, wait: WaitLimit) throws -> Bool {
        harm.pause()
        do {
            if wait == .never, isRendezvous, harm.has(.meetsOnlyWhoWaits) { return false }
            if wait == .never, let count = harm.occasion(for: .hidesRoom), count % 20 == 0 { return false }
            if let count = harm.occasion(for: .losesAnElement), count % 20 == 0, hasRoom { return true }
            if let count = harm.occasion(for: .isWrongNowAndThen), count % 7 == 0, hasRoom { return true }
            if let count = harm.occasion(for: .doublesAnElement), count % 20 == 0 {
                _ = try base.sendInProcess(element, wait: wait)
            }
            if let count = harm.occasion(for: .reordersElements), count % 20 == 0, hasRoom {
                heldBack.withLock { $0 = { [base] in try base.sendInProcess(element, wait: wait) } }
                return true
            }
            let isSent = try base.sendInProcess(element, wait: wait)
            if let late = heldBack.withLock({ $0.take() }) { _ = try late() }
            return isSent
        } catch let error as MultitaskingError where error.code == .closed && harm.has(.reportsTheWrongError) {
            throw MultitaskingError(.noSuchObject, error.message)
        }
    }

    func receiveInProcess<Element: Sendable>(as type: Element.Type, wait: WaitLimit) throws -> Element? {
        harm.pause()
        if wait == .never, let count = harm.occasion(for: .hidesElements), count % 20 == 0 { return nil }
        if let element = try base.receiveInProcess(as: type, wait: .never) {
            if harm.has(.losesWhatIsNil), let mayBeNil = element as? any MayBeNil, mayBeNil.isNil { return nil }
            return element
        }
        if wait == .forever, harm.has(.hidesTheEnd), status.isClosed {
            harm.block()
            return nil
        }
        if wait == .never || status.isClosed { return nil }
        if harm.has(.returnsEarly) { return nil }
        if harm.has(.blocksForEver) {
            harm.block()
            return nil
        }
        if harm.has(.losesAWakeUp) {
            // Nobody sends here, so the wait takes as long as it may.
            let never = try ThreadPoolSignal.never()
            _ = never.waitUntilSet(wait)
            return nil
        }
        return try base.receiveInProcess(as: type, wait: wait)
    }

    func send<Element: Codable & Sendable>(contentsOf elements: ArraySlice<Element>, wait: WaitLimit) throws -> Int {
        try sendInProcess(contentsOf: elements, wait: wait)
    }

    func receive<Element: Codable & Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] { try receiveInProcess(upTo: count, as: type, wait: wait) }

    func sendInProcess<Element: Sendable>(contentsOf elements: ArraySlice<Element>, wait: WaitLimit) throws -> Int {
        if harm.has(.losesTheEndOfABatch), elements.count > 30 {
            return try base.sendInProcess(contentsOf: elements.dropLast(), wait: wait) + 1
        }
        if harm.has(.doublesABatch), elements.count > 30 {
            _ = try base.sendInProcess(contentsOf: elements.prefix(1), wait: wait)
        }
        let sent = try base.sendInProcess(contentsOf: elements, wait: wait)
        return harm.has(.countsABatchWrongly) && sent < elements.count ? elements.count : sent
    }

    func receiveInProcess<Element: Sendable>(
        upTo count: Int, as type: Element.Type, wait: WaitLimit
    ) throws -> [Element] {
        if harm.has(.losesWhatIsBeforeAnError) {
            var elements: [Element] = []
            while elements.count < count, let element = try base.receiveInProcess(as: type, wait: .never) {
                elements.append(element)
            }
            return elements
        }
        let elements = try base.receiveInProcess(upTo: count, as: type, wait: wait)
        return harm.has(.reordersABatch) ? elements.reversed() : elements
    }

    var isRendezvous: Bool { base.isRendezvous }

    func offer<Element: Codable & Sendable>(_ element: Element) throws -> any ChannelOffer {
        try offerInProcess(element)
    }

    func offerInProcess<Element: Sendable>(_ element: Element) throws -> any ChannelOffer {
        let offer = try base.offerInProcess(element)
        return harm.has(.leavesOffers) ? StubbornOffer(base: offer) : offer
    }

    var senderLedger: SenderLedger? { ledger }

    func isReady(for operation: ChannelOperation) -> Bool {
        if harm.has(.selectsWhatIsNotReady), operation == .receive { return true }
        if harm.has(.ignoresRoom), operation == .send { return false }
        return base.isReady(for: operation)
    }

    func whenReady(
        for operation: ChannelOperation, _ body: @escaping @Sendable () -> Void
    ) throws -> @Sendable () -> Void {
        if harm.has(.losesASelectsWakeUp) { return {} }
        return try base.whenReady(for: operation, body)
    }

    var selectStation: (any SelectStation)? { base.selectStation.map { FaultyStation(base: $0, harm: harm) } }

    func close(discarding: Bool) -> Int {
        harm.pause()
        if harm.has(.dropsOnClose), !discarding {
            _ = base.close(discarding: true)
            return 0
        }
        return base.close(discarding: discarding)
    }

    func waitUntilReady(for operation: ChannelOperation, wait: WaitLimit) async throws {
        try await base.waitUntilReady(for: operation, wait: wait)
    }

    func taskDone() throws {
        harm.pause()
        do { try base.taskDone() } catch { if !harm.has(.allowsTooManyReports) { throw error } }
    }

    func join(wait: WaitLimit) -> Bool {
        harm.pause()
        if harm.has(.countsJoinWrongly), base.status.count == 0 { return true }
        return base.join(wait: wait)
    }

    private var hasRoom: Bool { !base.status.isClosed && base.status.capacity.map { base.status.count < $0 } ?? true }
}

/// Where a faulty pool's threads wait for several things.
struct FaultyStation: SelectStation {
    let base: any SelectStation
    let harm: Harm

    func select(_ sources: [any Selectable], wait: WaitLimit) throws -> Int? {
        if harm.has(.isUnfair), let first = sources.firstIndex(where: \.isReadyForSelect) { return first }
        // It gives up before its limit.
        if harm.has(.selectGivesUpEarly), wait != .never { return try base.select(sources, wait: .never) }
        return try base.select(sources, wait: wait)
    }
}

/// An element that cannot be taken back: its sender believes that it was taken.
struct StubbornOffer: ChannelOffer {
    let base: any ChannelOffer

    func whenSettled(_ body: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        try base.whenSettled(body)
    }

    func withdraw() -> Bool { false }
}

/// An optional of whatever type.
private protocol MayBeNil {
    var isNil: Bool { get }
}

extension Optional: MayBeNil {
    fileprivate var isNil: Bool { self == nil }
}
