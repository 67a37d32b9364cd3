internal import MultitaskingSystem
internal import Synchronization

/// A worker's thread, which is joined or detached once; the first caller that asks does it.
final class Worker: Sendable {
    private let thread: Lock<SystemThread?>
    private let end: EndMark

    /// Starts a thread.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(Refusal) {
        let end = EndMark()
        self.end = end
        let made = try SystemThread(name: name) {
            body()
            end.set()
        }
        thread = Lock(made)
    }

    /// Whether the thread is through, so that joining it does not wait.
    var hasEnded: Bool { end.isSet }

    /// Blocks until the thread has ended.
    func join() { take()?.join() }

    /// Lets the thread end by itself.
    func detach() { take()?.detach() }

    private func take() -> SystemThread? { thread.withLock { $0.take() } }
}

/// Set when a thread is through.
private final class EndMark: Sendable {
    // ORDERING: releasing and acquiring; nothing else is passed on.
    private let mark = Atomic<Bool>(false)

    var isSet: Bool { mark.load(ordering: .acquiring) }
    func set() { mark.store(true, ordering: .releasing) }
}
