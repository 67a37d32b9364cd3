import MultitaskingCore

/// What a cancel signal does.
let signalCases: [ConformanceCase] = [
    ConformanceCase(
        "signal.isSeenByAllAndWakesAll", duty: "CancelSignal.set()",
        "Setting a signal wakes tasks that wait for it, and is seen by the parent and by later tasks."
    ) { trial in
        try trial.withPool(workers: 3) { pool in
            for round in 0..<10 {
                let started = try pool.makeChannel()
                let signal = try pool.makeCancelSignal()
                trial.expect("a new signal", signal.isSet, is: false)
                let waiting = try (0..<3).map { _ in
                    try pool.start(waitForSignal, trial.ticket(started), trial.ticket(signal))
                }
                for _ in 0..<(round % 4) { _ = try trial.next(Int.self, from: started) }
                signal.set()
                for future in waiting { trial.expect("the wait", try trial.value(of: future), is: true) }
                trial.expect("isSet", signal.isSet, is: true)
                trial.expect("a wait for a set signal", signal.waitUntilSet(.never), is: true)
            }
        }
    },
    ConformanceCase(
        "signal.isSetByATask", duty: "CancelSignal.set()",
        "A task sets a signal that its parent and another task wait for."
    ) { trial in
        try trial.withPool { pool in
            let signal = try pool.makeCancelSignal()
            let started = try pool.makeChannel()
            let waiting = try pool.start(waitForSignal, trial.ticket(started), trial.ticket(signal))
            _ = try trial.next(Int.self, from: started)
            _ = try trial.value(of: pool.start(setSignal, trial.ticket(signal)))
            trial.expect("the parent's wait", signal.waitUntilSet(trial.limit), is: true)
            trial.expect("the task's wait", try trial.value(of: waiting), is: true)
        }
    },
    ConformanceCase(
        "signal.canBeClearedAndSetAgain", duty: "CancelSignal.clear()",
        "Setting twice is the same as once, clearing undoes it, and it can be set again."
    ) { trial in
        try trial.withPool { pool in
            let signal = try pool.makeCancelSignal()
            let ticket = trial.ticket(signal)
            for _ in 0..<5 {
                signal.set()
                signal.set()
                trial.expect("isSet", signal.isSet, is: true)
                trial.expect("isSet in a task", try trial.value(of: pool.start(isSignalSet, ticket)), is: true)
                signal.clear()
                signal.clear()
                trial.expect("isSet after clear()", signal.isSet, is: false)
                trial.expect("isSet in a task", try trial.value(of: pool.start(isSignalSet, ticket)), is: false)
                trial.expect("a wait for a cleared signal", signal.waitUntilSet(.never), is: false)
            }
        }
    },
    ConformanceCase(
        "signal.waitsKeepTheirLimits", duty: "CancelSignal.waitUntilSet(_:)",
        "A wait for a signal that is not set ends with false, not before its limit."
    ) { trial in
        try trial.withPool { pool in
            let signal = try pool.makeCancelSignal()
            for wait in [WaitLimit.never, .upTo(.zero), .upTo(.seconds(-3))] {
                trial.expect("a wait of \(wait)", signal.waitUntilSet(wait), is: false)
            }
            let start = trial.clock.now
            trial.expect("a wait of 30 ms", signal.waitUntilSet(.upTo(.milliseconds(30))), is: false)
            let passed = trial.clock.now - start
            trial.expect(passed >= .milliseconds(29), "expected a wait of 30 ms; it took \(passed)")
        }
    },
    ConformanceCase(
        "signal.ofOneTaskIsNotSeenInAnother", duty: "CancelSignal",
        "Of many signals, the one that is set is set, and no other."
    ) { trial in
        try trial.withPool { pool in
            let signals = try (0..<40).map { _ in try pool.makeCancelSignal() }
            for number in stride(from: 0, to: 40, by: 3) { signals[number].set() }
            trial.expect(
                "the signals that are set", signals.indices.filter { signals[$0].isSet },
                is: Array(stride(from: 0, to: 40, by: 3)))
            // A signal exists only as long as its parent holds it.
            try withExtendedLifetime(signals) {
                let seen = try signals.map { try pool.start(isSignalSet, trial.ticket($0)) }
                trial.expect(
                    "the signals that tasks see set", try seen.indices.filter { try trial.value(of: seen[$0]) },
                    is: Array(stride(from: 0, to: 40, by: 3)))
            }
        }
    },
    ConformanceCase(
        "signal.thatIsSetBeforeASendIsSeenFirst", duty: "CancelSignal.set()",
        "The parent sets a signal, then sends: a task that has received sees the signal, in each of 30 rounds."
    ) { trial in
        try trial.withPool { pool in
            let numbers = try pool.makeChannel()
            for round in 0..<30 {
                let signal = try pool.makeCancelSignal()
                let future = try pool.start(isSetAfterReceiving, trial.ticket(numbers), trial.ticket(signal))
                signal.set()
                try trial.put(round, into: numbers)
                trial.expect("isSet after receiving", try trial.value(of: future), is: true)
            }
        }
    },
    ConformanceCase(
        "signal.canBeAwaited", duty: "CancelSignal.waitUntilSet(_:) async",
        "The asynchronous wait ends when the signal is set, at its limit, or when its Swift task is cancelled.",
        requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            let signal = try pool.makeCancelSignal()
            try trial.awaiting {
                let none = try await signal.waitUntilSet(.upTo(.milliseconds(5)))
                trial.expect("a wait of 5 ms", none, is: false)
                for _ in 0..<10 {
                    let waiter = Task { try await signal.waitUntilSet(.forever) }
                    await Task.yield()
                    waiter.cancel()
                    do {
                        let found = try await waiter.value
                        trial.expect(false, "expected CancellationError; \(found) came")
                    } catch { trial.expect(error is CancellationError, "expected CancellationError; \(error) came") }
                }
                let waiter = Task { try await signal.waitUntilSet(.forever) }
                await Task.yield()
                signal.set()
                let found = try await waiter.value
                trial.expect("the wait", found, is: true)
                let again = try await signal.waitUntilSet(.never)
                trial.expect("a wait for a set signal", again, is: true)
            }
        }
    },
]
