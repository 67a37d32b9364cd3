import MultitaskingCore
import Synchronization

/// A channel of a faulty pool.
final class FaultyChannel: InProcessChannel {
    private let base: any InProcessChannel
    private let harm: Harm
    /// Sends the element that is held back, to come in after the next one.
    private let heldBack = Mutex<(@Sendable () throws -> Bool)?>(nil)

    init(_ base: any Channel, harm: Harm) {
        // The base is a thread pool's, whose channels are all of this kind.
        guard let base = base as? any InProcessChannel else { preconditionFailure("no channel of a thread pool") }
        self.base = base
        self.harm = harm
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
        do {
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
        if wait == .never, let count = harm.occasion(for: .hidesElements), count % 20 == 0 { return nil }
        if let element = try base.receiveInProcess(as: type, wait: .never) { return element }
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

    func close(discarding: Bool) -> Int {
        if harm.has(.dropsOnClose), !discarding {
            _ = base.close(discarding: true)
            return 0
        }
        return base.close(discarding: discarding)
    }

    func ready(for operation: ChannelOperation, wait: WaitLimit) async throws {
        try await base.ready(for: operation, wait: wait)
    }

    func taskDone() throws {
        do { try base.taskDone() } catch { if !harm.has(.allowsTooManyReports) { throw error } }
    }

    func join(wait: WaitLimit) -> Bool {
        if harm.has(.countsJoinWrongly), base.status.count == 0 { return true }
        return base.join(wait: wait)
    }

    private var hasRoom: Bool { !base.status.isClosed && base.status.capacity.map { base.status.count < $0 } ?? true }
}
