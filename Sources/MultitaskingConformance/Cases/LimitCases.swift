import MultitaskingCore

/// Time limits and retries.
let limitCases: [ConformanceCase] = [
    ConformanceCase(
        "limit.aTaskOutOfTimeEnds", duty: "TaskOptions.timeout",
        "A task that runs longer than its timeout ends with taskTimedOut, not before its time; the pool works on.",
        requires: [.taskTimeout]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            for _ in 0..<3 {
                let started = try pool.makeChannel()
                let options = TaskOptions(timeout: .milliseconds(60), gracePeriod: .milliseconds(20))
                let start = trial.clock.now
                let future = try pool.start(hang, options: options, trial.ticket(started))
                _ = try trial.next(Int.self, from: started)
                trial.failure(of: future, is: .taskTimedOut)
                trial.expect(
                    trial.clock.now - start >= .milliseconds(60), "expected that the task is given its 60 milliseconds")
                trial.expect("isCancelled", future.isCancelled, is: false)
                trial.expect("the next result", try trial.value(of: pool.submit(double, 3)), is: 6)
            }
        }
    },
    ConformanceCase(
        "limit.aTaskOutOfTimeIsAskedFirst", duty: "TaskEnvironment.isEndRequested",
        "A task that leaves when asked, within the grace period, keeps what it returns.", requires: [.taskTimeout]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let started = try pool.makeChannel()
            let options = TaskOptions(timeout: .milliseconds(40), gracePeriod: trial.patience)
            let future = try pool.start(leaveWhenAsked, options: options, trial.ticket(started))
            trial.expect("what it returned when asked", try trial.value(of: future), is: true)
            trial.expect("the next task's request", try trial.value(of: pool.start(describeTask)), is: [1, 0])
        }
    },
    ConformanceCase(
        "limit.anAsynchronousFunctionOutOfTimeIsCancelled", duty: "TaskEnvironment.wait(for:)",
        "The Swift task of an asynchronous function is cancelled when its time is up. If it throws CancellationError, "
            + "it ends with taskTimedOut.", requires: [.taskTimeout]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let (started, never) = (try pool.makeChannel(), try pool.makeChannel())
            let options = TaskOptions(timeout: .milliseconds(40), gracePeriod: trial.patience)
            let throwing = try pool.start(
                awaitCancellation, options: options, trial.ticket(started), trial.ticket(never))
            trial.failure(of: throwing, is: .taskTimedOut)
            let returning = try pool.start(
                noteCancellation, options: options, trial.ticket(started), trial.ticket(never))
            trial.expect("whether it was cancelled", try trial.value(of: returning), is: true)
        }
    },
    ConformanceCase(
        "limit.aTaskInTimeIsLeftAlone", duty: "TaskOptions.timeout",
        "Tasks that end before their timeouts have their results, and so do those that come later.",
        requires: [.taskTimeout]
    ) { trial in
        try trial.withPool { pool in
            let options = TaskOptions(timeout: trial.patience)
            let futures = try (0..<40).map { try pool.submit(double, options: options, $0) }
            for (number, future) in futures.enumerated() {
                trial.expect("the result", try trial.value(of: future), is: number * 2)
            }
        }
    },
    ConformanceCase(
        "limit.waitingTooLongForAWorkerEndsATask", duty: "TaskOptions.queueTimeout",
        "A task that waits longer than its queueTimeout ends with queueTimedOut and never starts; others do.",
        requires: [.queueTimeout]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let ran = try pool.makeChannel()
            let (busy, gate) = try trial.busyTask(in: pool)
            let hasty = try pool.start(
                sendOne, options: TaskOptions(queueTimeout: .milliseconds(30)), trial.ticket(ran), 1)
            let patient = try pool.start(
                sendOne, options: TaskOptions(queueTimeout: trial.patience * 10), trial.ticket(ran), 2)
            let start = trial.clock.now
            trial.failure(of: hasty, is: .queueTimedOut)
            trial.expect(
                trial.clock.now - start < trial.patience, "expected the end in time, though the worker is busy")
            gate.set()
            _ = try trial.value(of: busy)
            trial.expect("the patient one's result", try trial.value(of: patient), is: true)
            trial.expect("the tasks that ran", try trial.drain(Int.self, ran), is: [2])
        }
    },
    ConformanceCase(
        "limit.listedErrorsAreRetried", duty: "TaskOptions.retries",
        "A task that throws a listed error runs again, sees its attempt, and has the outcome of the last.",
        requires: [.retries]
    ) { trial in
        try trial.withPool { pool in
            let options = TaskOptions(retries: .onErrors(PortableFailure.self, limit: 4))
            trial.expect(
                "the attempt that succeeded", try trial.value(of: pool.start(throwBefore, options: options, 3)), is: 3)
            trial.expect(
                "the attempt of one that succeeds at once",
                try trial.value(of: pool.start(throwBefore, options: options, 1)), is: 1)
            let given = try pool.start(throwBefore, options: options, 100)
            _ = given.waitUntilDone(trial.limit)
            guard case .failure(let error as PortableFailure) = given.outcome() else {
                return trial.expect(false, "expected PortableFailure; it is \(String(describing: given.outcome()))")
            }
            trial.expect("the attempt that was the last, after 4 retries", error.number, is: 5)
        }
    },
    ConformanceCase(
        "limit.otherErrorsAreNotRetried", duty: "TaskOptions.retries",
        "An error that is not listed ends the task at its first attempt, and so does a cancel.", requires: [.retries]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let options = TaskOptions(retries: .onErrors(OtherFailure.self, limit: 4))
            let future = try pool.start(throwBefore, options: options, 3)
            _ = future.waitUntilDone(trial.limit)
            guard case .failure(let error as PortableFailure) = future.outcome() else {
                return trial.expect(false, "expected PortableFailure; it is \(String(describing: future.outcome()))")
            }
            trial.expect("the attempt", error.number, is: 1)
            let (busy, gate) = try trial.busyTask(in: pool)
            let cancelled = try pool.start(throwBefore, options: options, 3)
            trial.expect("cancel", cancelled.cancel(), is: true)
            gate.set()
            _ = try trial.value(of: busy)
            _ = try trial.value(of: pool.submit(double, 1))
            trial.expect("the state of the cancelled one", cancelled.state, is: .cancelled)
        }
    },
    ConformanceCase(
        "limit.retriesWaitTheirBackoff", duty: "RetryPolicy.backoff",
        "Two retries with a back-off of 20 ms take at least 60 ms together; other tasks go on meanwhile.",
        requires: [.retries]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let options = TaskOptions(
                retries: .onErrors(PortableFailure.self, limit: 2, backoff: .milliseconds(20)))
            let start = trial.clock.now
            let future = try pool.start(throwBefore, options: options, 3)
            trial.expect("another task's result", try trial.value(of: pool.submit(double, 1)), is: 2)
            trial.expect("the attempt", try trial.value(of: future), is: 3)
            let passed = trial.clock.now - start
            trial.expect(passed >= .milliseconds(58), "expected 20 and 40 ms of back-off; \(passed) passed")
        }
    },
    ConformanceCase(
        "limit.queueTimeoutEndsWithTheFirstAttempt", duty: "TaskOptions.queueTimeout",
        "A task that has begun waits for its retry longer than its queueTimeout; its last attempt is its outcome.",
        requires: [.retries, .queueTimeout]
    ) { trial in
        try trial.withPool { pool in
            let options = TaskOptions(
                queueTimeout: trial.patience / 10,
                retries: .onErrors(PortableFailure.self, limit: 1, backoff: trial.patience / 8))
            let given = try pool.start(throwBefore, options: options, 2)
            let failing = try pool.start(throwBefore, options: options, 100)
            trial.expect("the attempt that succeeded", try trial.value(of: given), is: 2)
            _ = failing.waitUntilDone(trial.limit)
            guard case .failure(let error as PortableFailure) = failing.outcome() else {
                return trial.expect(false, "expected PortableFailure; it is \(String(describing: failing.outcome()))")
            }
            trial.expect("the attempt that was the last", error.number, is: 2)
        }
    },
]
