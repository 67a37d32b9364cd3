internal import MultitaskingSystem
internal import Synchronization

/// The threads on which simulated workers run, kept from task to task and from simulation to simulation.
final class ThreadCache: Sendable {
    private struct State: ~Copyable {
        var idle: [CachedThread] = []
        var threads: [CachedThread] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Runs `job` on an idle thread, or a new one.
    ///
    /// - Throws: `systemError` if there is none and the system gives no other.
    func run(_ job: @escaping @Sendable () -> Void) throws {
        if let thread = state.withLock({ $0.idle.popLast() }) { return thread.give(job) }
        let thread = CachedThread()
        try thread.start { [self] in
            state.withLock { state in
                if !state.isClosed { state.idle.append(thread) }
                return !state.isClosed
            }
        }
        let isLast = state.withLock { state in
            if !state.isClosed { state.threads.append(thread) }
            return state.isClosed
        }
        thread.give(job)
        if isLast { thread.letGo() }
    }

    /// Runs `job` on a thread after a while of real time.
    ///
    /// - Throws: as ``run(_:)``.
    func run(after time: Duration, _ job: @escaping @Sendable () -> Void) throws {
        try run {
            _ = Parker().park(for: time)
            job()
        }
    }

    /// Ends the threads and waits for those that have nothing to do; others end when what they do does.
    func close() {
        let (idle, all) = state.withLock { state in
            state.isClosed = true
            defer { (state.idle, state.threads) = ([], []) }
            return (state.idle, state.threads)
        }
        for thread in idle { thread.give(nil) }
        for thread in all {
            if idle.contains(where: { $0 === thread }) { thread.join() } else { thread.letGo() }
        }
    }
}

/// One thread of a ``ThreadCache``.
private final class CachedThread: Sendable {
    private let parker = Parker()
    private let job = Mutex<(@Sendable () -> Void)?>(nil)
    private let thread = Mutex<SystemThread?>(nil)

    /// - Parameter isDone: called after each job; whether there may be another.
    func start(_ isDone: @escaping @Sendable () -> Bool) throws {
        try thread.withLock { thread in
            thread = try SystemThread(name: "") { [self] in
                while true {
                    parker.park()
                    guard let job = job.withLock({ $0.take() }) else { return }
                    job()
                    if !isDone() { return }
                }
            }
        }
    }

    func give(_ job: (@Sendable () -> Void)?) {
        self.job.withLock { $0 = job }
        parker.unpark()
    }

    func join() { thread.withLock { $0.take() }?.join() }
    func letGo() { thread.withLock { $0.take() }?.detach() }
}
