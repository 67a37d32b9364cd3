internal import Synchronization

/// The unfinished tasks of a manager, which may wait for their parent: for elements, for room, or for their cancel
/// event.
///
/// A session that is released leaves them here, because with it goes the parent's only way to what they wait for.
final class OpenTasks: Sendable {
    private struct State {
        var sessions: [WeakSession] = []
        var leastCleaning = 16
        /// The tasks of sessions that are gone, until they end.
        var orphans: [ObjectIdentifier: PoolTask] = [:]
    }

    private struct WeakSession { weak let session: TaskSession? }

    private let state = Mutex(State())

    func add(_ session: TaskSession) {
        state.withLock { state in
            if state.sessions.count >= state.leastCleaning {
                state.sessions.removeAll { $0.session == nil }
                state.leastCleaning = max(16, 2 * state.sessions.count)
            }
            state.sessions.append(WeakSession(session: session))
        }
    }

    /// Keeps tasks that their session forgets, until they end.
    func adopt(_ tasks: some Sequence<PoolTask>) {
        for task in tasks where !task.isDone {
            let id = ObjectIdentifier(task)
            state.withLock { $0.orphans[id] = task }
            task.whenDone { [weak self] in
                let ended = self?.state.withLock { $0.orphans.removeValue(forKey: id) }
                withExtendedLifetime(ended) {}
            }
        }
    }

    /// Cancels the tasks that haven't started, and tells the others that their parent is gone: sets their cancel events
    /// and closes their queues.
    func abandon() {
        let (sessions, orphans) = state.withLock { ($0.sessions.compactMap(\.session), Array($0.orphans.values)) }
        let tasks = sessions.flatMap { (try? $0.tasks) ?? [] } + orphans
        // As `RestPolicy` does: nothing that waits starts because another one stops.
        for task in tasks.reversed() { task.future.cancel() }
        for task in tasks where !task.isDone { task.abandon() }
    }
}

extension PoolTask {
    fileprivate func abandon() {
        objects.cancelSignal?.set()
        for queue in [objects.inputQueue, objects.outputQueue] { _ = queue?.channel.close(discarding: false) }
    }
}
