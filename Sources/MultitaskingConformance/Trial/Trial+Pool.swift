import MultitaskingCore

extension Trial {
    /// Runs `body` with a new executor, checks that it holds then what it held before, and shuts it down.
    func withPool(
        workers: Int = 2, queueLimit: Int? = nil, shutdown mode: ShutdownMode = .drain,
        _ body: (any Executor) throws -> Void
    ) throws {
        try checkNotAbandoned()
        let pool = try countingPoolTime {
            try backend.makeExecutor(ExecutorSettings(maxWorkers: workers, queueLimit: queueLimit))
        }
        let before = backend.holdings(of: pool)
        let failuresBefore = failures.count
        do {
            try releasingHandles { try body(pool) }
        } catch {
            // What a failed case has left running must not hold up the others.
            noteProcesses()
            countingPoolTime { pool.shutdown(.kill) }
            throw error
        }
        let isClean = checkHoldings(of: pool, are: before)
        noteProcesses()
        countingPoolTime { pool.shutdown(failures.count == failuresBefore ? mode : .kill) }
        // What leaks once leaks each time, and takes the patience to be seen.
        if !isClean { throw CaseAborted() }
    }

    /// Runs `body` with a new executor that it shuts down by itself; afterwards it is shut down in any case.
    func withExecutor(workers: Int = 2, _ body: (any Executor) throws -> Void) throws {
        try checkNotAbandoned()
        let pool = try countingPoolTime { try backend.makeExecutor(ExecutorSettings(maxWorkers: workers)) }
        noteProcesses()
        defer { pool.shutdown(.kill) }
        try releasingHandles { try body(pool) }
    }

    /// Keeps a worker busy: returns when it runs a task, which ends when the gate is set and then returns true.
    func busyTask(
        in pool: any Executor, options: TaskOptions = .default
    ) throws -> (task: Future<Bool>, gate: any CancelSignal) {
        let (started, gate) = (try pool.makeChannel(), try pool.makeCancelSignal())
        let task = try pool.start(waitForSignal, options: options, ticket(started), ticket(gate))
        _ = try next(Int.self, from: started)
        return (task, gate)
    }

    private func checkHoldings(of pool: any Executor, are before: [String: Int]) -> Bool {
        guard !before.isEmpty else { return true }
        if holds({ backend.holdings(of: pool) == before }) { return true }
        record(
            "expected that the executor holds \(before) as before the case; it holds \(backend.holdings(of: pool))",
            kind: .leak, duty: "Executor (nothing leaks)", at: conformanceCase.name)
        return false
    }

    /// Whether `condition` comes to hold before the patience ends.
    func holds(_ condition: () throws -> Bool) rethrows -> Bool {
        let end = clock.now + patience
        while try !condition() {
            if clock.now > end { return false }
            clock.sleep(for: .milliseconds(1))
        }
        return true
    }

    /// Runs `body` on threads of the parent at once; for cases that require ``Capability/parentThreads``.
    func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
        let threads = (0..<count).map { number in
            KitThread { [self] in
                do { try body(number) } catch is CaseAborted {} catch {
                    record("a call on thread \(number) threw \(error)", at: conformanceCase.name)
                }
            }
        }
        for thread in threads where !thread.join(within: backend.world.patience) {
            record("a call of a parent's thread blocks that must not", kind: .blocked, at: conformanceCase.name)
            throw CaseAborted()
        }
    }

    /// Runs an `async` body and blocks until it is through; for cases that require ``Capability/asyncTwins``.
    func awaiting(_ body: @escaping @Sendable () async throws -> Void) throws {
        let end = Flag()
        let task = Task.detached { [self] in
            do { try await body() } catch is CaseAborted {} catch {
                record("an asynchronous call threw \(error)", at: conformanceCase.name)
            }
            end.set()
        }
        if end.wait(within: backend.world.patience) { return }
        task.cancel()
        record("an asynchronous call does not return", kind: .blocked, at: conformanceCase.name)
        throw CaseAborted()
    }
}
