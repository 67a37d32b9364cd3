internal import MultitaskingPlatform
internal import Logging
internal import MultitaskingCore
internal import Synchronization

/// Ends the open pools when the program ends, by `exit` or by returning from `main`.
///
/// The handler runs on the thread that calls `exit`, after the program's own handlers that were registered later. It
/// does nothing in a process that was forked from this one, and nothing is called at `_exit`, `abort` or the end by a
/// signal.
///
/// **A second exit.** While the pools are being drained, tasks and other threads still run, and may call `exit` as
/// well. The C library would then end the program at once. So the handler registers itself again before it waits;
/// the second caller helps, and then stays here for as long as the first one needs.
package enum ExitDrain {
    private struct State {
        var pools: [any PoolAtExit] = []
        /// Of the process that the pools belong to.
        var owner: pid_t = 0
        /// Whether the handler is registered; what a process has registered its children inherit.
        var isRegistered = false
        /// What is ended by force when the drain cannot go on.
        var cutOff = WorkLeft(running: 0, queued: 0)
    }

    private static let state = Mutex(State())
    /// The process whose pools are registered. Read without the lock, which a fork may have left locked.
    ///
    /// ORDERING: relaxed; a process is told its own id, or that of its parent.
    private static let owner = Atomic<pid_t>(0)
    /// Whether all pools have ended. ORDERING: sequentially consistent; it is seldom asked.
    private static let isOver = Atomic<Bool>(false)
    /// The thread that called `exit` first; 0 before that. ORDERING: as `isOver`.
    private static let first = Atomic<UInt>(0)

    /// Whether all pools have begun to end. ORDERING: as `isOver`.
    private static let hasBegun = Atomic<Bool>(false)

    /// Ends `pool` together with the program, until it is removed.
    package static func add(_ pool: any PoolAtExit) {
        let mustRegister = state.withLock { state in
            let process = getpid()
            if state.owner != process {
                // What a parent process had open is not this one's.
                state = State(owner: process, isRegistered: state.isRegistered)
                owner.store(process, ordering: .relaxed)
            }
            state.pools.append(pool)
            return !exchange(&state.isRegistered, with: true)
        }
        if mustRegister { register() }
    }

    /// Forgets a pool that has ended.
    package static func remove(_ pool: any PoolAtExit) {
        guard owner.load(ordering: .relaxed) == getpid() else { return }
        let removed = state.withLock { state in
            state.pools.firstIndex { $0 === pool }.map { state.pools.remove(at: $0) }
        }
        withExtendedLifetime(removed) {}
    }

    /// Makes the next pool register the handler once more: in a process that was forked to work for a pool, those of
    /// its parent do not run. To be called while the process has a single thread.
    package static func forgetRegistration() { state.withLock { $0 = State() } }

    private static func register() { atexit { ExitDrain.run() } }

    private static func run() {
        guard owner.load(ordering: .relaxed) == getpid(), !isOver.load(ordering: .sequentiallyConsistent) else {
            return
        }
        let pools = state.withLock { $0.pools }
        if pools.isEmpty { return }
        register()
        let caller = CurrentThread.id
        let isFirst =
            first.compareExchange(expected: 0, desired: caller, ordering: .sequentiallyConsistent).original == 0
        // A task that a thread runs in here may call `exit` again.
        let isLeading = isFirst || first.load(ordering: .sequentiallyConsistent) == caller
        if isFirst { begin(pools.filter { $0.modeAtExit != .drain }) }
        begin(draining: pools.filter { $0.modeAtExit == .drain }, isLeading: isLeading)
        drain(pools)
        if isLeading {
            if !isOver.exchange(true, ordering: .sequentiallyConsistent) { report(pools) }
        } else {
            while true { sleep(1_000) }
        }
    }

    private static func begin(_ pools: [any PoolAtExit]) {
        for pool in pools {
            let left = pool.workLeft
            if pool.modeAtExit != .drain { noteCutOff(running: 0, queued: left.queued) }
            pool.beginExit()
            if pool.modeAtExit == .kill {
                noteCutOff(running: left.running, queued: 0)
                pool.cutOff()
            }
        }
    }

    /// Begins to drain, which a pool does not before the calls that wait for results of others are submitted: it would
    /// refuse them.
    private static func begin(draining pools: [any PoolAtExit], isLeading: Bool) {
        var pause: useconds_t = 50
        var last = Pulse(pools)
        while !hasBegun.load(ordering: .sequentiallyConsistent) {
            for pool in pools { pool.help() }
            let dependents = pools.isEmpty ? 0 : Dependents.count
            last.renew(pools, areStuck: pools.allSatisfy { $0.isStuck || !$0.workLeft.isAny })
            if isLeading, dependents == 0 || last.isOld {
                noteCutOff(running: 0, queued: dependents)
                begin(pools)
                return hasBegun.store(true, ordering: .sequentiallyConsistent)
            }
            usleep(pause)
            pause = min(pause * 2, 5_000)
        }
    }

    /// Waits until all pools have ended, or nothing can happen in any of them anymore.
    private static func drain(_ pools: [any PoolAtExit]) {
        var open = pools
        var pause: useconds_t = 50
        var last = Pulse(open)
        while true {
            open.removeAll { $0.modeAtExit == .kill || $0.hasExited() }
            if open.isEmpty { return }
            last.renew(open, areStuck: open.allSatisfy(\.isStuck))
            if last.isOld { return cutOff(open) }
            usleep(pause)
            pause = min(pause * 2, 5_000)
        }
    }

    private static func cutOff(_ open: [any PoolAtExit]) {
        for pool in open {
            let left = pool.workLeft
            noteCutOff(running: left.running, queued: left.queued)
            pool.cutOff()
        }
    }

    private static func noteCutOff(running: Int, queued: Int) {
        state.withLock {
            $0.cutOff.running += running
            $0.cutOff.queued += queued
        }
    }

    private static func report(_ pools: [any PoolAtExit]) {
        let left = state.withLock { $0.cutOff }
        guard left != WorkLeft(running: 0, queued: 0) else { return }
        let why =
            pools.allSatisfy { $0.modeAtExit == .drain }
            ? "the running ones waited, without a limit, for something that could no longer happen"
            : "as atExit requests"
        Logger(label: "swift-multitasking").warning(
            """
            the program ended while its pools had work: \(left.running) running and \(left.queued) queued tasks were \
            interrupted, \(why); call shutdown or wait for the tasks before the program ends
            """)
    }

    /// What is looked at to see whether anything happens.
    private struct Pulse {
        /// For how long nothing may happen before the pools are held to be stuck.
        private static let patience: Duration = .seconds(1)

        private let time = ContinuousClock.now
        private let pools: [UInt64]
        /// The time on processors that this process has had, in nanoseconds.
        private let work: Int64

        init(_ pools: [any PoolAtExit]) {
            self.pools = pools.map(\.pulse)
            var time = timespec()
            // SAFETY: the call writes one timespec, which outlives it.
            unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
            work = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        }

        /// Looks again, and stays as old as it is if the pools are stuck and nothing has happened but the looking.
        mutating func renew(_ pools: [any PoolAtExit], areStuck: Bool) {
            let now = Pulse(pools)
            let isQuiet = now.pools == self.pools && now.work - work < 100_000_000
            if !areStuck || !isQuiet { self = now }
        }

        var isOld: Bool { ContinuousClock.now - time > Self.patience }
    }
}
