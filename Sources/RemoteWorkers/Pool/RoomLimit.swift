internal import MultitaskingCore
internal import Synchronization

/// How many more tasks may wait in a pool with a limit.
final class RoomLimit: Sendable {
    private struct State {
        /// Nil for no limit.
        var free: Int?
        var waiters: [Latch] = []
        var isClosed = false
    }

    private let state: Mutex<State>

    init(limit: Int?) { state = Mutex(State(free: limit)) }

    /// Takes the room of one task; false if there was none until the limit, or the pool was closed meanwhile.
    @available(*, noasync)
    func take(_ wait: WaitLimit) -> Bool {
        let deadline = WaitDeadline(wait, timeline: nil)
        while true {
            let latch = Latch()
            let isTaken: Bool? = state.withLock { state in
                guard let free = state.free else { return true }
                if state.isClosed || free > 0 {
                    state.free = free - 1
                    return !state.isClosed
                }
                if wait == .never { return false }
                state.waiters.append(latch)
                return nil
            }
            if let isTaken { return isTaken }
            guard latch.wait(deadline.remaining) else {
                let isWoken = state.withLock { state in
                    let count = state.waiters.count
                    state.waiters.removeAll { $0 === latch }
                    return state.waiters.count == count
                }
                // It was woken at the last moment; somebody else may want to be.
                if isWoken { wakeOne() }
                return false
            }
        }
    }

    /// Gives the room of one task back.
    func give() {
        state.withLock { state in if let free = state.free { state.free = free + 1 } }
        wakeOne()
    }

    private func wakeOne() {
        state.withLock { state -> Latch? in
            guard let free = state.free, free > 0, !state.waiters.isEmpty else { return nil }
            return state.waiters.removeFirst()
        }?.open()
    }

    /// Lets all waiters fail.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            return exchange(&state.waiters, with: [])
        }
        for waiter in waiters { waiter.open() }
    }
}
