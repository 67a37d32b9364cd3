import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSystem
import Synchronization

/// Whether this process may be forked now.
///
/// A forked child has only the forking thread. A lock that another thread held stays locked in it forever, and
/// libdispatch does not work in a child whose parent had used it.
enum ForkSafety {
    /// The watchers of this process's pools, which hold no lock while they sleep.
    private static let watchers = Mutex<[WeakWatcher]>([])

    private struct WeakWatcher {
        weak var watcher: Watcher?
    }

    static func register(_ watcher: Watcher) {
        watchers.withLock {
            $0.removeAll { $0.watcher == nil }
            $0.append(WeakWatcher(watcher: watcher))
        }
    }

    /// Forks this process while its watchers are held asleep, and has the copy run `child` and leave.
    ///
    /// - Parameters:
    ///   - name: of the copy, as ps shows it.
    ///   - activity: a word that is zero while the copy runs nothing that may use the main queue; nil if it never does.
    ///   - first: what the copy does before it has a second thread.
    /// - Returns: the copy's process id; -errno if the system refuses, or if a watcher does not sleep.
    static func fork(
        named name: StaticString, serving activity: SharedWord?, first: () -> Void, child: () -> Int32
    ) -> pid_t {
        let own = watchers.withLock { $0.compactMap(\.watcher) }
        return holding(own[...]) {
            let pid = mt_fork()
            if pid == 0 {
                first()
                name.nameThread()
                FreshThread.leave(serving: activity, child)
            }
            return pid
        }
    }

    private static func holding(_ watchers: ArraySlice<Watcher>, _ body: () -> pid_t) -> pid_t {
        guard let first = watchers.first else { return body() }
        return first.whileHeld { holding(watchers.dropFirst(), body) } ?? -EBUSY
    }

    /// What speaks against forking; nil if nothing does.
    static var obstacle: ForkObstacle? {
        // First: it does not pass, however long this waits.
        if Initialization.underWay.isUnderWay { return .initialization }
        let end = monotonicNanoseconds() + endingNanoseconds
        while true {
            // Looked at first: what ends in between is counted once more, not once too little.
            let areEnding = EndingThreads.areThere
            let found = currentObstacle
            guard found != nil, areEnding, monotonicNanoseconds() < end, !mt_dispatch_was_used() else { return found }
            usleep(100)
        }
    }

    /// How long threads that were told to end are waited for, on a machine that gives them no core.
    private static let endingNanoseconds: Int64 = 5_000_000_000

    /// Whether all watchers sleep, which one that is just now awake does again in a moment, unless it is what has
    /// called us.
    ///
    /// What is seen here is not yet safe: `fork` holds them asleep. But a callback that never ends must not hold it up.
    private static func sleepSoon(_ own: [Watcher]) -> Bool {
        let end = monotonicNanoseconds() + callbackNanoseconds
        while !own.allSatisfy(\.isAsleep) {
            if own.contains(where: \.isCaller) || monotonicNanoseconds() > end { return false }
            usleep(50)
        }
        return true
    }

    /// How long callbacks are waited for.
    static let callbackNanoseconds: Int64 = 1_000_000_000

    private static var currentObstacle: ForkObstacle? {
        let threads = Int(mt_thread_count())
        guard threads > 0 else { return .uncountable(Int32(-threads)) }
        let own = watchers.withLock { $0.compactMap(\.watcher) }.filter(\.isRunning)
        let foreign = threads - 1 - own.count - FreshThread.parkedThreads.load(ordering: .relaxed)
        if foreign > 0 || !sleepSoon(own) { return .threads(max(1, foreign)) }
        return mt_dispatch_was_used() ? .dispatch : nil
    }
}
