import MultitaskingCore

/// Tasks whose arguments are the results of others.
let dependentCases: [ConformanceCase] = [
    ConformanceCase(
        "dependent.startsWhenItsArgumentsAreThere", duty: "Executor.submit(_:options:resultsOf:)",
        "Builds a tree of sums over tasks that are held up; nothing runs before, and the sum is right."
    ) { trial in
        try trial.withPool { pool in
            let gate = try pool.makeCancelSignal()
            let held = try pool.start(valueAfterSignal, trial.ticket(gate), 1)
            var row = [held] + (try (2...8).map { try pool.submit(double, $0) })
            while row.count > 1 {
                row = try stride(from: 0, to: row.count, by: 2).map {
                    try pool.submit(sum, resultsOf: row[$0], row[$0 + 1])
                }
            }
            let text = try pool.submit(describeSum, resultsOf: row[0], Future.completed("the sum"))
            trial.expect("the state of the last", text.state, is: .queued)
            trial.expect("a wait of .never for the last", text.waitUntilDone(.never), is: false)
            gate.set()
            trial.expect("the last result", try trial.value(of: text), is: "the sum: \(1 + 2 * (2...8).reduce(0, +))")
            let closure = try pool.submit(resultsOf: held, row[0]) { $0 - $1 }
            trial.expect("the result of a closure", try trial.value(of: closure), is: -70)
        }
    },
    ConformanceCase(
        "dependent.failsWithTheCause", duty: "Executor.submit(_:options:resultsOf:)",
        "One argument fails, another is cancelled: what depends on them never starts, and has the cause."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let gate = try pool.makeCancelSignal()
            let busy = try pool.start(awaitSignal, trial.ticket(gate))
            let failing = try pool.submit(throwPortable, 7)
            let cancelled = try pool.submit(double, 1)
            cancelled.cancel()
            let first = try pool.submit(sum, resultsOf: failing, Future.completed(1))
            let second = try pool.submit(sum, resultsOf: first, Future.completed(1))
            let third = try pool.submit(sum, resultsOf: cancelled, Future.completed(1))
            let never = Promise<Int>()
            let fourth = try pool.submit(sum, resultsOf: never.future, failing)
            gate.set()
            for future in [first, second, fourth] {
                let error = trial.failure(of: future, is: .dependencyFailed)
                trial.expect("the cause", (error?.cause as? PortableFailure)?.number, is: 7)
            }
            let error = trial.failure(of: third, is: .dependencyFailed)
            trial.expect("the cause", (error?.cause as? MultitaskingError)?.code, is: .cancelled)
            _ = try trial.value(of: busy)
        }
    },
    ConformanceCase(
        "dependent.canBeCancelledWhileItWaits", duty: "Executor.submit(_:options:resultsOf:)",
        "Cancels what waits for a task that is held up: it never starts, and that task goes on."
    ) { trial in
        try trial.withPool { pool in
            let ran = try pool.makeChannel()
            let gate = try pool.makeCancelSignal()
            let held = try pool.start(valueAfterSignal, trial.ticket(gate), 1)
            let dependent = try pool.submit(sum, resultsOf: held, held)
            trial.expect("cancel of what waits", dependent.cancel(), is: true)
            trial.expect("its state", dependent.state, is: .cancelled)
            gate.set()
            trial.expect("the other's result", try trial.value(of: held), is: 1)
            trial.expect("its state at last", dependent.state, is: .cancelled)
            trial.expect("how many have run", try trial.drain(Int.self, ran).count, is: 0)
        }
    },
    ConformanceCase(
        "dependent.aDrainRunsIt", duty: "Executor.shutdown(_:)",
        "A drain runs what waits for results of others, and what waits for that; other modes cancel it."
    ) { trial in
        try trial.withExecutor { pool in
            let first = try pool.start(sleepAndReturn, .milliseconds(30), 3)
            let second = try pool.submit(sum, resultsOf: first, first)
            let third = try pool.submit(sum, resultsOf: second, first)
            pool.shutdown(.drain)
            trial.expect("isDone right after shutdown", second.isDone && third.isDone, is: true)
            trial.expect("the last result", try trial.value(of: third), is: 9)
        }
        try trial.withExecutor { pool in
            let promise = Promise<Int>()
            let future = try pool.submit(sum, resultsOf: promise.future, promise.future)
            pool.shutdown(.cancelQueued)
            trial.expect("the state after cancelQueued", future.state, is: .cancelled)
            promise.fulfill(1)
        }
    },
    ConformanceCase(
        "dependent.isCancelledWhenAnEndBegins", duty: "GradualShutdown.beginShutdown(_:)",
        "Begins to shut down without a drain: what waits for a promise that nobody keeps is cancelled at once."
    ) { trial in
        let promise = Promise<Int>()
        for mode in [ShutdownMode.cancelQueued, .kill] {
            try trial.withExecutor { pool in
                guard let pool = pool as? any GradualShutdown else { return }
                let future = try pool.submit(sum, resultsOf: promise.future, promise.future)
                pool.beginShutdown(mode)
                trial.expect("the state after \(mode)", future.state, is: .cancelled)
            }
        }
    },
    ConformanceCase(
        "dependent.aPromiseStartsIt", duty: "Executor.submit(_:options:resultsOf:)",
        "Tasks wait for promises: fulfilled ones start them, failed and dropped ones fail them."
    ) { trial in
        try trial.withPool { pool in
            let promise = Promise<Int>()
            let future = try pool.submit(double, resultsOf: promise.future)
            promise.fulfill(21)
            trial.expect("the result", try trial.value(of: future), is: 42)
            let failed = try pool.submit(double, resultsOf: Future<Int>.failed(PortableFailure(number: 3)))
            let cause = trial.failure(of: failed, is: .dependencyFailed)?.cause
            trial.expect("the cause", (cause as? PortableFailure)?.number, is: 3)
            let dropped = try pool.submit(double, resultsOf: Promise<Int>().future)
            let reason = trial.failure(of: dropped, is: .dependencyFailed)?.cause
            trial.expect("the cause", (reason as? MultitaskingError)?.code, is: .promiseDropped)
            let after = try pool.submit(double, 4).then { $0 + 1 }
            trial.expect("what comes of a result", try trial.value(of: after), is: 9)
            let again = try pool.submit(double, 4).then { try pool.submit(double, $0) }
            trial.expect("what another task makes of it", try trial.value(of: again), is: 16)
        }
    },
    ConformanceCase(
        "dependent.holdsItsSenders", duty: "ChannelSender",
        "A sender that a task is given beside the result of another counts until the task has ended.",
        requires: [.closingWithSenders]
    ) { trial in
        try trial.withPool { pool in
            // The result is there already, or comes later.
            for isThere in [true, false] {
                let channel = try pool.makeChannel(closesWithSenders: true)
                let promise = Promise<Range<Int>>()
                if isThere { promise.fulfill(0..<5) }
                let task = try pool.submit(
                    sendThrough, resultsOf: .completed(channel.makeSender()), promise.future,
                    .completed(trial.patience))
                if !isThere { promise.fulfill(0..<5) }
                trial.expect("how many were sent", try trial.value(of: task), is: 5)
                try trial.eventually("the channel closes") { channel.status.isClosed }
                trial.expect("what came", Array(channel.elements(as: Int.self)), is: Array(0..<5))
            }
        }
    },
    ConformanceCase(
        "dependent.holdsUpNoLimitedShutdown", duty: "Executor.shutdown(_:within:then:)",
        "Shuts down within a limit, while a call waits for a promise that nobody keeps: it is cancelled, in time."
    ) { trial in
        let promise = Promise<Int>()
        for limit in [Duration.zero, .milliseconds(50)] {
            try trial.withExecutor { pool in
                let future = try pool.submit(sum, resultsOf: promise.future, promise.future)
                trial.expect(
                    "what shutdown(.drain, within: \(limit)) returns", pool.shutdown(.drain, within: limit), is: false)
                trial.expect("the state of the call", future.state, is: .cancelled)
            }
        }
        try trial.withExecutor { pool in
            guard let pool = pool as? any GradualShutdown else { return }
            let future = try pool.submit(double, resultsOf: promise.future)
            pool.beginShutdown(.drain)
            trial.expect(
                "waitUntilShutDown, though a call waits", pool.waitUntilShutDown(.upTo(.seconds(20))), is: true)
            future.cancel()
        }
    },
]
