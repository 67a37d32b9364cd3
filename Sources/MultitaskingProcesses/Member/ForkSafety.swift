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
    /// The threads of this process's pools, which hold no lock while they sleep: their watchers, and those that wait
    /// for the end of one that was dropped.
    private static let ownThreads = Mutex<[WeakThread]>([])

    private struct WeakThread {
        weak var thread: (any SleepingThread)?
    }

    static func register(_ thread: any SleepingThread) {
        ownThreads.withLock {
            $0.removeAll { $0.thread == nil }
            $0.append(WeakThread(thread: thread))
        }
    }

    /// Forks this process while its pools' threads are held asleep, and has the copy run `child` and leave.
    ///
    /// - Parameters:
    ///   - name: of the copy, as ps shows it.
    ///   - member: the member the copy is, if it runs tasks, which may use the main queue.
    ///   - first: what the copy does before it has a second thread.
    /// - Returns: the copy's process id; -errno if the system refuses, or if one of those threads does not sleep.
    /// - Throws: what has come to speak against it since ``obstacle`` was asked for.
    static func fork(
        named name: StaticString, serving member: MemberRecord?, first: () -> Void, child: () -> Int32
    ) throws(ForkObstacle) -> pid_t {
        for _ in 0..<attempts {
            var isSafe = true
            let own = ownThreads.withLock { $0.compactMap(\.thread) }
            let pid = holding(own[...]) {
                // While they sleep, and this thread is here, nobody starts another one.
                isSafe = foreignThreads(besides: own) == 0 && !mt_dispatch_was_used()
                return isSafe ? fork(named: name, serving: member, first, child) : -EBUSY
            }
            if isSafe { return pid }
            if let obstacle { throw obstacle }
            // A thread that was just about to end.
        }
        throw .threads(1)
    }

    /// How often to look whether there are other threads, which come and go.
    private static let attempts = 10

    private static func fork(
        named name: StaticString, serving member: MemberRecord?, _ first: () -> Void, _ child: () -> Int32
    ) -> pid_t {
        let pid = mt_fork()
        if pid == 0 {
            // They are not here, and those that were held asleep would seem to be awake forever.
            ownThreads.withLock { $0 = [] }
            mt_leave_out_exit_handlers()
            ExitDrain.forgetRegistration()
            first()
            name.nameThread()
            FreshThread.leave(serving: member, child)
        }
        return pid
    }

    private static func holding(_ threads: ArraySlice<any SleepingThread>, _ body: () -> pid_t) -> pid_t {
        guard let first = threads.first else { return body() }
        return first.whileHeld { holding(threads.dropFirst(), body) } ?? -EBUSY
    }

    /// What speaks against forking; nil if nothing does.
    static var obstacle: ForkObstacle? {
        // First: it does not pass, however long this waits.
        if Initialization.underWay.isUnderWay { return .initialization }
        let end = monotonicNanoseconds() + endingNanoseconds
        while true {
            // Looked at first and last: what ends in between is counted once more, not once too little.
            let addedCount = EndingThreads.addedCount
            let wereEnding = EndingThreads.areThere
            let found = currentObstacle
            let mayBeEnding = wereEnding || EndingThreads.areThere || EndingThreads.addedCount != addedCount
            guard found != nil, mayBeEnding, monotonicNanoseconds() < end, !mt_dispatch_was_used()
            else { return found }
            usleep(100)
        }
    }

    /// How long threads that were told to end are waited for, on a machine that gives them no core.
    private static let endingNanoseconds: Int64 = 5_000_000_000

    /// Whether all these threads sleep, which one that is just now awake does again in a moment, unless it is what has
    /// called us.
    ///
    /// What is seen here is not yet safe: `fork` holds them asleep. But a callback that never ends must not hold it up.
    private static func sleepSoon(_ own: [any SleepingThread]) -> Bool {
        let end = monotonicNanoseconds() + callbackNanoseconds
        while !own.allSatisfy({ $0.isAsleep }) {
            if own.contains(where: { $0.isCaller }) || monotonicNanoseconds() > end { return false }
            usleep(50)
        }
        return true
    }

    /// How long callbacks are waited for.
    static let callbackNanoseconds: Int64 = 1_000_000_000

    private static var currentObstacle: ForkObstacle? {
        let own = ownThreads.withLock { $0.compactMap(\.thread) }
        let foreign = foreignThreads(besides: own)
        guard foreign >= 0 else { return .uncountable(Int32(-foreign)) }
        if foreign > 0 || !sleepSoon(own.filter { $0.isRunning }) { return .threads(max(1, foreign)) }
        return mt_dispatch_was_used() ? .dispatch : nil
    }

    /// How many threads there are besides the caller and those; -errno if they cannot be counted.
    private static func foreignThreads(besides own: [any SleepingThread]) -> Int {
        // First: one that is started meanwhile is counted as a foreign one then, and none that is foreign as one of
        // these.
        let running = own.count { $0.isRunning }
        let threads = Int(mt_thread_count())
        guard threads > 0 else { return threads }
        return max(0, threads - 1 - running - FreshThread.parkedThreads.load(ordering: .relaxed))
    }
}
