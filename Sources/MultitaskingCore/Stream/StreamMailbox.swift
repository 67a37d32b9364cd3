import Synchronization

/// Where tasks of a stream leave word that they have progressed, for the one that reads the stream.
final class StreamMailbox: Sendable {
    private struct State {
        var numbers: [Int] = []
        var hasNews = false
        var waiter: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Leaves word of the task with this number, or, without one, that something else has changed.
    func post(_ number: Int? = nil) {
        let waiter = state.withLock { state in
            if let number { state.numbers.append(number) }
            state.hasNews = true
            let waiter = state.waiter
            state.waiter = nil
            return waiter
        }
        waiter?()
    }

    /// Takes all numbers.
    func take() -> [Int] {
        state.withLock { state in
            let numbers = state.numbers
            state.numbers = []
            state.hasNews = false
            return numbers
        }
    }

    /// Calls `body` once when there is word, at once if there is any that was not taken.
    func onPost(_ body: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if !state.hasNews { state.waiter = body }
            return state.hasNews
        }
        if isNow { body() }
    }
}
