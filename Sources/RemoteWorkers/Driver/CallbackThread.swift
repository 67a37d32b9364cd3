internal import MultitaskingCore
internal import MultitaskingSystem
internal import Synchronization

/// A thread that is joined once, by whichever thread ends what it belongs to.
final class JoinableThread: Sendable {
    private let handle: Mutex<SystemThread?>

    init(name: String, _ body: @escaping @Sendable () -> Void) throws {
        do { handle = Mutex(try SystemThread(name: name, body)) } catch {
            throw error.error("start a thread for the cluster")
        }
    }

    /// Nobody can join it anymore.
    deinit { take()?.detach() }

    /// Blocks until the thread has ended; returns at once on the thread itself.
    func join() { take()?.join() }

    private func take() -> SystemThread? { handle.withLock { handle in handle.take() } }
}

/// Calls back, in order, so that what is called holds up nobody else.
final class CallbackThread: Sendable {
    private let bodies = Mailbox<(@Sendable () -> Void)?>()
    private let thread: JoinableThread

    init() throws {
        thread = try JoinableThread(name: "callbacks") { [bodies] in
            while let body = bodies.take() { body() }
        }
    }

    /// Without ``end()``, the thread ends by itself when it has called everything.
    deinit { bodies.put(nil) }

    func call(_ body: @escaping @Sendable () -> Void) { bodies.put(body) }

    /// Blocks until everything was called.
    func end() {
        bodies.put(nil)
        thread.join()
    }
}
