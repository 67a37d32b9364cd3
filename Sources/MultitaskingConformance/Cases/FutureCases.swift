import MultitaskingCore

/// What a future tells, and when.
let futureCases: [ConformanceCase] = [
    ConformanceCase(
        "future.stateOnlyMovesForward", duty: "FutureSource.state",
        "A task is queued, then running, then done; what it tells agrees, and stays."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let (first, gate) = try trial.busyTask(in: pool)
            let second = try pool.submit(double, 1)
            trial.expect("the state of a task that runs", first.state, is: .running)
            trial.expect("isRunning", first.isRunning, is: true)
            trial.expect("isDone of a task that runs", first.isDone, is: false)
            trial.expect(first.outcome() == nil, "expected no outcome of a task that runs")
            trial.expect("the state of a task that waits", second.state, is: .queued)
            trial.expect("a wait of .never", second.waitUntilDone(.never), is: false)
            gate.set()
            trial.expect("the first result", try trial.value(of: first), is: true)
            trial.expect("the second result", try trial.value(of: second), is: 2)
            for _ in 0..<3 {
                trial.expect("the state of a task that has ended", second.state, is: .done)
                trial.expect("its result, asked again", try second.value(), is: 2)
                trial.expect("isDone", second.isDone, is: true)
                trial.expect("isCancelled", second.isCancelled, is: false)
                trial.expect("a wait of .never", second.waitUntilDone(.never), is: true)
            }
        }
    },
    ConformanceCase(
        "future.aWaitThatTimesOutDoesNotEndTheTask", duty: "FutureSource.waitUntilDone(_:)",
        "value(timeout:) throws timedOut not before its time, and the task goes on."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let (future, gate) = try trial.busyTask(in: pool)
            let start = trial.clock.now
            trial.expectThrows(.timedOut, from: "value(timeout:)") { try future.value(timeout: .milliseconds(30)) }
            trial.expect(
                trial.clock.now - start >= .milliseconds(29),
                "expected a wait of 30 ms; it took \(trial.clock.now - start)")
            trial.expect("a wait with a limit", future.waitUntilDone(.upTo(.milliseconds(2))), is: false)
            trial.expect("a wait with a limit below zero", future.waitUntilDone(.upTo(.seconds(-1))), is: false)
            trial.expect("the state", future.state, is: .running)
            gate.set()
            trial.expect("the result", try trial.value(of: future), is: true)
        }
    },
    ConformanceCase(
        "future.itsEndingIsKnownWithoutItsValue", duty: "TaskSource.failure",
        "A task that has succeeded says so without decoding what it has returned, which is still there."
    ) { trial in
        try trial.withPool { pool in
            // Of its own: other trials may run in this process at the same time.
            let number = CountedValue.newNumber()
            let future = try pool.submit(makeCounted, number)
            trial.expect("whether it ends", future.waitUntilDone(trial.limit), is: true)
            for _ in 0..<3 {
                trial.expect("how it has ended", future.ending, is: .succeeded)
                trial.expect(future.failure == nil, "expected no failure; it is \(future.failure as Any)")
            }
            trial.expect("how often that has decoded the value", CountedValue.decodings(of: number), is: 0)
            trial.expect("the value", try trial.value(of: future).number, is: number)
            let other = try pool.submit(throwPortable, 1)
            _ = other.waitUntilDone(trial.limit)
            trial.expect("how one that throws has ended", other.ending, is: .failed)
        }
    },
    ConformanceCase(
        "future.whenDoneIsCalledOnceForEachCallback", duty: "FutureSource.whenDone(_:)",
        "Callbacks registered before the end and after it are called once each."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let calls = Tally()
            let early = Tally()
            let (future, gate) = try trial.busyTask(in: pool)
            for _ in 0..<10 {
                future.whenDone {
                    if !future.isDone { early.add() }
                    calls.add()
                }
            }
            trial.expect("calls before the end", calls.count, is: 0)
            gate.set()
            _ = try trial.value(of: future)
            try trial.eventually("ten callbacks are called") { calls.count >= 10 }
            for _ in 0..<5 { future.whenDone { calls.add() } }
            try trial.eventually("five late callbacks are called") { calls.count >= 15 }
            let failed = try pool.submit(throwPlain, 1)
            failed.whenDone { calls.add() }
            try trial.eventually("the callback of a failed task is called") { calls.count >= 16 }
            _ = try trial.value(of: pool.submit(double, 1))
            trial.expect("calls of 16 callbacks", calls.count, is: 16)
            trial.expect("callbacks called before isDone", early.count, is: 0)
        }
    },
    ConformanceCase(
        "future.whenDoneOfACancelledTaskIsCalled", duty: "FutureSource.whenDone(_:)",
        "Cancelling a queued task calls its callbacks, also while all workers are busy."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let (busy, gate) = try trial.busyTask(in: pool)
            let calls = Tally()
            let queued = try (0..<5).map { try pool.submit(double, $0) }
            for future in queued { future.whenDone { calls.add() } }
            for future in queued { trial.expect("cancel of a queued task", future.cancel(), is: true) }
            try trial.eventually("five callbacks are called") { calls.count >= 5 }
            gate.set()
            _ = try trial.value(of: busy)
            trial.expect("calls of five callbacks", calls.count, is: 5)
        }
    },
    ConformanceCase(
        "future.aCallbackMaySubmit", duty: "FutureSource.whenDone(_:)",
        "Callbacks submit the next task, 20 times in a row, and after failures."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let ran = try pool.makeChannel()
            let chain = Chain(pool: pool, ran: trial.ticket(ran))
            chain.next(0)
            var numbers: [Int] = []
            for _ in 0..<20 { numbers.append(try trial.next(from: ran, "the next task of the chain")) }
            trial.expect("the tasks submitted by callbacks", numbers, is: Array(0..<20))
            try trial.eventually("the chain ends") { chain.isOver }
            trial.expect("errors of submit in a callback", chain.errors, is: 0)
        }
    },
    ConformanceCase(
        "future.manyThreadsMayWaitForOne", duty: "FutureSource (everything may be called from any thread)",
        "Four threads wait for 50 futures and submit others meanwhile.", requires: [.parentThreads]
    ) { trial in
        try trial.withPool { pool in
            let futures = try (0..<50).map { try pool.submit(double, $0) }
            try trial.onThreads(4) { thread in
                for (number, future) in futures.enumerated() {
                    trial.expect("result \(number)", try trial.value(of: future), is: number * 2)
                    let own = try pool.submit(double, thread * 1000 + number)
                    trial.expect("an own result", try trial.value(of: own), is: (thread * 1000 + number) * 2)
                }
            }
        }
    },
    ConformanceCase(
        "future.awaitingGivesTheResult", duty: "FutureSource.whenDone(_:)",
        "await value() gives results and failures, and times out.", requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            let gate = try pool.makeCancelSignal()
            let ticket = trial.ticket(gate)
            try trial.awaiting {
                for number in 0..<20 {
                    let value = try await pool.submit(double, number).value()
                    trial.expect("result \(number)", value, is: number * 2)
                }
                do {
                    _ = try await pool.submit(throwPortable, 5).value()
                    trial.expect(false, "expected PortableFailure; a value came")
                } catch let error as PortableFailure { trial.expect("the number", error.number, is: 5) }
                let waiting = try pool.start(awaitSignal, ticket)
                do {
                    _ = try await waiting.value(timeout: .milliseconds(10))
                    trial.expect(false, "expected timedOut; a value came")
                } catch let error as MultitaskingError { trial.expect("the code", error.code, is: .timedOut) }
                gate.set()
                let value = try await waiting.value()
                trial.expect("the result", value, is: true)
            }
        }
    },
    ConformanceCase(
        "future.aCancelledAwaitDoesNotEndTheTask", duty: "Future.value(timeout:) async",
        "Cancelling the Swift task that awaits throws CancellationError there; the pool's task goes on.",
        requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            let gate = try pool.makeCancelSignal()
            let ticket = trial.ticket(gate)
            try trial.awaiting {
                let future = try pool.start(awaitSignal, ticket)
                for _ in 0..<20 {
                    let waiter = Task { try await future.value() }
                    await Task.yield()
                    waiter.cancel()
                    do {
                        _ = try await waiter.value
                        trial.expect(false, "expected CancellationError; a value came")
                    } catch { trial.expect(error is CancellationError, "expected CancellationError; \(error) came") }
                }
                gate.set()
                let value = try await future.value()
                trial.expect("the result", value, is: true)
            }
        }
    },
]
