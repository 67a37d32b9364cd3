import MultitaskingCore

/// What becomes of others when a task ends its worker.
let crashCases: [ConformanceCase] =
    [WorkerFailure.Phase.decoding, .running, .encoding].flatMap { phase in
        Blow.allCases.map { crashCase($0, phase) }
    } + [
        ConformanceCase(
            "crash.othersGoOn", duty: "Executor (one call's failure is not noticed by any other)",
            "Among 60 tasks, every sixth ends its worker, each by another means; all others have their results.",
            requires: [.crashIsolation]
        ) { trial in
            try trial.withPool(workers: 3) { pool in
                let futures = try (0..<60).map { number in
                    let blow = Blow.allCases[number / 6 % Blow.allCases.count]
                    return number % 6 == 2
                        ? try pool.submit(catchGrenade, Grenade(blow, .running)) : try pool.submit(double, number)
                }
                for (number, future) in futures.enumerated() {
                    if number % 6 == 2 {
                        trial.failure(of: future, is: .workerCrashed, .workerExited, what: "task \(number)")
                    } else {
                        trial.expect("result \(number)", try trial.value(of: future), is: number * 2)
                    }
                }
            }
        },
        ConformanceCase(
            "crash.everyWorkerIsReplaced", duty: "Executor.maxWorkers",
            "After each of three workers was killed twice, three tasks run at once again.", requires: [.crashIsolation]
        ) { trial in
            try trial.withPool(workers: 3) { pool in
                for _ in 0..<2 {
                    let struck = try (0..<6).map { _ in try pool.submit(catchGrenade, Grenade(.kill, .running)) }
                    for future in struck { trial.failure(of: future, is: .workerCrashed) }
                    let arrivals = try pool.makeChannel()
                    let gate = try pool.makeCancelSignal()
                    let futures = try (0..<3).map {
                        try pool.start(meet, trial.ticket(arrivals), trial.ticket(gate), $0)
                    }
                    for _ in 0..<3 { _ = try trial.next(Int.self, from: arrivals, "a task on each worker") }
                    gate.set()
                    for future in futures { trial.expect("the result", try trial.value(of: future), is: true) }
                }
            }
        },
        ConformanceCase(
            "crash.againAndAgain", duty: "Executor (every call ends in exactly one outcome)",
            "80 tasks that kill their worker, one after the other: each is reported, and none sticks.",
            requires: [.crashIsolation]
        ) { trial in
            try trial.withPool { pool in
                for round in 0..<80 {
                    trial.failure(of: try pool.submit(catchGrenade, Grenade(.kill, .running)), is: .workerCrashed)
                    if round % 10 == 0 {
                        trial.expect("a result between", try trial.value(of: pool.submit(double, round)), is: round * 2)
                    }
                }
            }
        },
        ConformanceCase(
            "crash.byEndingTheThread", duty: "Executor (every call ends in exactly one outcome)",
            "A task ends the thread that runs it, and not its process: it alone fails, as if it had called `exit`.",
            requires: [.crashIsolation]
        ) { trial in
            try trial.withPool { pool in
                let others = try (0..<3).map { try pool.submit(double, $0) }
                trial.failure(of: try pool.submit(endThread), is: .workerExited)
                for (number, other) in others.enumerated() {
                    trial.expect("another result", try trial.value(of: other), is: number * 2)
                }
                trial.expect("the next result", try trial.value(of: pool.submit(double, 7)), is: 14)
            }
        },
        ConformanceCase(
            "crash.withLargeArguments", duty: "Executor (every call ends in exactly one outcome)",
            "10 tasks with 300 kB of arguments crash while decoding and running: 10 failures, and nothing is kept.",
            requires: [.crashIsolation]
        ) { trial in
            try trial.withPool { pool in
                let futures = try (0..<10).map { number in
                    var grenade = Grenade(.kill, number % 2 == 0 ? .decoding : .running)
                    grenade.padding = [UInt8](repeating: 1, count: 300_000)
                    return try pool.submit(catchGrenade, grenade)
                }
                for future in futures { trial.failure(of: future, is: .workerCrashed) }
                trial.expect("the next result", try trial.value(of: pool.submit(double, 1)), is: 2)
            }
        },
        ConformanceCase(
            "crash.submittedFromACallback", duty: "FutureSource.whenDone(_:)",
            "Callbacks of crashed tasks submit the next one that crashes, through all blows.",
            requires: [.crashIsolation]
        ) { trial in
            try trial.withPool { pool in
                let chain = CrashChain(pool: pool)
                chain.next(0)
                try trial.eventually("the chain ends") { chain.isOver }
                trial.expect("the failures of the chain", chain.failures, is: Blow.allCases.count)
                trial.expect("the next result", try trial.value(of: pool.submit(double, 1)), is: 2)
            }
        },
        ConformanceCase(
            "crash.anAcceptedElementOutlivesItsSender", duty: "Channel.send(_:wait:)",
            "What a task sent before it died arrives, once and in order, and the channel works on.",
            requires: [.crashIsolation]
        ) { trial in
            try trial.withPool { pool in
                for blow in Blow.allCases {
                    let channel = try pool.makeChannel()
                    let sender = try pool.start(sendAndDie, trial.ticket(channel), 20, blow)
                    trial.failure(of: sender, is: .workerCrashed, .workerExited)
                    trial.expect("what it had sent", try trial.drain(Int.self, channel), is: Array(0..<20))
                    try trial.put(5, into: channel)
                    trial.expect("an element after that", try trial.next(Int.self, from: channel), is: 5)
                }
            }
        },
        ConformanceCase(
            "crash.aDeadReceiverBlocksNobody", duty: "Channel.receive(as:wait:)",
            "After a receiver died, others receive what it had not taken, and a blocked sender goes on.",
            requires: [.crashIsolation]
        ) { trial in
            try trial.withPool { pool in
                for blow in [Blow.kill, .exit0, .trap] {
                    let channel = try pool.makeChannel(capacity: 4)
                    let sender = try pool.start(produceNumbers, trial.ticket(channel), 30)
                    let receiver = try pool.start(receiveAndDie, trial.ticket(channel), 3, 3, blow)
                    trial.failure(of: receiver, is: .workerCrashed, .workerExited)
                    var numbers: [Int] = []
                    for _ in 0..<27 { numbers.append(try trial.next(from: channel)) }
                    trial.expect("what it had not taken", numbers, is: Array(3..<30))
                    trial.expect("how many were sent", try trial.value(of: sender), is: 30)
                }
            }
        },
        ConformanceCase(
            "crash.duringADrain", duty: "Executor.shutdown(_:)",
            "Tasks that crash while the executor drains are reported, the others run, and it ends.",
            requires: [.crashIsolation]
        ) { trial in
            try trial.withExecutor { pool in
                let futures = try (0..<30).map { number in
                    number % 5 == 0
                        ? try pool.submit(catchGrenade, Grenade(.kill, .running)) : try pool.submit(double, number)
                }
                pool.shutdown(.drain)
                for (number, future) in futures.enumerated() {
                    if number % 5 == 0 {
                        trial.failure(of: future, is: .workerCrashed)
                    } else {
                        trial.expect("a result", try trial.value(of: future), is: number * 2)
                    }
                }
            }
        },
        ConformanceCase(
            "crash.isRetriedByPolicy", duty: "TaskOptions.retries",
            "A task whose worker dies runs again as often as its policy says, and then fails with the last attempt.",
            requires: [.crashIsolation, .retries]
        ) { trial in
            try trial.withPool { pool in
                let options = TaskOptions(retries: .onCrash(3))
                trial.expect(
                    "the attempt that succeeded", try trial.value(of: pool.start(dieBefore, options: options, 3)), is: 3
                )
                let error = trial.failure(of: try pool.start(dieBefore, options: options, 50), is: .workerCrashed)
                trial.expect("the last attempt", (error?.cause as? WorkerFailure)?.attempt, is: 4)
                let plain = trial.failure(of: try pool.start(dieBefore, 2), is: .workerCrashed)
                trial.expect("the attempt without a policy", (plain?.cause as? WorkerFailure)?.attempt, is: 1)
            }
        },
        ConformanceCase(
            "crash.whatWasNotReportedIsRedelivered", duty: "ChannelOptions.redelivers",
            "What a dead task had received and not reported is received again, before the rest; what it reported is "
                + "not.",
            requires: [.crashIsolation, .redelivery]
        ) { trial in
            try trial.withPool { pool in
                for blow in [Blow.kill, .exit0, .trap] {
                    let channel = try pool.makeChannel(redelivers: true)
                    for number in 0..<6 { try trial.put(number, into: channel) }
                    let receiver = try pool.start(receiveAndDie, trial.ticket(channel), 3, 1, blow)
                    trial.failure(of: receiver, is: .workerCrashed, .workerExited)
                    var numbers: [Int] = []
                    for _ in 0..<5 {
                        numbers.append(try trial.next(from: channel))
                        try channel.taskDone()
                    }
                    trial.expect("what is received again, and the rest", numbers, is: [1, 2, 3, 4, 5])
                    trial.expect("join", channel.join(wait: trial.limit), is: true)
                }
            }
        },
        ConformanceCase(
            "crash.aTaskThatReturnedHasNotDied", duty: "ChannelOptions.redelivers",
            "What a task received and did not report before it returned is not received again.",
            requires: [.redelivery]
        ) { trial in
            try trial.withPool(workers: 1) { pool in
                let channel = try pool.makeChannel(redelivers: true)
                for number in 0..<3 { try trial.put(number, into: channel) }
                let receiver = try pool.start(receiveUnreported, trial.ticket(channel), 2)
                trial.expect("what it received", try trial.value(of: receiver), is: [0, 1])
                _ = try trial.value(of: pool.submit(double, 1))
                trial.expect("the rest", try trial.drain(Int.self, channel), is: [2])
                trial.expect("join", channel.join(wait: .never), is: false)
                for _ in 0..<3 { try channel.taskDone() }
                trial.expect("join after three reports", channel.join(wait: .never), is: true)
            }
        },
    ]

private func crashCase(_ blow: Blow, _ phase: WorkerFailure.Phase) -> ConformanceCase {
    let name = ["decoding", "running", "encoding"][Int(phase.rawValue - WorkerFailure.Phase.decoding.rawValue)]
    func capitalized(_ word: String) -> String { word.prefix(1).uppercased() + word.dropFirst() }
    return ConformanceCase(
        "crash.by\(capitalized(blow.rawValue))While\(capitalized(name))",
        duty: "Executor (every call ends in exactly one outcome, whatever dies)",
        "A task ends its worker by \(blow) while \(phase): it alone fails, and its error says how and when.",
        requires: [.crashIsolation]
    ) { trial in
        try trial.withPool { pool in
            let others = try (0..<3).map { try pool.submit(double, $0) }
            let code: MultitaskingError.Code = blow.signals.isEmpty ? .workerExited : .workerCrashed
            let error =
                phase == .encoding
                ? trial.failure(of: try pool.submit(throwGrenadeBack, blow, System.processID), is: code)
                : trial.failure(of: try pool.submit(catchGrenade, Grenade(blow, phase)), is: code)
            if let failure = error?.cause as? WorkerFailure {
                trial.expect("the phase", failure.phase, is: phase)
                trial.expect("the exit code", failure.exitCode, is: blow.exitCode)
                trial.expect(
                    failure.signal.map(blow.signals.contains) ?? blow.signals.isEmpty,
                    "expected one of the signals \(blow.signals); it is \(failure)")
                trial.expect(failure.pid > 0 && (0..<2).contains(failure.worker), "expected a worker; it is \(failure)")
                trial.expect("the attempt", failure.attempt, is: 1)
            } else if let error {
                trial.expect(false, "expected a WorkerFailure as the cause; the error is \(error)")
            }
            for (number, other) in others.enumerated() {
                trial.expect("another result", try trial.value(of: other), is: number * 2)
            }
            trial.expect("the next result", try trial.value(of: pool.submit(double, 7)), is: 14)
        }
    }
}
