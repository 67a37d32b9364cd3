import MultitaskingCore

/// What cancelling does, and does not.
let cancelCases: [ConformanceCase] = [
    ConformanceCase(
        "cancel.aQueuedTaskNeverStarts", duty: "FutureSource.cancel(force:)",
        "Of 100 queued tasks, those that are cancelled never run; the others do, in order."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let ran = try pool.makeChannel()
            let (busy, gate) = try trial.busyTask(in: pool)
            let queued = try (0..<100).map { try pool.start(sendOne, trial.ticket(ran), $0) }
            for (number, future) in queued.enumerated() where number % 3 != 1 {
                trial.expect("cancel of queued task \(number)", future.cancel(force: number % 3 == 2), is: true)
                trial.expect("its state", future.state, is: .cancelled)
                trial.expect("isDone", future.isDone, is: true)
                trial.expect("cancel once more", future.cancel(), is: true)
                trial.expectThrows(.cancelled, from: "value() of a cancelled task") { try future.value() }
            }
            gate.set()
            _ = try trial.value(of: busy)
            for (number, future) in queued.enumerated() where number % 3 == 1 {
                trial.expect("result \(number)", try trial.value(of: future), is: true)
            }
            trial.expect(
                "the tasks that ran", try trial.drain(Int.self, ran), is: (0..<100).filter { $0 % 3 == 1 })
        }
    },
    ConformanceCase(
        "cancel.aRunningTaskRunsOn", duty: "FutureSource.cancel(force:)",
        "cancel() of a task that runs, or has ended, is false and changes nothing."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let (future, gate) = try trial.busyTask(in: pool)
            trial.expect("cancel of a running task", future.cancel(), is: false)
            trial.expect("its state", future.state, is: .running)
            gate.set()
            trial.expect("its result", try trial.value(of: future), is: true)
            trial.expect("cancel of a task that has ended", future.cancel(), is: false)
            trial.expect("forced cancel of a task that has ended", future.cancel(force: true), is: false)
            trial.expect("its state", future.state, is: .done)
            trial.expect("its result, asked again", try future.value(), is: true)
        }
    },
    ConformanceCase(
        "cancel.aTaskThatWaitsForItsRetryNeverRunsAgain", duty: "FutureSource.cancel(force:)",
        "A task whose first attempt has failed is queued until its backoff ends, and cancel() ends it at once.",
        requires: [.retries]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            for number in 0..<4 {
                let ran = try pool.makeChannel()
                // Longer than any case takes.
                let retries = RetryPolicy.onErrors(PortableFailure.self, limit: 3, backoff: trial.patience * 100)
                let future = try pool.start(
                    sendAndThrow, options: TaskOptions(retries: retries), trial.ticket(ran), number)
                trial.expect("the first attempt", try trial.next(Int.self, from: ran), is: number)
                try trial.eventually("it waits for the next attempt") { future.state == .queued }
                trial.expect("cancel", future.cancel(force: number % 2 == 1), is: true)
                trial.expect("its state", future.state, is: .cancelled)
                trial.expect("cancel once more", future.cancel(), is: true)
                trial.expectThrows(.cancelled, from: "value() of a cancelled task") { try future.value() }
                // The worker has room for what it hands back next, and the slot for another task.
                let next = RetryPolicy.onErrors(PortableFailure.self, limit: 2)
                trial.expect(
                    "the last attempt of the next task",
                    try trial.value(of: pool.start(throwBefore, options: TaskOptions(retries: next), 3)), is: 3)
                trial.expect("what ran afterwards", try trial.drain(Int.self, ran), is: [])
            }
        }
    },
    ConformanceCase(
        "cancel.racesWithRetriesAreDecidedOnce", duty: "FutureSource.cancel(force:)",
        "200 tasks that fail and are retried without a pause are cancelled at any time: none runs afterwards.",
        requires: [.retries]
    ) { trial in
        var random = SplitMix64(seed: trial.seed)
        try trial.withPool { pool in
            let retries = RetryPolicy.onErrors(PortableFailure.self, limit: 3)
            for number in 0..<200 {
                let future = try pool.start(throwBefore, options: TaskOptions(retries: retries), 4)
                for _ in 0..<Int.random(in: 0..<60, using: &random) { _ = future.state }
                if future.cancel() {
                    trial.expect("the state of task \(number) after cancel() was true", future.state, is: .cancelled)
                    trial.expectThrows(.cancelled, from: "value() of cancelled task \(number)") { try future.value() }
                } else {
                    trial.expect("the result after cancel() was false", try trial.value(of: future), is: 4)
                }
            }
        }
    },
    ConformanceCase(
        "cancel.largeArgumentsInTransferAreKeptByNobody", duty: "FutureSource.cancel(force:)",
        "40 tasks with 300 kB each are cancelled about when workers take them: each was cancelled, or has its result."
    ) { trial in
        var random = SplitMix64(seed: trial.seed)
        try trial.withPool { pool in
            for number in 0..<40 {
                let bytes = [UInt8](repeating: UInt8(number), count: 300_000)
                let future = try pool.submit(echoBytes, bytes)
                for _ in 0..<Int.random(in: 0..<60, using: &random) { _ = future.state }
                if future.cancel() {
                    trial.expect("the state after cancel() was true", future.state, is: .cancelled)
                } else {
                    trial.expect(
                        try trial.value(of: future) == bytes, "expected the bytes of a task that was not cancelled")
                }
            }
            trial.expect("the next result", try trial.value(of: pool.submit(double, 1)), is: 2)
        }
    },
    ConformanceCase(
        "cancel.racesAreDecidedOnce", duty: "FutureSource.cancel(force:)",
        "400 tasks are cancelled about when they start: each either was cancelled and did not run, or ran once."
    ) { trial in
        var random = SplitMix64(seed: trial.seed)
        try trial.withPool { pool in
            let ran = try pool.makeChannel()
            var cancelled: Set<Int> = []
            for number in 0..<400 {
                let future = try pool.start(sendOne, trial.ticket(ran), number)
                for _ in 0..<Int.random(in: 0..<40, using: &random) where future.isDone { break }
                if future.cancel() {
                    cancelled.insert(number)
                    trial.expect("the state after cancel() was true", future.state, is: .cancelled)
                } else {
                    trial.expect("the result after cancel() was false", try trial.value(of: future), is: true)
                }
            }
            // What had been handed out would have run by then.
            _ = try trial.value(of: pool.submit(double, 1))
            let numbers = try trial.drain(Int.self, ran)
            trial.expect("how many ran twice", numbers.count - Set(numbers).count, is: 0)
            trial.expect("those that ran although cancel() was true", cancelled.intersection(numbers), is: [])
            trial.expect("those that ran or were cancelled", numbers.count + cancelled.count, is: 400)
        }
    },
    ConformanceCase(
        "cancel.aTaskSeesItsSignal", duty: "CancelSignal.set()",
        "A task that looks at a signal in a loop leaves when the parent sets it; 20 times."
    ) { trial in
        try trial.withPool { pool in
            for _ in 0..<20 {
                let started = try pool.makeChannel()
                let stop = try pool.makeCancelSignal()
                let future = try pool.start(workUntilSignal, trial.ticket(started), trial.ticket(stop))
                _ = try trial.next(Int.self, from: started)
                stop.set()
                trial.expect(try trial.value(of: future) >= 0, "expected that the task sees its signal; it did not")
            }
        }
    },
    ConformanceCase(
        "cancel.byForceEndsARunningTask", duty: "FutureSource.cancel(force:)",
        "A task that waits without end is ended by force as cancelled; the pool works on.", requires: [.forcedCancel]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            for _ in 0..<3 {
                let started = try pool.makeChannel()
                let options = TaskOptions(gracePeriod: .milliseconds(20))
                let future = try pool.start(hang, options: options, trial.ticket(started))
                _ = try trial.next(Int.self, from: started)
                trial.expect("forced cancel of a running task", future.cancel(force: true), is: true)
                try trial.eventually("the task ends") { future.isDone }
                trial.expect("its state", future.state, is: .cancelled)
                trial.expectThrows(.cancelled, from: "value() of a task ended by force") { try future.value() }
                trial.expect("the next result", try trial.value(of: pool.submit(double, 2)), is: 4)
            }
        }
    },
    ConformanceCase(
        "cancel.byForceAsksFirst", duty: "TaskEnvironment.isEndRequested",
        "A task that is ended by force reads that, and what it returns within the grace period counts.",
        requires: [.forcedCancel]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let started = try pool.makeChannel()
            let options = TaskOptions(gracePeriod: trial.patience)
            let future = try pool.start(leaveWhenAsked, options: options, trial.ticket(started))
            _ = try trial.next(Int.self, from: started)
            trial.expect("forced cancel of a running task", future.cancel(force: true), is: true)
            trial.expect("what it returned when asked", try trial.value(of: future), is: true)
        }
    },
    ConformanceCase(
        "cancel.byForceCancelsAnAsynchronousFunction", duty: "TaskEnvironment.wait(for:)",
        "The Swift task of an asynchronous function that waits is cancelled: what it returns then counts, and if it "
            + "throws CancellationError, it is cancelled.", requires: [.forcedCancel]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let (started, never) = (try pool.makeChannel(), try pool.makeChannel())
            let options = TaskOptions(gracePeriod: trial.patience)
            let returning = try pool.start(
                noteCancellation, options: options, trial.ticket(started), trial.ticket(never))
            _ = try trial.next(Int.self, from: started)
            trial.expect("forced cancel of a running task", returning.cancel(force: true), is: true)
            trial.expect("whether it was cancelled", try trial.value(of: returning), is: true)
            let throwing = try pool.start(
                awaitCancellation, options: options, trial.ticket(started), trial.ticket(never))
            _ = try trial.next(Int.self, from: started)
            throwing.cancel(force: true)
            try trial.eventually("the task ends") { throwing.isDone }
            trial.expect("the state of one that throws CancellationError", throwing.state, is: .cancelled)
        }
    },
    ConformanceCase(
        "cancel.byForceAsksThatTaskAlone", duty: "TaskEnvironment.isEndRequested",
        "One of two running tasks is cancelled by force and reads that, whether or not the pool can end it."
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let started = try pool.makeChannel()
            let gate = try pool.makeCancelSignal()
            let other = try pool.start(waitAndDescribe, trial.ticket(started), trial.ticket(gate))
            _ = try trial.next(Int.self, from: started)
            let future = try pool.start(leaveWhenAsked, trial.ticket(started))
            _ = try trial.next(Int.self, from: started)
            future.cancel()
            trial.expect("the state of a task that was not cancelled by force", future.state, is: .running)
            future.cancel(force: true)
            trial.expect("whether it was asked to end", try trial.value(of: future), is: true)
            gate.set()
            trial.expect("whether the other one was", try trial.value(of: other), is: false)
            trial.expect("what the next one reads", try trial.value(of: pool.start(describeTask)), is: [1, 0])
        }
    },
]
