internal import MultitaskingCore
internal import Synchronization

/// Where the parts of one `async` function wait to be run by the thread that waits for it.
final class JobQueue: TaskExecutor {
    private struct State {
        var jobs = FIFO<UnownedJob>()
        var isAbandoned = false
    }

    private let simulation: Simulator
    private let state = Mutex(State())

    init(simulation: Simulator) { self.simulation = simulation }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isTaken = state.withLock { state in
            if !state.isAbandoned { state.jobs.append(job) }
            return !state.isAbandoned
        }
        if isTaken { simulation.poke() } else { globalConcurrentExecutor.enqueue(job) }
    }

    var hasJob: Bool { state.withLock { !$0.jobs.isEmpty } }

    /// Runs what can be run now, on this thread.
    func runAll() {
        while let job = state.withLock({ $0.jobs.popFirst() }) {
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    /// Leaves what comes later, of a function that nobody waits for anymore, to Swift's own threads.
    func abandon() {
        let jobs = state.withLock { state in
            state.isAbandoned = true
            return state.jobs.removeAll()
        }
        for job in jobs { globalConcurrentExecutor.enqueue(job) }
    }
}
