internal import MultitaskingCore
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
        var isAbandoned = false
    }

    private struct WeakSession { weak let session: TaskSession? }

    private let state = Mutex(State())

    /// Whether the parent is gone. A caller that adds a task checks this afterwards: either it sees that the parent is
    /// gone, or ``abandon()`` sees the task.
    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    func add(_ session: TaskSession) {
        let living = state.withLock { state -> [TaskSession] in
            defer { state.sessions.append(WeakSession(session: session)) }
            guard state.sessions.count >= state.leastCleaning else { return [] }
            let living = state.sessions.compactMap(\.session)
            state.sessions = living.map(WeakSession.init)
            state.leastCleaning = max(16, 2 * living.count)
            return living
        }
        // Outside of the lock: a session that nobody else holds any more leaves its tasks here.
        withExtendedLifetime(living) {}
    }

    /// Keeps tasks that their session forgets, until they end.
    func adopt(_ tasks: some Sequence<PoolTask>) {
        // Asking a simulated task would be a step of its simulation, in which others may run, where nobody sees a call.
        for task in tasks where task.timeline != nil || !task.isDone {
            let id = ObjectIdentifier(task)
            let isLate = state.withLock { state in
                state.orphans[id] = task
                return state.isAbandoned
            }
            if isLate { Self.abandon([task]) }
            task.whenDone { [weak self] in
                let ended = self?.state.withLock { $0.orphans.removeValue(forKey: id) }
                withExtendedLifetime(ended) {}
            }
        }
    }

    /// Cancels the tasks that haven't started, and tells the others that their parent is gone: sets their cancel events
    /// and closes their queues. Tasks that come later are told at once.
    func abandon() {
        let (sessions, orphans) = state.withLock { state in
            state.isAbandoned = true
            return (state.sessions.compactMap(\.session), Array(state.orphans.values))
        }
        Self.abandon(sessions.flatMap { (try? $0.tasks) ?? [] } + orphans)
    }

    static func abandon(_ tasks: [PoolTask]) {
        // As `RemainingTasks` does: nothing that waits starts because another one stops.
        for task in tasks.reversed() { task.cancelUnlessStarted() }
        // A signal may have the number of a channel.
        var signals: Set<SharedObjectID> = []
        var channels: Set<SharedObjectID> = []
        for task in tasks where !task.isDone {
            let objects = task.objects
            if let signal = objects.cancelSignal, signals.insert(signal.reference).inserted { signal.set() }
            if let input = objects.inputQueue?.channel, channels.insert(input.reference).inserted {
                input.close(discarding: false)
            }
            if let output = objects.outputQueue?.channel, channels.insert(output.reference).inserted {
                output.close(discarding: true)
            }
        }
        // A task may wait in `join` until the parent has reported what it took, and that may be many elements.
        for task in tasks {
            guard let output = task.objects.outputQueue?.channel else { continue }
            while !task.isDone, (try? output.taskDone()) != nil {}
        }
    }
}
