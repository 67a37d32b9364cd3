package import MultitaskingCore
internal import Synchronization

/// One process's way to the channels and signals of a pool, which are with the pool's hub.
package final class HubClient: Sendable {
    private let requests: RequestTable
    private let pool: UInt32
    /// The pool's shared values.
    package let shares: RemoteShares
    private let state = Mutex(State())

    private struct State {
        /// The signals that were pushed as set.
        var setSignals: Set<SharedObjectID> = []
        var cells: [SharedObjectID: WeakCell] = [:]
        var leastCleaning = 64
        /// Why the hub does not answer anymore.
        var loss: MultitaskingError?
    }

    private struct WeakCell { weak let cell: SignalCell? }

    /// - Parameter pool: the pool's number on the link; 0 in a worker.
    package init(_ requests: RequestTable, pool: UInt32) {
        self.requests = requests
        self.pool = pool
        shares = RemoteShares(requests, pool: pool, isParent: pool != 0)
    }

    // MARK: Asking

    /// Asks, and has the answer given to `completion`, usually by the thread that reads the link.
    ///
    /// - Returns: what withdraws the request, so that it is answered as one whose time is up.
    @discardableResult
    package func ask(
        _ request: HubRequest, _ completion: @escaping @Sendable (HubAnswer) -> Void = { _ in }
    ) -> @Sendable () -> Void {
        let id = requests.ask(request, pool: pool, completion)
        return { [requests, pool] in requests.withdraw(id, pool: pool) }
    }

    /// Asks, and blocks until there is an answer.
    @available(*, noasync)
    package func call(_ request: HubRequest) -> HubAnswer {
        let answer = Mutex<HubAnswer?>(nil)
        let latch = Latch()
        ask(request) { given in
            answer.withLock { $0 = given }
            latch.open()
        }
        if request.wait == .forever {
            PoolIdentity.waitingEndlessly { _ = latch.wait(.forever) }
        } else {
            _ = latch.wait(.forever)
        }
        return answer.withLock { $0 } ?? .lost
    }

    /// Asks, and suspends until there is an answer, or a withdrawn request has been answered.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled, and the request then had no effect.
    package func callAsynchronously(_ request: HubRequest) async throws -> HubAnswer {
        try Task.checkCancellation()
        let withdrawal = Withdrawal()
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                withdrawal.begin(ask(request) { continuation.resume(returning: $0) })
            }
        } onCancel: {
            withdrawal.withdraw()
        }
        if answer.code == .no { try Task.checkCancellation() }
        return answer
    }

    /// What withdraws a request, which may be wanted before there is one.
    private final class Withdrawal: Sendable {
        private enum State: Sendable {
            case none
            case begun(@Sendable () -> Void)
            case withdrawn
        }

        private let state = Mutex(State.none)

        func begin(_ withdraw: @escaping @Sendable () -> Void) {
            let isLate = state.withLock { state in
                if case .withdrawn = state { return true }
                state = .begun(withdraw)
                return false
            }
            if isLate { withdraw() }
        }

        func withdraw() {
            if case .begun(let withdraw) = state.withLock({ exchange(&$0, with: .withdrawn) }) { withdraw() }
        }
    }

    // MARK: Losing

    /// The error of calls to a hub that is gone.
    package var lossError: MultitaskingError { state.withLock { $0.loss } ?? .channelIsClosed }

    /// Ends all that waits: the hub does not answer anymore.
    ///
    /// - Parameter error: why; nil if the pool has ended as it should.
    package func lose(_ error: MultitaskingError?) {
        let cells = state.withLock { state in
            if state.loss == nil { state.loss = error }
            return state.cells.values.compactMap(\.cell)
        }
        requests.lose(pool: pool)
        for cell in cells { cell.giveUp() }
    }

    // MARK: Signals

    /// Takes what was pushed about signals.
    package func takeSignals(_ frame: Frame) throws(FrameError) {
        var reader = frame.reader
        while !reader.isAtEnd {
            let object = SharedObjectID(rawValue: try reader.next())
            note(object, isSet: try reader.next(UInt8.self) != 0)
        }
    }

    /// Notes what a signal is now.
    func note(_ object: SharedObjectID, isSet: Bool) {
        let cell = state.withLock { state in
            if isSet { state.setSignals.insert(object) } else { state.setSignals.remove(object) }
            return state.cells[object]?.cell
        }
        cell?.update(isSet)
    }

    /// This process's copy of a signal.
    func cell(of object: SharedObjectID) -> SignalCell {
        state.withLock { state in
            if let cell = state.cells[object]?.cell { return cell }
            if state.cells.count >= state.leastCleaning {
                state.cells = state.cells.filter { $0.value.cell != nil }
                state.leastCleaning = max(64, 2 * state.cells.count)
            }
            let cell = SignalCell(isSet: state.setSignals.contains(object))
            state.cells[object] = WeakCell(cell: cell)
            return cell
        }
    }
}
