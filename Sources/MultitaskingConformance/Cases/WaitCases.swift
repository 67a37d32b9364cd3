import MultitaskingCore

/// Waiting for several futures, and futures that follow from others.
let waitCases: [ConformanceCase] = [
    ConformanceCase(
        "wait.returnsWhenItsConditionIsFulfilled", duty: "FutureSource.whenDone(_:)",
        "Of four tasks, one is held up: waits for any, two, the first success and the first failure end before it."
    ) { trial in
        try trial.withPool { pool in
            let gate = try pool.makeCancelSignal()
            let held = try pool.start(valueAfterSignal, trial.ticket(gate), 9)
            let futures = [held, try pool.submit(throwPortable, 1), try pool.submit(double, 2)]
            let failed = try wait(for: futures, until: .firstFailed, timeout: trial.patience)
            trial.expect("whether the failed one has ended", failed.done.contains { $0.failure != nil }, is: true)
            let succeeded = try wait(for: futures, until: .firstSuccessful, timeout: trial.patience)
            trial.expect(
                "whether one with a value has ended", succeeded.done.contains { $0.failure == nil }, is: true)
            trial.expect(
                "whether any has ended",
                try wait(for: futures, until: .any, timeout: trial.patience).done.isEmpty, is: false)
            let two = try wait(for: futures, until: .count(2), timeout: trial.patience)
            trial.expect("how many have ended", two.done.count, is: 2)
            trial.expect("how many have not", two.notDone.count, is: 1)
            trial.expect("whether that is the one that is held up", two.notDone.first?.isDone, is: false)
            gate.set()
            let all = try wait(for: futures, until: .all, timeout: trial.patience)
            trial.expect("how many have ended at last", all.done.count, is: 3)
            trial.expect("the results, in the order given", all.done.map { try? $0.value() }, is: [9, nil, 4])
        }
    },
    ConformanceCase(
        "wait.aTimeLimitLeavesTheTasksAlone", duty: "FutureSource.whenDone(_:)",
        "Waits with a limit for a task that is held up: they end at their limit, not before, and the task goes on."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let gate = try pool.makeCancelSignal()
            let held = try pool.start(valueAfterSignal, trial.ticket(gate), 9)
            for condition in [WaitCondition.all, .any, .count(1), .firstFailed, .firstSuccessful] {
                let start = trial.clock.now
                let parts = try wait(for: [held], until: condition, timeout: .milliseconds(30), rest: .cancelByForce)
                trial.expect(
                    trial.clock.now - start >= .milliseconds(29),
                    "expected a wait of 30 ms; it took \(trial.clock.now - start)")
                trial.expect("how many have ended", parts.done.count, is: 0)
            }
            trial.expectThrows(.invalidArgument, from: "a wait for -1 tasks") {
                try wait(for: [held], until: .count(-1))
            }
            gate.set()
            trial.expect("the result", try trial.value(of: held), is: 9)
        }
    },
    ConformanceCase(
        "wait.theRestIsCancelled", duty: "FutureSource.cancel(force:)",
        "With one worker, the first of 20 tasks that ends has the others cancelled, which never start."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let started = try pool.makeChannel()
            let ran = try pool.makeChannel()
            let gate = try pool.makeCancelSignal()
            let first = try pool.start(waitForSignal, trial.ticket(started), trial.ticket(gate))
            _ = try trial.next(Int.self, from: started)
            let second = try pool.start(waitForSignal, trial.ticket(started), trial.ticket(gate))
            let others = try (0..<20).map { try pool.start(sendOne, trial.ticket(ran), $0) }
            for future in others.dropFirst() { future.cancel() }
            trial.expect("how many the wait gives", try wait(for: others, until: .count(19)).done.count, is: 19)
            let parts = try wait(for: others + [second], until: .any, timeout: trial.patience, rest: .cancel)
            trial.expect("how many go on after rest: .cancel", parts.notDone.count, is: 0)
            trial.expect("how many are cancelled", (others + [second]).count(where: \.isCancelled), is: 21)
            gate.set()
            trial.expect("the first result", try trial.value(of: first), is: true)
            trial.expect("how many of the cancelled have run", try trial.drain(Int.self, ran).count, is: 0)
        }
    },
    ConformanceCase(
        "wait.goesAcrossPools", duty: "FutureSource.whenDone(_:)",
        "Waits for futures of two pools at once, and races them.", requires: [.severalPools]
    ) { trial in
        try trial.withPool { pool in
            try trial.withPool { other in
                let gate = try pool.makeCancelSignal()
                let held = try pool.start(valueAfterSignal, trial.ticket(gate), 1)
                let quick = try other.submit(double, 5)
                let parts = try wait(for: [held, quick], until: .any, timeout: trial.patience)
                trial.expect("what has ended", parts.done.map { try? $0.value() }, is: [10])
                let winner = try race([held, quick], timeout: trial.patience, rest: .leaveRunning)
                trial.expect("the winner's value", winner, is: 10)
                gate.set()
                trial.expect(
                    "how many end", try wait(for: [held, quick], timeout: trial.patience).done.count, is: 2)
            }
        }
    },
    ConformanceCase(
        "wait.aRaceThatNobodyWinsHasAllErrors", duty: "FutureSource.outcome()",
        "Races three tasks that fail and one that is cancelled: the errors of all come, in order."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let gate = try pool.makeCancelSignal()
            let busy = try pool.start(awaitSignal, trial.ticket(gate))
            let futures = try (0..<4).map { try pool.submit(throwPortable, $0) }
            futures[2].cancel()
            gate.set()
            do {
                let value = try race(futures, timeout: trial.patience)
                trial.expect(false, "expected RaceError; \(value) came")
            } catch let error as RaceError {
                let numbers = error.errors.map { ($0 as? PortableFailure)?.number ?? -1 }
                trial.expect("the errors", numbers, is: [0, 1, -1, 3])
            }
            trial.expect("the other's result", try trial.value(of: busy), is: true)
        }
    },
    ConformanceCase(
        "wait.completionsGiveEachTaskOnce", duty: "FutureSource.whenDone(_:)",
        "Of 60 tasks, each comes once as it ends, also failures; when the time is up, those that have not are counted."
    ) { trial in
        try trial.withPool { pool in
            let gate = try pool.makeCancelSignal()
            let held = try pool.start(valueAfterSignal, trial.ticket(gate), -1)
            let futures = try (0..<60).map { number in
                try number % 10 == 3 ? pool.submit(throwPortable, number) : pool.submit(double, number)
            }
            var values: [Int] = []
            for future in completions(of: futures, timeout: trial.patience) {
                trial.expect("isDone of a task that came", future.isDone, is: true)
                values.append((try? future.value()) ?? -((future.failure as? PortableFailure)?.number ?? 0))
            }
            let expected = (0..<60).map { $0 % 10 == 3 ? -$0 : $0 * 2 }
            trial.expect("what came", values.sorted(), is: expected.sorted())
            let waiting: Completions<Future<Int>> = completions(of: futures + [held], timeout: .milliseconds(30))
            trial.expect("how many come before the time is up", waiting.reduce(0) { count, _ in count + 1 }, is: 60)
            trial.expect("the code", waiting.timedOut?.code, is: .timedOut)
            let message = waiting.timedOut?.message ?? ""
            trial.expect(
                message.contains("1 of 61 tasks have not ended"), "expected that the message counts; it is \(message)")
            gate.set()
            _ = try trial.value(of: held)
            trial.expect("the code when all have ended since", waiting.timedOut?.code, is: .timedOut)
            trial.expect("how many come to another loop", waiting.reduce(0) { count, _ in count + 1 }, is: 61)
            trial.expect(waiting.timedOut == nil, "expected that nothing is left to come")
        }
    },
    ConformanceCase(
        "wait.canBeAwaited", duty: "FutureSource.whenDone(_:)",
        "The asynchronous waits, races and completions give the same.", requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            let gate = try pool.makeCancelSignal()
            let ticket = trial.ticket(gate)
            try trial.awaiting {
                let held = try pool.start(valueAfterSignal, ticket, 9)
                let futures = [held, try pool.submit(throwPortable, 1), try pool.submit(double, 2)]
                let two = try await wait(for: futures, until: .count(2), timeout: trial.patience)
                trial.expect("how many have ended", two.done.count, is: 2)
                let winner = try await race(futures, timeout: trial.patience, rest: .leaveRunning)
                trial.expect("the winner's value", winner, is: 4)
                do {
                    var count = 0
                    for try await _ in completions(of: futures, timeout: .milliseconds(20)) { count += 1 }
                    trial.expect(false, "expected timedOut; \(count) tasks came")
                } catch let error as MultitaskingError {
                    trial.expect("the code", error.code, is: .timedOut)
                    trial.expect(
                        error.message.contains("1 of 3 tasks have not ended"),
                        "expected that the message counts; it is \(error.message)")
                }
                gate.set()
                var count = 0
                for try await _ in completions(of: futures) { count += 1 }
                trial.expect("how many come", count, is: 3)
                let all = try await wait(for: futures)
                trial.expect("how many have ended at last", all.done.count, is: 3)
            }
        }
    },
    ConformanceCase(
        "wait.aCancelledAwaitCancelsWhatItIsAskedTo", duty: "FutureSource.cancel(force:)",
        "Swift tasks that await queued tasks with .withTask are cancelled, and so are those; others go on.",
        requires: [.asyncTwins]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let gate = try pool.makeCancelSignal()
            let ticket = trial.ticket(gate)
            try trial.awaiting {
                let busy = try pool.start(awaitSignal, ticket)
                let queued = try (0..<4).map { try pool.submit(double, $0) }
                let mapped = try pool.map(double, chunkSize: 1, 0..<3)
                let waits = [
                    Task { _ = try await mapped.values(cancelling: .withTask) },
                    Task { _ = try await queued[0].value(cancelling: .withTask) },
                    Task { _ = try await wait(for: [queued[1]], cancelling: .withTask) },
                    Task { for try await _ in completions(of: [queued[2]], cancelling: .withTask) {} },
                    Task { _ = try await queued[3].value(cancelling: .waitOnly) },
                ]
                for wait in waits {
                    await Task.yield()
                    wait.cancel()
                    await trial.expectCancellation(of: wait)
                }
                trial.expect("which were cancelled", queued.map(\.isCancelled), is: [true, true, true, false])
                for result in try await mapped.results() {
                    guard case .failure(let error as MultitaskingError) = result, error.code == .cancelled else {
                        trial.expect(false, "expected that the element is cancelled; it ended with \(result)")
                        continue
                    }
                }
                gate.set()
                _ = try await busy.value()
                let value = try await queued[3].value()
                trial.expect("the result of the other", value, is: 6)
            }
        }
    },
    ConformanceCase(
        "wait.aCancelledAwaitEndsWhatRuns", duty: "FutureSource.cancel(force:)",
        "A Swift task that awaits a running task with .withTask is cancelled: the task is ended, by force at last.",
        requires: [.asyncTwins, .forcedCancel]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let started = try pool.makeChannel()
            let ticket = trial.ticket(started)
            try trial.awaiting {
                let options = TaskOptions(gracePeriod: .milliseconds(20))
                let future = try pool.start(hang, options: options, ticket)
                _ = try await started.receive(as: Int.self, wait: .forever)
                let waiter = Task { try await future.value(cancelling: .withTask) }
                await Task.yield()
                waiter.cancel()
                let end = await waiter.result
                if case .success = end { trial.expect(false, "expected CancellationError; a value came") }
                _ = try await future.waitUntilDone(trial.limit)
                trial.expect("its state", future.state, is: .cancelled)
            }
        }
    },
]
