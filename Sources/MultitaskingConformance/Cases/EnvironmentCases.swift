import MultitaskingCore

/// What a task is given.
let environmentCases: [ConformanceCase] = [
    ConformanceCase(
        "environment.asyncFunctionsRun", duty: "TaskEnvironment.wait(for:)",
        "A task runs async functions, which return and throw as they are."
    ) { trial in
        try trial.withPool { pool in
            for number in 0..<10 {
                trial.expect("the result", try trial.value(of: pool.start(runAsync, number)), is: number * 3)
            }
        }
    },
    ConformanceCase(
        "environment.clockPassesAndNeverGoesBack", duty: "TaskClock",
        "A task's clock does not run backwards, and its sleep takes the time it is told to."
    ) { trial in
        try trial.withPool { pool in
            trial.expect("a steady clock", try trial.value(of: pool.start(isClockSteady)), is: true)
            for duration in [Duration.zero, .milliseconds(1), .milliseconds(30), .seconds(-1)] {
                let passed = try trial.value(of: pool.start(sleepBriefly, duration))
                trial.expect(
                    passed >= duration && passed >= .zero, "expected a sleep of \(duration); \(passed) passed")
            }
        }
    },
    ConformanceCase(
        "environment.whatIsMadeBeforeASubmitIsFound", duty: "TaskEnvironment.channel(_:)",
        "Makes a channel and a signal and submits a task that uses them at once, 30 times; it finds them."
    ) { trial in
        try trial.withPool { pool in
            _ = try trial.value(of: pool.submit(double, 1))
            for round in 0..<30 {
                let numbers = try pool.makeChannel()
                let signal = try pool.makeCancelSignal()
                let first = try pool.start(sendOne, trial.ticket(numbers), round)
                let second = try pool.start(isSignalSet, trial.ticket(signal))
                trial.expect("the task's send", try trial.value(of: first), is: true)
                trial.expect("what it sent", try trial.next(Int.self, from: numbers), is: round)
                trial.expect("the signal", try trial.value(of: second), is: false)
            }
        }
    },
    ConformanceCase(
        "environment.firstAttemptIsNotAskedToEnd", duty: "TaskEnvironment.attempt",
        "A task that nobody ends is at attempt 1 and is not asked to end."
    ) { trial in
        try trial.withPool { pool in
            trial.expect("attempt and request", try trial.value(of: pool.start(describeTask)), is: [1, 0])
        }
    },
    ConformanceCase(
        "environment.unknownReferenceIsNotFound", duty: "TaskEnvironment.channel(_:)",
        "References that the pool never gave out are noSuchObject; the task goes on."
    ) { trial in
        try trial.withPool { pool in
            for rawValue: UInt64 in [.max, .max / 3, 1 << 40 | 3] {
                let reference = SharedObjectID(rawValue: rawValue)
                trial.expect(
                    "what opening reference \(rawValue) throws",
                    try trial.value(of: pool.start(openUnknown, reference)), is: ["noSuchObject", "noSuchObject"])
            }
        }
    },
    ConformanceCase(
        "environment.anotherPoolFindsNothing", duty: "TaskEnvironment.channel(_:)",
        "References of one pool's channels and signals are noSuchObject in another, which has as many of its own.",
        requires: [.severalPools]
    ) { trial in
        try trial.withPool { pool in
            try trial.withExecutor { other in
                var own: [any AnyObject] = []
                for round in 0..<4 {
                    let (channel, signal) = (try pool.makeChannel(), try pool.makeCancelSignal())
                    own += [try other.makeChannel(), try other.makeCancelSignal(), channel, signal]
                    for reference in [channel.reference, signal.reference] {
                        trial.expect(
                            "what opening a foreign reference throws, in round \(round)",
                            try trial.value(of: other.start(openUnknown, reference)),
                            is: ["noSuchObject", "noSuchObject"])
                    }
                }
                withExtendedLifetime(own) {}
                other.shutdown(.drain)
            }
        }
    },
    ConformanceCase(
        "environment.objectsMadeLaterAreFound", duty: "TaskEnvironment (references made after the worker started)",
        "Channels and signals made while workers run, and between tasks, work in all of them."
    ) { trial in
        try trial.withPool { pool in
            _ = try trial.value(of: pool.submit(double, 1))
            let references = try pool.makeChannel()
            let task = try pool.start(answerInEach, trial.ticket(references))
            // Made after the task began: it cannot have been told of them before.
            let later = try (0..<20).map { _ in try pool.makeChannel() }
            for (number, channel) in later.enumerated() {
                try trial.put(channel.reference, into: references)
                trial.expect("the answer in channel \(number)", try trial.next(Int.self, from: channel), is: number)
            }
            references.close(discarding: false)
            trial.expect("how many were answered", try trial.value(of: task), is: 20)
            let signal = try pool.makeCancelSignal()
            trial.expect("a new signal", try trial.value(of: pool.start(isSignalSet, trial.ticket(signal))), is: false)
            signal.set()
            trial.expect("a set signal", try trial.value(of: pool.start(isSignalSet, trial.ticket(signal))), is: true)
        }
    },
]
