internal import MultitaskingSystem
internal import Synchronization

/// A worker's thread, which is joined or detached once; the first caller that asks does it.
///
/// If a task ends the thread, another one takes its place.
final class Worker: Sendable {
    /// What a worker does.
    struct Life: Sendable {
        /// All of it.
        let begin: @Sendable () -> Void
        /// The rest of it, in another thread: something has ended the one before.
        var resume: @Sendable () -> Void = {}
        /// What is left to do if the system refuses that thread; called in the one that ends.
        var abandon: @Sendable (Refusal) -> Void = { _ in }
    }

    private struct Handle: ~Copyable {
        var thread: SystemThread?
        var isDetached = false
    }

    private let handle = Lock(Handle())
    private let end = EndMark()
    private let name: String
    private let life: Life

    /// Starts a thread.
    init(name: String, _ life: Life) throws(Refusal) {
        self.name = name
        self.life = life
        try start(life.begin)
    }

    /// Whether the worker is through, so that joining it does not wait.
    var hasEnded: Bool { end.isSet }

    /// Blocks until the worker has ended.
    func join() {
        // A thread that ends early leaves the next one in its place before it is gone.
        while let thread = handle.withLock({ $0.thread.take() }) { thread.join() }
    }

    /// Lets the worker end by itself.
    func detach() {
        let thread = handle.withLock { handle in
            handle.isDetached = true
            return handle.thread.take()
        }
        thread?.detach()
    }

    private func start(_ body: @escaping @Sendable () -> Void) throws(Refusal) {
        // Under the lock, so that the thread finds itself here, even if it ends at once.
        let refusal: Refusal? = handle.withLock { handle in
            do throws(Refusal) {
                let thread = try SystemThread(name: name, onEarlyEnd: replace) { [end] in
                    body()
                    end.set()
                }
                handle.thread.take()?.detach()
                if handle.isDetached { thread.detach() } else { handle.thread = consume thread }
                return nil
            } catch { return error }
        }
        if let refusal { throw refusal }
    }

    /// Goes on in another thread.
    private func replace() {
        do throws(Refusal) { try start(life.resume) } catch {
            life.abandon(error)
            end.set()
        }
    }
}

/// Set when a worker is through.
private final class EndMark: Sendable {
    // ORDERING: releasing and acquiring; nothing else is passed on.
    private let mark = Atomic<Bool>(false)

    var isSet: Bool { mark.load(ordering: .acquiring) }
    func set() { mark.store(true, ordering: .releasing) }
}
