import Synchronization

/// Where tasks leave word, by their numbers, that they have ended or progressed, for the one that waits for them.
final class NumberMailbox: Sendable {
    private struct State {
        /// The numbers of tasks, the next one last.
        var numbers: [Int] = []
        /// Those that came after these.
        var laterNumbers: [Int] = []
        var hasOtherNews = false
        var waiter: (@Sendable () -> Void)?

        var hasNews: Bool { hasOtherNews || !numbers.isEmpty || !laterNumbers.isEmpty }
    }

    private let state = Lock(State())

    /// Leaves word of the task with this number, or, without one, that something else has changed.
    func post(_ number: Int? = nil) {
        let waiter = state.withLock { state in
            if let number { state.laterNumbers.append(number) } else { state.hasOtherNews = true }
            return state.waiter.take()
        }
        waiter?()
    }

    /// Whether there is word that was not taken.
    var hasNews: Bool { state.withLock { $0.hasNews } }

    /// Takes the word that something else has changed.
    func takeOtherNews() { state.withLock { $0.hasOtherNews = false } }

    /// Takes the number that came first.
    func takeNumber() -> Int? {
        state.withLock { state in
            if state.numbers.isEmpty {
                state.numbers = state.laterNumbers.reversed()
                state.laterNumbers = []
            }
            return state.numbers.popLast()
        }
    }

    /// Calls `body` once when there is word, at once if there is any that was not taken.
    func onPost(_ body: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            let hasNews = state.hasNews
            if !hasNews { state.waiter = body }
            return hasNews
        }
        if isNow { body() }
    }
}
