import Synchronization

/// Where a follower waits, so that it can be taken back.
///
/// It moves on with the follower: from a future that follows another one to that.
final class Registration: Sendable {
    private struct State {
        /// Takes the follower away from where it is.
        var forget: (@Sendable () -> Void)?
        /// How many places it has been at.
        var places = 0
        var isOver = false
    }

    private let state = Lock(State())

    /// Takes the follower to its next place.
    ///
    /// - Parameter enter: waits there, and returns how to leave; nil if there is nothing to wait for.
    func move(_ enter: () -> (@Sendable () -> Void)?) {
        let place = state.withLock { state in
            state.places += 1
            return state.places
        }
        guard let forget = enter() else { return }
        let isOver = state.withLock { state in
            // It may have moved on meanwhile.
            if state.places == place { state.forget = forget }
            return state.isOver
        }
        if isOver { forget() }
    }

    /// Takes the follower back.
    func end() {
        let forget = state.withLock { state in
            state.isOver = true
            return state.forget.take()
        }
        forget?()
    }
}
