import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// The thread that waits for the end of a pool that was dropped, and then completes it.
///
/// It may take as long as the pool's tasks do, and must not keep the next pool from being forked meanwhile. A fork is
/// safe, because it holds this thread asleep like a ``Watcher``; see ``SleepGate``. It looks after the supervisor,
/// takes the pool apart and calls what belongs to the client only while it is awake, and a fork waits for it then. When
/// it is through, it counts as one of ``EndingThreads`` until the system has forgotten it.
final class DrainThread: SleepingThread {
    private let gate = SleepGate()
    /// The pool until it has ended: the last to have it takes it apart, which is work.
    private let core: Mutex<PoolCore?>
    private let thread = ThreadNumber()
    /// ORDERING: releasing and acquiring: who sees that it has ended finds it among those that end.
    private let hasStarted = Atomic<Bool>(false)
    private let hasEnded = Atomic<Bool>(false)

    private init(_ core: PoolCore) { self.core = Mutex(core) }

    /// Waits on a thread of its own for the end of a pool that has begun to drain; false if there is none to be had.
    static func start(for core: PoolCore) -> Bool {
        let drain = DrainThread(core)
        // Before it runs; it does not count until there is a thread, or a foreign one would be taken for it.
        ForkSafety.register(drain)
        guard BackgroundThread.start(drain.run) else { return false }
        drain.hasStarted.store(true, ordering: .releasing)
        return true
    }

    var isRunning: Bool { hasStarted.load(ordering: .acquiring) && !hasEnded.load(ordering: .acquiring) }
    var isAsleep: Bool { gate.isAsleep }
    var isCaller: Bool { thread.isCallers }
    func whileHeld(_ body: () -> pid_t) -> pid_t? { gate.whileHeld(body) }

    private func run() {
        thread.takeCallers()
        var supervisor: ProcessHandle?
        while gate.whileAwake({
            // Never waits for another thread that looks, which may be about to fork, and wait for this one to sleep.
            let look = core.withLock { $0 }?.supervision.look()
            supervisor = look?.process
            return look?.isOver != true
        }) {
            gate.whileAsleep {
                if let supervisor {
                    _ = supervisor.hasEnded(within: SupervisorHandle.glance)
                } else {
                    // Another one is to take its place.
                    usleep(20_000)
                }
            }
        }
        gate.whileAwake {
            supervisor = nil
            core.withLock { $0.take() }?.shutdown(.drain)
            EndingThreads.add(thread)
            hasEnded.store(true, ordering: .releasing)
            // Whoever counted it just before waits for no more than this.
            gate.noteSleep()
        }
    }
}
