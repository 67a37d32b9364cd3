internal import MultitaskingSystem
internal import Synchronization

/// A worker's thread, which is joined or detached once; the first one who asks does it.
final class Worker: Sendable {
    private let thread: Lock<SystemThread?>

    init(_ thread: consuming sending SystemThread) { self.thread = Lock(thread) }

    /// Blocks until the thread has ended.
    func join() { take()?.join() }

    /// Lets the thread end by itself.
    func detach() { take()?.detach() }

    private func take() -> SystemThread? { thread.withLock { $0.take() } }
}
