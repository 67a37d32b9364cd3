import MultitaskingCore

/// How an executor ends.
let shutdownCases: [ConformanceCase] = [
    ConformanceCase(
        "shutdown.drainRunsEverything", duty: "Executor.shutdown(_:)",
        "After a drain, all of 60 queued tasks have run and have their results."
    ) { trial in
        try trial.withExecutor { pool in
            let ran = try pool.makeChannel()
            let futures = try (0..<60).map { try pool.start(sendOne, trial.ticket(ran), $0) }
            pool.shutdown(.drain)
            trial.expect("isDone right after shutdown", futures.allSatisfy(\.isDone), is: true)
            for future in futures { trial.expect("the result", try trial.value(of: future), is: true) }
        }
    },
    ConformanceCase(
        "shutdown.cancelQueuedLetsTheRunningFinish", duty: "Executor.shutdown(_:)",
        "What runs comes to its end, what waits is cancelled and never starts."
    ) { trial in
        try trial.withExecutor(workers: 1) { pool in
            let ran = try pool.makeChannel()
            let gate = try pool.makeCancelSignal()
            let busy = try pool.start(valueAfterSignal, trial.ticket(gate), 1)
            try trial.eventually("the first one runs") { busy.state == .running }
            let queued = try (0..<50).map { try pool.start(sendOne, trial.ticket(ran), $0) }
            // The worker is busy until all have ended, however slow the machine is.
            whenAllAreDone(queued) { gate.set() }
            pool.shutdown(.cancelQueued)
            trial.expect("the running task's result", try trial.value(of: busy), is: 1)
            trial.expect(
                "how many of the others were cancelled", queued.count { $0.state == .cancelled }, is: 50)
        }
    },
    ConformanceCase(
        "shutdown.cancelQueuedWaitsForNoRetry", duty: "Executor.shutdown(_:)",
        "A task that waits for its retry is cancelled, and so is one that fails afterwards: the shutdown returns.",
        requires: [.retries]
    ) { trial in
        try trial.withExecutor(workers: 2) { pool in
            let started = try pool.makeChannel()
            let gate = try pool.makeCancelSignal()
            // Longer than any case takes.
            let retries = RetryPolicy.onErrors(PortableFailure.self, limit: 3, backoff: trial.patience * 100)
            let options = TaskOptions(retries: retries)
            let running = try pool.start(
                throwAfterSignal, options: options, trial.ticket(started), trial.ticket(gate))
            _ = try trial.next(Int.self, from: started)
            let waiting = try pool.start(sendAndThrow, options: options, trial.ticket(started), 2)
            _ = try trial.next(Int.self, from: started)
            try trial.eventually("it waits for the next attempt") { waiting.state == .queued }
            // The other one still runs when the shutdown has begun, however slow the machine is.
            whenAllAreDone([waiting]) { gate.set() }
            pool.shutdown(.cancelQueued)
            trial.expect("the state of the one that waited", waiting.state, is: .cancelled)
            trial.expect("the state of the one that failed afterwards", running.state, is: .cancelled)
        }
    },
    ConformanceCase(
        "shutdown.killEndsWhatRuns", duty: "Executor.shutdown(_:)",
        "Tasks that would run for long have ended when a kill returns, typed; what waited is cancelled.",
        requires: [.forcedCancel]
    ) { trial in
        try trial.withExecutor { pool in
            let started = try pool.makeChannel()
            let running = try (0..<2).map { _ in try pool.start(hang, trial.ticket(started)) }
            for _ in 0..<2 { _ = try trial.next(Int.self, from: started) }
            let queued = try (0..<20).map { try pool.submit(double, $0) }
            let start = trial.clock.now
            pool.shutdown(.kill)
            trial.expect(
                trial.clock.now - start < trial.patience, "expected that kill does not wait for the tasks' own end")
            for future in running {
                trial.expect("isDone", future.isDone, is: true)
                switch future.outcome() {
                case .cancelled: continue
                case .failure(let error as MultitaskingError) where error.code == .workerCrashed: continue
                case let other:
                    trial.expect(
                        false, "expected workerCrashed or cancelled; the outcome is \(String(describing: other))")
                }
            }
            trial.expect("how many of the others were cancelled", queued.count { $0.state == .cancelled }, is: 20)
        }
    },
    ConformanceCase(
        "shutdown.laterSubmitsAreRefused", duty: "Executor.submit(_:options:)",
        "submit, also with results of others, and makeChannel throw shutDown after each mode; what was submitted "
            + "before keeps its outcome; ending twice is allowed."
    ) { trial in
        for mode in [ShutdownMode.drain, .cancelQueued, .kill] {
            try trial.withExecutor { pool in
                let done = try pool.submit(double, 4)
                _ = try trial.value(of: done)
                let failed = try pool.submit(throwPortable, 4)
                _ = failed.waitUntilDone(trial.limit)
                pool.shutdown(mode)
                for _ in 0..<3 {
                    trial.expectThrows(.shutDown, from: "submit after shutdown(\(mode))") {
                        try pool.submit(double, 1)
                    }
                    trial.expectThrows(.shutDown, from: "submit with results of others after shutdown(\(mode))") {
                        try pool.submit(sum, resultsOf: done, done)
                    }
                    trial.expectThrows(.shutDown, from: "makeChannel after shutdown(\(mode))") {
                        try pool.makeChannel()
                    }
                }
                pool.shutdown(.drain)
                pool.shutdown(.kill)
                trial.expect("an old result", try trial.value(of: done), is: 8)
                guard case .failure(let error as PortableFailure) = failed.outcome(), error.number == 4 else {
                    return trial.expect(
                        false, "expected the old failure; it is \(String(describing: failed.outcome()))")
                }
            }
        }
    },
    ConformanceCase(
        "shutdown.anUnusedExecutorEndsAtOnce", duty: "Executor.shutdown(_:)",
        "Executors that did nothing, or are shut down right after they were made, end and leave nothing."
    ) { trial in
        for mode in [ShutdownMode.drain, .cancelQueued, .kill, .kill] {
            try trial.withExecutor(workers: 3) { pool in pool.shutdown(mode) }
        }
    },
    ConformanceCase(
        "shutdown.cancelledTasksDoNotHoldItUp", duty: "Executor.shutdown(_:)",
        "With every queued task cancelled, a drain returns as soon as the running one has ended."
    ) { trial in
        for _ in 0..<10 {
            try trial.withExecutor(workers: 1) { pool in
                let started = try pool.makeChannel()
                let busy = try pool.start(announceAndSleep, trial.ticket(started), .milliseconds(5))
                let queued = try (0..<20).map { try pool.submit(double, $0) }
                _ = try trial.next(Int.self, from: started)
                let cancelled = queued.count { $0.cancel() }
                pool.shutdown(.drain)
                _ = try trial.value(of: busy)
                trial.expect("how many ended as cancelled", queued.count { $0.state == .cancelled }, is: cancelled)
            }
        }
    },
    ConformanceCase(
        "shutdown.codingErrorsDoNotHoldItUp", duty: "Executor.shutdown(_:)",
        "Arguments that cannot be decoded and results that cannot be encoded are queued when it begins, and it ends.",
        requires: [.encoding]
    ) { trial in
        for mode in [ShutdownMode.drain, .cancelQueued] {
            try trial.withExecutor(workers: 1) { pool in
                let (busy, gate) = try trial.busyTask(in: pool)
                let home = System.processID
                // Whether a worker is another process is not ours to know: at home or away, one of the two throws.
                let arguments = try [Stubborn.Moment.decodingAway, .decodingAtHome].map {
                    try pool.submit(echoStubborn, Stubborn($0))
                }
                let results = try [Stubborn.Moment.encodingAway, .encodingAtHome].map {
                    try pool.submit(makeStubborn, $0, home)
                }
                let other = try pool.submit(double, 4)
                if mode == .drain {
                    gate.set()
                } else {
                    // The worker is busy until all have ended, however slow the machine is.
                    whenAllAreDone(arguments + results + [other]) { gate.set() }
                }
                pool.shutdown(mode)
                trial.expect("the running task's result", try trial.value(of: busy), is: true)
                trial.expect(
                    "whether all have ended",
                    arguments.allSatisfy(\.isDone) && results.allSatisfy(\.isDone) && other.isDone, is: true)
                guard mode == .drain else {
                    trial.expect(
                        "how many were cancelled",
                        arguments.count(where: \.isCancelled) + results.count(where: \.isCancelled), is: 4)
                    return
                }
                trial.expect("a later task's result", try trial.value(of: other), is: 8)
                trial.expect("the failures of arguments", arguments.compactMap(failureCode), is: [.decodeFailed])
                trial.expect("the failures of results", results.compactMap(failureCode), is: [.resultEncodeFailed])
            }
        }
    },
    ConformanceCase(
        "shutdown.callbacksOfAllAreCalled", duty: "FutureSource.whenDone(_:)",
        "Each future's callback is called once, whether its task ran or was cancelled by the shutdown."
    ) { trial in
        for mode in [ShutdownMode.drain, .cancelQueued] {
            let calls = Tally()
            try trial.withExecutor(workers: 1) { pool in
                for number in 0..<30 { try pool.submit(double, number).whenDone { calls.add() } }
                pool.shutdown(mode)
                try trial.eventually("30 callbacks are called after \(mode)") { calls.count >= 30 }
            }
            trial.expect("calls of 30 callbacks", calls.count, is: 30)
        }
    },
    ConformanceCase(
        "shutdown.withinItsTimeIsClean", duty: "Executor.shutdown(_:within:then:)",
        "A drain with plenty of time runs everything and says so, also of a pool that was told to end before."
    ) { trial in
        try trial.withExecutor { pool in
            let futures = try (0..<30).map { try pool.submit(double, $0) }
            trial.expect("whether it was clean", pool.shutdown(.drain, within: trial.patience, then: .kill), is: true)
            trial.expect("isDone right after shutdown", futures.allSatisfy(\.isDone), is: true)
            for (number, future) in futures.enumerated() {
                trial.expect("result \(number)", try trial.value(of: future), is: number * 2)
            }
            trial.expect("whether it is clean again", pool.shutdown(.drain, within: trial.patience), is: true)
        }
        try trial.withExecutor { pool in
            let future = try pool.start(sleepAndReturn, .milliseconds(30), 5)
            pool.beginShutdown(.drain)
            // Others are shut down by a thread, which may not have begun.
            if pool is any GradualShutdown {
                trial.expectThrows(.shutDown, from: "submit after beginShutdown") { try pool.submit(double, 1) }
            }
            trial.expect("whether it was clean", pool.shutdown(.drain, within: trial.patience), is: true)
            trial.expect("the result", try trial.value(of: future), is: 5)
        }
    },
    ConformanceCase(
        "shutdown.isHarderWhenItsTimeIsUp", duty: "Executor.shutdown(_:within:then:)",
        "A drain that cannot end within its time kills what runs, cancels what waits, and says so.",
        requires: [.forcedCancel]
    ) { trial in
        try trial.withExecutor(workers: 1) { pool in
            let started = try pool.makeChannel()
            let running = try pool.start(hang, trial.ticket(started))
            _ = try trial.next(Int.self, from: started)
            let queued = try (0..<5).map { try pool.submit(double, $0) }
            let start = trial.clock.now
            trial.expect(
                "whether it was clean", pool.shutdown(.drain, within: .milliseconds(50), then: .kill), is: false)
            trial.expect(
                trial.clock.now - start >= .milliseconds(49),
                "expected that it waits for 50 ms; it took \(trial.clock.now - start)")
            trial.expect("isDone of what ran", running.isDone, is: true)
            trial.expect("how many of the others were cancelled", queued.count { $0.state == .cancelled }, is: 5)
        }
    },
    ConformanceCase(
        "shutdown.whatCannotBeEndedDoesNotHoldItUp", duty: "Executor.shutdown(_:within:then:)",
        "A drain whose time is up returns, also where a task cannot be ended; that ends by itself later."
    ) { trial in
        try trial.withExecutor(workers: 1) { pool in
            let (running, gate) = try trial.busyTask(in: pool)
            let queued = try pool.submit(double, 1)
            let isClean = pool.shutdown(.drain, within: .milliseconds(30), then: .cancelQueued)
            trial.expect("whether it was clean", isClean, is: false)
            trial.expect("the state of what waited", queued.state, is: .cancelled)
            gate.set()
            trial.expect("the result", try trial.value(of: running), is: true)
        }
    },
    ConformanceCase(
        "shutdown.canBeAwaited", duty: "Executor.shutdown(_:) async",
        "The asynchronous calls end a pool as well, and begin without waiting.", requires: [.asyncTwins]
    ) { trial in
        for isLimited in [false, true] {
            try trial.withExecutor { pool in
                try trial.awaiting {
                    let futures = try (0..<20).map { try pool.submit(double, $0) }
                    if isLimited {
                        let isClean = await pool.shutdown(.drain, within: trial.patience, then: .kill)
                        trial.expect("whether it was clean", isClean, is: true)
                    } else {
                        await pool.shutdown(.drain)
                    }
                    trial.expect("isDone right after shutdown", futures.allSatisfy(\.isDone), is: true)
                }
            }
        }
    },
    ConformanceCase(
        "shutdown.closesItsChannels", duty: "Executor.shutdown(_:)",
        "When it returns, the pool's channels are closed: send throws closed, and receive returns nil at once."
    ) { trial in
        for mode in [ShutdownMode.drain, .cancelQueued, .kill] {
            try trial.withExecutor { pool in
                let channels = [try pool.makeChannel(), try pool.makeChannel(capacity: 1)]
                pool.shutdown(mode)
                for channel in channels {
                    trial.expect("isClosed after shutdown(\(mode))", channel.status.isClosed, is: true)
                    for wait in [WaitLimit.never, trial.limit] {
                        trial.expectThrows(.closed, from: "send after shutdown(\(mode))") {
                            try channel.send(1, wait: wait)
                        }
                    }
                    let start = trial.clock.now
                    trial.expect("receive", try channel.receive(as: Int.self, wait: trial.limit), is: nil)
                    // What it says is up to who counted, who may have gone with the pool.
                    _ = channel.join(wait: trial.limit)
                    trial.expect(
                        trial.clock.now - start < trial.patience,
                        "expected that receive and join after shutdown(\(mode)) do not wait")
                }
            }
        }
    },
    ConformanceCase(
        "shutdown.leavesWhatWasSent", duty: "Executor.shutdown(_:)",
        "What a task and the parent have sent before it can still be received, then nil comes at once."
    ) { trial in
        for mode in [ShutdownMode.drain, .cancelQueued, .kill] {
            try trial.withExecutor { pool in
                let channel = try pool.makeChannel()
                for number in 0..<3 { try trial.put(number, into: channel) }
                trial.expect("sent", try trial.value(of: pool.start(sendOne, trial.ticket(channel), 3)), is: true)
                pool.shutdown(mode)
                trial.expect("count after shutdown(\(mode))", channel.status.count, is: 4)
                let start = trial.clock.now
                trial.expect("join of what was not reported", channel.join(wait: trial.limit), is: false)
                for number in 0..<4 {
                    trial.expect("what was left", try channel.receive(as: Int.self, wait: trial.limit), is: number)
                    try channel.taskDone()
                }
                trial.expect("receive at the end", try channel.receive(as: Int.self, wait: trial.limit), is: nil)
                trial.expect("join of what was reported", channel.join(wait: trial.limit), is: true)
                trial.expect(
                    trial.clock.now - start < trial.patience,
                    "expected that nothing waits after shutdown(\(mode))")
            }
        }
    },
    ConformanceCase(
        "shutdown.wakesWhoWaits", duty: "Executor.shutdown(_:)",
        "Threads that wait without a limit for an element, for room, and for reports go on when the pool has ended.",
        requires: [.parentThreads]
    ) { trial in
        for mode in [ShutdownMode.drain, .cancelQueued, .kill] {
            try trial.withExecutor { pool in
                let empty = try pool.makeChannel()
                let full = try pool.makeChannel(capacity: 1)
                try trial.put(0, into: full)
                try trial.onThreads(4) { thread in
                    switch thread {
                    case 0: trial.expect("a receive", try empty.receive(as: Int.self, wait: .forever), is: nil)
                    case 1: trial.expectThrows(.closed, from: "a send") { try full.send(1, wait: .forever) }
                    case 2: trial.expect("a join", full.join(wait: .forever), is: false)
                    default:
                        // By then they surely wait, and are not just about to.
                        trial.clock.sleep(for: .milliseconds(20))
                        pool.shutdown(mode)
                    }
                }
            }
        }
    },
    ConformanceCase(
        "shutdown.racingSubmitsRunOrAreRefused", duty: "Executor.submit(_:options:)",
        "While threads submit, another shuts down: each submit threw shutDown or has an outcome.",
        requires: [.parentThreads]
    ) { trial in
        for mode in [ShutdownMode.drain, .cancelQueued, .kill] {
            try trial.withExecutor { pool in
                let accepted = Tally()
                let ended = Tally()
                try trial.onThreads(4) { thread in
                    if thread == 3 {
                        try trial.eventually("submits are under way") { accepted.count > 20 }
                        return pool.shutdown(mode)
                    }
                    var futures: [Future<Int>] = []
                    do {
                        while futures.count < 100_000 {
                            futures.append(try pool.submit(double, futures.count))
                            accepted.add()
                        }
                    } catch let error as MultitaskingError {
                        trial.expect("the code of a refused submit", error.code, is: .shutDown)
                    }
                    for future in futures where future.waitUntilDone(trial.limit) { ended.add() }
                }
                trial.expect("how many of the accepted have ended", ended.count, is: accepted.count)
            }
        }
    },
    ConformanceCase(
        "shutdown.everyCallerWaitsForTheEnd", duty: "Executor.shutdown(_:)",
        "Of four threads that shut down at once, none returns before every future is done.",
        requires: [.parentThreads]
    ) { trial in
        try trial.withExecutor { pool in
            let futures = try (0..<20).map { try pool.submit(double, $0) }
            try trial.onThreads(4) { thread in
                pool.shutdown(thread == 2 ? .cancelQueued : .drain)
                trial.expect("isDone after shutdown", futures.allSatisfy(\.isDone), is: true)
            }
        }
    },
]

/// The code of a task's failure; nil if there is none.
private func failureCode<Value>(_ future: Future<Value>) -> MultitaskingError.Code? {
    if case .failure(let error as MultitaskingError) = future.outcome() { error.code } else { nil }
}
