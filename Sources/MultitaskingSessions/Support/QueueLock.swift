import Synchronization

/// A lock of the parent that makes draining a queue one step, so that two readers do not share what waits in it.
///
/// It is never held while a reader waits or is suspended.
final class QueueLock: Sendable {
    private let mutex = Mutex(())

    func withLock(_ body: () throws -> Void) rethrows {
        try mutex.withLock { _ in try body() }
    }
}
