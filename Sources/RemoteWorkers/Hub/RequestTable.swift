internal import MultitaskingCore
internal import Synchronization

/// The requests of one link that are not answered yet.
package final class RequestTable: Sendable {
    package let link: FrameLink

    typealias Completion = @Sendable (HubAnswer) -> Void

    private struct State {
        var pending: [UInt64: (pool: UInt32, completion: Completion)] = [:]
        /// The pools whose hub is gone.
        var lostPools: Set<UInt32> = []
        var isLost = false
    }

    private let state = Mutex(State())

    package init(_ link: FrameLink) { self.link = link }

    /// Sends a request; `completion` is called once, usually by the thread that reads the link.
    ///
    /// - Returns: the request's number, by which it can be withdrawn.
    func ask(_ request: HubRequest, pool: UInt32, _ completion: @escaping Completion) -> UInt64 {
        let id = link.makeID()
        let isOpen = state.withLock { state in
            guard !state.isLost, !state.lostPools.contains(pool) else { return false }
            state.pending[id] = (pool, completion)
            return true
        }
        guard isOpen else {
            completion(.lost)
            return id
        }
        if !link.send(.request, id, request.head(pool: pool), tail: request.bytes) {
            take(id)?(.lost)
        }
        return id
    }

    /// Sends a request that isn't for a hub, and blocks until it is answered.
    @available(*, noasync)
    func call(
        _ kind: FrameKind, _ head: [UInt8], pool: UInt32, tailCount: Int, _ pieces: TailPieces
    ) -> HubAnswer {
        let id = link.makeID()
        let answer = Mutex<HubAnswer?>(nil)
        let latch = Latch()
        let isOpen = state.withLock { state in
            guard !state.isLost, !state.lostPools.contains(pool) else { return false }
            state.pending[id] = (
                pool,
                { given in
                    answer.withLock { $0 = given }
                    latch.open()
                }
            )
            return true
        }
        guard isOpen else { return .lost }
        if !(unsafe link.send(kind, id, head, tailCount: tailCount, pieces)) { take(id)?(.lost) }
        _ = latch.wait(.forever)
        return answer.withLock { $0 } ?? .lost
    }

    /// Answers a waiting request as one whose time is up.
    func withdraw(_ id: UInt64, pool: UInt32) {
        guard state.withLock({ $0.pending[id] != nil }) else { return }
        var writer = ByteWriter()
        writer.add(pool)
        link.send(.withdrawRequest, id, writer.bytes)
    }

    /// Hands an answer to a thread that has asked. An answer that nobody waits for is dropped.
    package func deliver(_ frame: Frame) throws(FrameError) {
        let answer = try HubAnswer(frame)
        take(frame.id)?(answer)
    }

    private func take(_ id: UInt64) -> Completion? { state.withLock { $0.pending.removeValue(forKey: id)?.completion } }

    /// Answers everything of a pool, or of all of them, as lost, now and from now on.
    package func lose(pool: UInt32?) {
        let lost = state.withLock { state in
            if let pool { state.lostPools.insert(pool) } else { state.isLost = true }
            let lost = state.pending.filter { pool == nil || $0.value.pool == pool }
            for id in lost.keys { state.pending[id] = nil }
            return lost.values.map(\.completion)
        }
        for completion in lost { completion(.lost) }
    }
}
