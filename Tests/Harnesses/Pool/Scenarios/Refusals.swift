import CRefusal
import Glibc
import Logging
import MultitaskingCore
import MultitaskingProcesses
import MultitaskingTestSupport
import MultitaskingThreads
import Synchronization

/// Pools whom the system refuses processes, threads and calls. Nothing may wait for them without an end, and the advice
/// must fit what was refused.
let refusalScenarios: [String: Scenario] = [
    "refused-workers": { try $0.refusedWorkers() },
    "refused-some-workers": { try $0.refusedSomeWorkers() },
    "refused-workers-asked-about": { try $0.refusedWorkersAskedAbout() },
    "refused-second-thread": { try $0.refusedSecondThread() },
    "refused-second-thread-for-now": { try $0.refusedSecondThreadForNow() },
    "refused-second-thread-of-copy": { try $0.refusedSecondThreadOfCopy() },
    "refused-supervisor": { try $0.refusedSupervisor() },
    "refused-first-process": { try $0.refusedFirstProcess() },
    "refused-threads": { try $0.refusedThreads() },
    "refused-replacement-thread": { try $0.refusedReplacementThread() },
    "refused-last-thread": { try $0.refusedLastThread() },
    "refused-thread-of-resize": { try $0.refusedThreadOfResize() },
    "refused-group": { try $0.refusedByGroup() },
    "refused-calls": { try $0.refusedCalls() },
    "refused-descriptors": { try $0.refusedDescriptors() },
    "refused-descriptors-later": { try $0.refusedDescriptorsLater() },
    "refused-descriptors-for-copies": { try $0.refusedDescriptorsForCopies() },
    "refused-workers-of-calls": { try $0.refusedWorkersOfCalls() },
    "refused-close-range": { try $0.refusedCloseRange() },
    "refused-proc": { try $0.refusedProc() },
    "refused-devices": { try $0.refusedDevices() },
    "refused-pids": { try $0.refusedPids() },
    "refused-hidden-processes": { try $0.refusedHiddenProcesses() },
    "refused-advice-of-signals": { try $0.adviceOfSignals() },
]

extension Harness {
    /// Makes this process that of a user who has no other.
    private func becomeNobody() {
        checkEqual(become_user(uid_t(100_000 + getpid())), 0, "the result of becoming another user")
    }

    /// Not even one worker can be started: what waits ends with an error that names the limit, and so does the pool.
    fileprivate func refusedWorkers() throws {
        becomeNobody()
        // This process and the supervisor.
        limitProcesses(to: 2)
        try checkEndsInTime(ofWorkers: 2) { pool in
            try pool.submit(double, 4).value(timeout: .seconds(30))
        } whenRefused: { pool, error in
            expect(error, "fork", "errno 11", "RLIMIT_NPROC is 2", "ulimit -u")
            checkThrows(.systemError) { try pool.submit(double, 4).value(timeout: .seconds(30)) }
        }
    }

    /// Checks that a task, and the pool, which has no worker, end in time with what the system has refused.
    private func checkEndsInTime(
        ofWorkers maxWorkers: Int, task: (ProcessPool) throws -> Int,
        whenRefused: (ProcessPool, MultitaskingError?) -> Void
    ) throws {
        let pool = try ProcessPool(maxWorkers: maxWorkers, startMethod: method, arenaLimit: 16 << 20)
        let start = ContinuousClock.now
        let error = checkThrows(.systemError) { try task(pool) }
        checkIsBefore(.seconds(15), since: start, "the error")
        whenRefused(pool, error)
        pool.shutdown(.drain)
        checkIsBefore(.seconds(20), since: start, "the pool's end")
    }

    private func checkIsBefore(_ limit: Duration, since start: ContinuousClock.Instant, _ what: String) {
        let time = ContinuousClock.now - start
        check(time < limit, "\(what) came after \(time)")
    }

    /// Workers can be forked, but get no second thread: the pool ends with an error that says so, and runs nothing
    /// where nobody would serve the main actor.
    fileprivate func refusedSecondThread() throws {
        becomeNobody()
        // This process, the supervisor's two threads, and the first one of a worker.
        limitProcesses(to: 4)
        try checkEndsInTime(ofWorkers: 1) { pool in
            try pool.submit(onMainActor, 4).value(timeout: .seconds(30))
        } whenRefused: { pool, error in
            expect(error, "second thread", "pthread_create", "errno 11", "RLIMIT_NPROC is 4", "ulimit -u")
            let crashes = pool.statistics.workers.map { $0.replacements?.crashed ?? 0 }
            checkEqual(crashes.reduce(0, +), 0, "how often a worker crashed")
        }
    }

    /// As soon as there is room for the second thread, tasks run.
    fileprivate func refusedSecondThreadForNow() throws {
        becomeNobody()
        // When the sleepers are gone, there is also room for the threads that an asynchronous task needs.
        limitProcesses(to: 10)
        let sleepers = startSleepers(6)
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20)
        let future = try pool.submit(onMainActor, 4)
        check(!future.waitUntilDone(.upTo(.milliseconds(500))), "the task has ended")
        end(sleepers)
        checkEqual(try future.value(timeout: .seconds(20)), 8)
        for number in 0..<20 {
            checkEqual(try pool.submit(onMainActor, number).value(timeout: .seconds(20)), 2 * number)
        }
        pool.shutdown(.drain)
    }

    /// A copy gets no second thread: its task ends with what was refused.
    fileprivate func refusedSecondThreadOfCopy() throws {
        becomeNobody()
        let captured = Int.random(in: 1...9)
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20, captures: .copiesOnly)
        checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
        // This process, two threads of the supervisor, two of the worker, and the first one of a copy.
        limitProcesses(to: 6)
        let error = checkThrows(.systemError) {
            try pool.submit(1) { await onMainActor($0 + captured) }.value(timeout: .seconds(20))
        }
        expect(error, "second thread", "pthread_create", "errno 11", "RLIMIT_NPROC is 6", "pass what is captured")
        limitProcesses(to: 100)
        checkEqual(
            try pool.submit(1) { await onMainActor($0 + captured) }.value(timeout: .seconds(20)), 2 + 2 * captured)
        pool.shutdown(.drain)
    }

    /// Some can: the pool does its work with them, and says so once.
    fileprivate func refusedSomeWorkers() throws {
        becomeNobody()
        // Room for two or three, as each has more than one thread.
        limitProcesses(to: 7)
        let errors = "/tmp/pool-harness-errors-\(getpid())"
        let log = unsafe open(errors, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let before = dup(2)
        dup2(log, 2)
        let pool = try ProcessPool(maxWorkers: 12, startMethod: method, arenaLimit: 16 << 20)
        let futures = try (0..<40).map { try pool.submit(nap, 20 + $0 % 3) }
        for (number, future) in futures.enumerated() {
            checkEqual(try future.value(timeout: .seconds(30)), 20 + number % 3)
        }
        check((1..<12).contains(pool.workerProcessIDs.count), "\(pool.workerProcessIDs.count) workers were started")
        pool.shutdown(.drain)
        dup2(before, 2)
        let text = Proc.read(errors)
        checkEqual(
            text.split(separator: "could not start a worker").count - 1, 1, "how often it was logged in: \(text)")
        close(before)
        close(log)
        unsafe unlink(errors)
    }

    /// A call for every worker ends for all of them: for those that are refused with an error that says why.
    fileprivate func refusedWorkersOfCalls() throws {
        becomeNobody()
        limitProcesses(to: 9)
        // As many as a worker has threads.
        let sleepers = startSleepers(2)
        try withCounter { path in
            let pool = try ProcessPool(maxWorkers: 12, startMethod: method, arenaLimit: 16 << 20)
            let start = ContinuousClock.now
            let futures = try pool.everywhere(countCall, path)
            checkEqual(futures.count, 12, "futures")
            var values = 0
            for future in futures {
                do {
                    check(try future.value(timeout: .seconds(10)) <= 12, "there are too many calls")
                    values += 1
                } catch let error as MultitaskingError {
                    checkEqual(error.code, .systemError, "the code")
                    expect(error, "start a worker", "errno 11", "ulimit -u")
                }
            }
            check(ContinuousClock.now - start < .seconds(10), "the calls ended after \(ContinuousClock.now - start)")
            check((1..<12).contains(values), "\(values) workers have made the call")
            checkEqual(Proc.size(path), values, "calls")
            // The pool goes on with the workers that there are.
            checkEqual(try pool.submit(double, 5).value(timeout: .seconds(20)), 10)
            checkEqual(try pool.everywhere(double, 6)[0].value(timeout: .seconds(20)), 12)
            // One that comes later makes the call as well.
            end(sleepers)
            check(eventually { Proc.size(path) > values }, "no worker comes later and makes the call")
            let end = ContinuousClock.now
            pool.shutdown(.drain)
            check(ContinuousClock.now - end < .seconds(10), "the pool's end took \(ContinuousClock.now - end)")
        }
    }

    /// What the pool logs then, a handler may ask the pool about.
    fileprivate func refusedWorkersAskedAbout() throws {
        LoggingSystem.bootstrap { AskingHandler(label: $0) }
        becomeNobody()
        limitProcesses(to: 7)
        let pool = try ProcessPool(maxWorkers: 12, startMethod: method, arenaLimit: 16 << 20)
        let method = method
        AskingHandler.question.withLock {
            $0 = {
                check(pool.supervisorProcessID > 0, "there is no supervisor")
                checkEqual(pool.startedBy, method)
                check(pool.statistics.workers.count <= 12, "there are more workers than asked for")
            }
        }
        let futures = try (0..<40).map { try pool.submit(nap, 20 + $0 % 3) }
        for (number, future) in futures.enumerated() {
            checkEqual(try future.value(timeout: .seconds(30)), 20 + number % 3)
        }
        check(AskingHandler.question.withLock { $0 == nil }, "nothing was logged")
        pool.shutdown(.drain)
    }

    /// The supervisor dies, and another one is refused: tasks end with an error, and so does the pool.
    fileprivate func refusedSupervisor() throws {
        becomeNobody()
        let pool = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20)
        checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
        let running = try pool.submit(nap, 60_000)
        let queued = try pool.submit(double, 5)
        limitProcesses(to: 1)
        kill(pool.supervisorProcessID, SIGKILL)
        let start = ContinuousClock.now
        let error = checkThrows(.systemError) { try queued.value(timeout: .seconds(30)) }
        expect(error, method == .fork ? "fork" : "posix_spawn", "errno 11", "RLIMIT_NPROC is 1", "ulimit -u")
        // It ran in a worker that died with the supervisor, or nobody knows any more what became of it.
        do {
            _ = try running.value(timeout: .seconds(30))
            Checks.fail("the running task has not failed")
        } catch let error as MultitaskingError {
            check(error.code != .timedOut, "the running task waits still: \(error)")
        }
        pool.shutdown(.drain)
        check(ContinuousClock.now - start < .seconds(15), "the pool's end came after \(ContinuousClock.now - start)")
    }

    /// The first process of a pool is refused, and a copy of the client.
    fileprivate func refusedFirstProcess() throws {
        becomeNobody()
        let captured = Int.random(in: 1...9)
        let pool = try ProcessPool(
            maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20, captures: .copiesOnly)
        checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8)
        limitProcesses(to: 1)
        let first = checkThrows(.systemError) {
            try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20)
        }
        expect(first, "supervisor", "errno 11", "RLIMIT_NPROC is 1", "ulimit -u")
        let copy = checkThrows(.systemError) { try pool.submit(1) { $0 + captured } }
        expect(copy, "fork", "errno 11", "RLIMIT_NPROC is 1", "pass what is captured as arguments")
        pool.shutdown(.drain)
    }

    /// There is no thread to wait with: callbacks come with an error, and dropping a pool does not block for long.
    fileprivate func refusedThreads() throws {
        becomeNobody()
        var pool: ProcessPool? = try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20)
        checkEqual(try pool?.submit(double, 4).value(timeout: .seconds(20)), 8)
        limitProcesses(to: 1)
        let long = try pool?.submit(nap, 6_000)
        let start = ContinuousClock.now
        let called = Sent(false)
        long?.whenDone { called.value.store(true, ordering: .releasing) }
        check(called.value.load(ordering: .acquiring), "the callback was not called")
        check(ContinuousClock.now - start < .seconds(6), "the callback came after \(ContinuousClock.now - start)")
        let error = checkThrows(.systemError) { try long?.value(timeout: .seconds(1)) }
        expect(error, "pthread_create", "RLIMIT_NPROC is 1", "ulimit -u", "blocking calls")
        // The task goes on without its future.
        let drop = ContinuousClock.now
        pool = nil
        check(ContinuousClock.now - drop < .seconds(7), "dropping the pool took \(ContinuousClock.now - drop)")
        limitProcesses(to: 100)
        check(
            eventually { Proc.children.allSatisfy { Proc.status($0)?.state == "Z" } }, "the pool has not ended")
        // Whoever makes the next pool reaps what is left of that one.
        try withPool { pool in checkEqual(try pool.submit(double, 4).value(timeout: .seconds(20)), 8) }
        check(eventually { Proc.children.isEmpty }, "children \(Proc.children) are left")
    }

    /// A task of a thread pool ends its thread, and there is no other: what the worker was still to do fails, and the
    /// pool goes on with the others.
    fileprivate func refusedReplacementThread() throws {
        becomeNobody()
        let pool = try ThreadPool(maxWorkers: 2)
        let (isBusy, mayEnd) = (Sent(false), Sent(false))
        let ending = try pool.submit { endThread(when: mayEnd, saying: isBusy) }
        check(eventually { isBusy.value.load(ordering: .acquiring) }, "the task did not begin")
        let futures = try pool.everywhere(five)
        limitProcesses(to: 1)
        mayEnd.value.store(true, ordering: .releasing)
        checkThrows(.workerExited) { try ending.value(timeout: .seconds(20)) }
        let results = futures.map { future in Result { try future.value(timeout: .seconds(20)) } }
        checkEqual(results.count { (try? $0.get()) == 5 }, 1, "the number of workers that made the call")
        for case .failure(let error as MultitaskingError) in results {
            checkEqual(error.code, .workerExited, "the error's code")
            expect(error.cause as? MultitaskingError, "start a thread", "RLIMIT_NPROC is 1", "ulimit -u")
        }
        checkEqual(try pool.submit { 7 }.value(timeout: .seconds(20)), 7)
        let tasks = pool.statistics.tasks
        checkEqual([tasks.submitted, tasks.succeeded, tasks.failed, tasks.running, tasks.queued], [4, 2, 2, 0, 0])
        pool.shutdown(.drain)
    }

    /// The same with the only worker, with which the pool ends.
    fileprivate func refusedLastThread() throws {
        becomeNobody()
        let pool = try ThreadPool(maxWorkers: 1)
        let (isBusy, mayEnd) = (Sent(false), Sent(false))
        let ending = try pool.submit { endThread(when: mayEnd, saying: isBusy) }
        check(eventually { isBusy.value.load(ordering: .acquiring) }, "the task did not begin")
        let futures = try pool.everywhere(five) + pool.everywhere(five)
        limitProcesses(to: 1)
        mayEnd.value.store(true, ordering: .releasing)
        checkThrows(.workerExited) { try ending.value(timeout: .seconds(20)) }
        checkEqual(futures.count, 2, "the number of calls")
        for future in futures { checkThrows(.workerExited) { try future.value(timeout: .seconds(20)) } }
        pool.shutdown(.drain)
    }

    /// A thread pool may not grow: calls that were made for the worker that did not come fail.
    fileprivate func refusedThreadOfResize() throws {
        becomeNobody()
        let pool = try ThreadPool(maxWorkers: 1)
        limitProcesses(to: 1)
        let isOver = Sent(false)
        let calling = try pool.submit {
            var futures: [Future<Int>] = []
            while !isOver.value.load(ordering: .acquiring), futures.count < 20_000 {
                futures += try pool.everywhere(five)
                sched_yield()
            }
            return futures
        }
        for _ in 0..<200 { checkThrows(.systemError) { try pool.resize(to: 2) } }
        isOver.value.store(true, ordering: .releasing)
        let deadline = WaitDeadline(.upTo(.seconds(60)), timeline: nil)
        let futures = try calling.value(timeout: .seconds(60))
        let late = futures.count { !$0.waitUntilDone(deadline.remaining) }
        checkEqual(late, 0, "the number of calls, of \(futures.count), that nobody makes")
        let codes = Set(futures.compactMap { ($0.failure as? MultitaskingError)?.code })
        check(codes.isSubset(of: [.workerExited]), "the errors are \(codes)")
        checkEqual(try pool.submit { 7 }.value(timeout: .seconds(20)), 7)
        pool.shutdown(.drain)
    }

    /// The group of processes is full.
    fileprivate func refusedByGroup() throws {
        guard let group = ControlGroup("pids") else { return }
        defer { group.leave() }
        group.set(isUnified: "pids.max", "2", else: "pids.max", "2")
        group.enter()
        let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 16 << 20)
        let error = checkThrows(.systemError) { try pool.submit(double, 4).value(timeout: .seconds(30)) }
        expect(error, "fork", "errno 11", "because of the process limit of its control group", "pids.max")
        check(error?.message.contains("ulimit") != true, "advice that cannot help: \(error?.message ?? "")")
        pool.shutdown(.drain)
    }

    /// Each call that a pool needs, refused by a sandbox or unknown to the kernel.
    fileprivate func refusedCalls() throws {
        let calls: [(refusal_call, String)] = [
            (refusal_pidfd_open, "pidfd_open"), (refusal_pidfd_send_signal, "pidfd_send_signal"),
            (refusal_memfd_create, "memfd_create"), (refusal_eventfd, "eventfd"),
        ]
        for (call, name) in calls {
            for (code, expected) in [(EPERM, "seccomp profile"), (ENOSYS, "Linux 5.4"), (ENFILE, "fs.file-max")] {
                // A filter cannot be taken away again.
                try inChild("the end of the child without \(name)") {
                    checkEqual(refuse_call(call, code), 0, "the result of refusing \(name)")
                    let error = checkThrows(code == EPERM ? .permissionDenied : .systemError) {
                        try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20)
                    }
                    expect(error, name, "errno \(code)", expected)
                    check(error?.message.contains("ulimit") != true, "advice that cannot help: \(error?.message ?? "")")
                }
            }
        }
    }

    /// No descriptor is left: the limit is named, and its number.
    fileprivate func refusedDescriptors() throws {
        var limits = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        limits.rlim_cur = 5
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        let error = checkThrows(.systemError) {
            try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20)
        }
        expect(error, "errno 24", "RLIMIT_NOFILE is \(limits.rlim_cur)", "ulimit -n")
        // With each number more there is a pool, or the same error: no program that does not become a supervisor.
        for number in 6..<24 {
            limits.rlim_cur = rlim_t(number)
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
            do {
                try withPool(maxWorkers: 1) { pool in
                    checkEqual(try pool.submit(openFileLimit, 1).value(timeout: .seconds(20)), number)
                }
            } catch let error as MultitaskingError {
                check(number < 20, "\(number) descriptors are too few: \(error)")
                expect(error, "ulimit -n")
            }
        }
        // Few are enough for many workers, if the system allows more.
        limits.rlim_cur = 24
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        try withPool(maxWorkers: 40) { pool in
            for number in 0..<80 { checkEqual(try pool.submit(openFileLimit, number).value(timeout: .seconds(30)), 24) }
            check(eventually { pool.workerProcessIDs.count == 40 }, "\(pool.workerProcessIDs.count) workers of 40")
        }
    }

    /// There are fewer descriptors than copies: those that nobody can watch yet are not taken for dead.
    fileprivate func refusedDescriptorsForCopies() throws {
        for isCrashing in [false, true] {
            try inChild("the end of the child with more copies than descriptors") {
                var limits = rlimit(rlim_cur: 20, rlim_max: 20)
                unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
                let pool = try ProcessPool(
                    maxWorkers: 2, startMethod: method, arenaLimit: 64 << 20, captures: .copiesOnly)
                let base = number + 1
                let futures = try (0..<16).map { number in
                    try pool.submit(number) { (number: Int) -> Int in
                        usleep(50_000)
                        if isCrashing { kill(getpid(), SIGKILL) }
                        return number + base
                    }
                }
                for (number, future) in futures.enumerated() {
                    if isCrashing {
                        checkThrows(.workerCrashed) { try future.value(timeout: .seconds(20)) }
                    } else {
                        checkEqual(try future.value(timeout: .seconds(20)), number + base)
                    }
                }
                pool.shutdown(.drain)
            }
        }
    }

    /// Without `close_range` the client's descriptors are closed one by one.
    fileprivate func refusedCloseRange() throws {
        checkEqual(refuse_call(refusal_close_range, ENOSYS), 0, "the result of refusing close_range")
        let held = (0..<20).map { _ in unsafe open("/dev/null", O_RDONLY) }
        defer { for descriptor in held { close(descriptor) } }
        try withPool(maxWorkers: 1) { pool in
            checkEqual(try pool.submit(isOpen, held).value(timeout: .seconds(20)), [], "what workers have inherited")
        }
    }

    /// A pool goes on, notices deaths, and ends, however few descriptors its processes may have later: sandboxes lower
    /// that number to 0 when all that they need is open.
    fileprivate func refusedDescriptorsLater() throws {
        for (mode, isSupervisorLimited) in [(ShutdownMode.drain, false), (.kill, false), (.drain, true)] {
            try inChild("the end of the child with few descriptors") {
                let pool = try ProcessPool(maxWorkers: 2, startMethod: method, arenaLimit: 16 << 20)
                checkEqual(try pool.submit(double, 1).value(timeout: .seconds(20)), 2)
                // On a busy machine, the other worker may not be there yet, and cannot be started with few descriptors.
                check(eventually { pool.workerProcessIDs.count == 2 }, "workers are \(pool.workerProcessIDs)")
                checkEqual(limit_descriptors_of(0, 0), 0, "the client's limit")
                // It can start no worker then, but notices all that happens.
                if isSupervisorLimited { limit_descriptors_of(pool.supervisorProcessID, 1) }
                for _ in 0..<(isSupervisorLimited ? 1 : 3) {
                    checkThrows(.workerCrashed) { try pool.submit(strike, SIGKILL).value(timeout: .seconds(20)) }
                    checkEqual(try pool.submit(double, 2).value(timeout: .seconds(20)), 4)
                }
                pool.shutdown(mode)
            }
        }
    }

    /// Does something in a child, which then ends; what fails there fails here.
    private func inChild(_ what: String, _ body: () throws -> Void) throws {
        let child = fork()
        if child == 0 {
            try body()
            _exit(Checks.failures == 0 ? 0 : 1)
        }
        var status: Int32 = 0
        unsafe checkEqual(waitpid(child, &status, 0), child, "the child reaped")
        checkEqual(status, 0, what)
    }

    /// With the `/proc` of another PID namespace there is no pool either: processes would be mistaken for others.
    fileprivate func refusedPids() throws {
        try inChild("the end of the child that left its namespace") {
            checkEqual(split_pids(), 0, "the result of leaving the PID namespace")
            let error = checkThrows(.systemError) {
                try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20)
            }
            expect(error, "another PID namespace", "unshare -p --fork")
            // Of which its next child is the first process.
            try inChild("the end of the first process of a namespace") {
                let error = checkThrows(.systemError) {
                    try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20)
                }
                expect(error, "another PID namespace", "mount -t proc")
            }
        }
    }

    /// Where `/proc` hides the pool's processes, limits could not be kept, so there is no pool. A program that is
    /// started anew can be looked into.
    fileprivate func refusedHiddenProcesses() throws {
        guard method == .fork else { return }
        try inChild("the end of the child of another user") {
            checkEqual(hide_processes(23_456), 0, "the result of hiding processes")
            let error = checkThrows(.systemError) {
                try ProcessPool(maxWorkers: 1, startMethod: .fork, arenaLimit: 16 << 20)
            }
            expect(error, "hidepid", "PR_SET_DUMPABLE")
            checkEqual(Proc.children, [], "the processes left")
        }
    }

    /// Without `/dev/null` tasks do not read what is the client's to read, either.
    fileprivate func refusedDevices() throws {
        try inChild("the end of the child without devices") {
            checkEqual(empty_dev(), 0, "the result of hiding /dev")
            var ends: [Int32] = [0, 0]
            unsafe checkEqual(pipe(&ends), 0, "the result of pipe")
            unsafe checkEqual(write(ends[1], "hello", 5), 5, "what was written")
            checkEqual(dup2(ends[0], 0), 0, "the result of dup2")
            let captured = number
            try withPool(maxWorkers: 1, captures: .copiesOnly) { pool in
                let worker = try pool.submit(Condition.current, 0).value(timeout: .seconds(20))
                check(worker.inputIsEmpty, "a worker reads what is the client's")
                let copy = try pool.submit(1) { Condition.current($0 + captured) }.value(timeout: .seconds(20))
                check(copy.inputIsEmpty, "a copy reads what is the client's")
            }
            var text = [UInt8](repeating: 0, count: 8)
            unsafe checkEqual(read(0, &text, 8), 5, "what is left for the client")
        }
    }

    /// Without `/proc` there is no pool, and an error that says what to do.
    fileprivate func refusedProc() throws {
        try inChild("the end of the child without /proc") {
            checkEqual(hide_proc(), 0, "the result of hiding /proc")
            let error = checkThrows(.systemError) {
                try ProcessPool(maxWorkers: 1, startMethod: method, arenaLimit: 16 << 20)
            }
            expect(error, "/proc is missing", "mount -t proc")
            check(error?.message.contains("ulimit") != true, "advice that cannot help: \(error?.message ?? "")")
        }
    }

    /// What is said of a worker's death fits the signal.
    fileprivate func adviceOfSignals() throws {
        try withPool(maxWorkers: 1) { pool in
            let advice = [
                (SIGPIPE, "ignore SIGPIPE"), (SIGXFSZ, "RLIMIT_FSIZE"), (SIGXCPU, "RLIMIT_CPU"), (SIGTERM, "sent it"),
                (SIGALRM, "timer"), (SIGKILL, "killed by the system"), (SIGSYS, "sandbox"),
            ]
            for (signal, expected) in advice {
                let error = checkThrows(.workerCrashed) { try pool.submit(strike, signal).value(timeout: .seconds(20)) }
                expect(error, expected)
                check(
                    error?.message.contains("bad pointer") != true, "advice that cannot help: \(error?.message ?? "")")
            }
            let pointer = checkThrows(.workerCrashed) { try pool.submit(strike, SIGSEGV).value(timeout: .seconds(20)) }
            expect(pointer, "bad pointer", "ulimit -s")
        }
    }

    private func expect(_ error: MultitaskingError?, _ parts: String..., line: Int = #line) {
        for part in parts {
            check(
                error?.message.contains(part) == true, "'\(part)' is not in: \(error?.message ?? "nothing")", line: line
            )
        }
    }
}

private final class Sent: Sendable {
    let value: Atomic<Bool>
    init(_ value: Bool) { self.value = Atomic(value) }
}

/// Ends its thread as soon as it may.
@Sendable private func endThread(when mayEnd: Sent, saying isBusy: Sent) {
    isBusy.value.store(true, ordering: .releasing)
    _ = eventually { mayEnd.value.load(ordering: .acquiring) }
    pthread_exit(nil)
}

@Sendable private func five() -> Int { 5 }

@MainActor private func onMainActor(_ x: Int) async -> Int {
    MainActor.assertIsolated()
    return 2 * x
}

/// Processes that do nothing but count.
private func startSleepers(_ count: Int) -> [pid_t] {
    (0..<count).map { _ in
        let sleeper = fork()
        if sleeper == 0 { while true { sleep(100) } }
        return sleeper
    }
}

private func end(_ sleepers: [pid_t]) {
    for sleeper in sleepers {
        kill(sleeper, SIGKILL)
        waitpid(sleeper, nil, 0)
    }
}

private func limitProcesses(to count: Int) {
    var limits = rlimit()
    unsafe getrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &limits)
    limits.rlim_cur = rlim_t(count)
    unsafe checkEqual(setrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &limits), 0, "the result of setrlimit")
}

private func openFileLimit(_ number: Int) -> Int {
    var limits = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    return Int(limits.rlim_cur)
}

private func isOpen(_ descriptors: [Int32]) -> [Int32] {
    let open = Proc.openFiles
    return descriptors.filter { open.contains("\($0)→/dev/null") }
}

/// Has a signal end this process, whatever it did before.
private func strike(_ number: Int32) -> Int {
    signal(number, SIG_DFL)
    kill(getpid(), number)
    sleep(20)
    return 0
}
