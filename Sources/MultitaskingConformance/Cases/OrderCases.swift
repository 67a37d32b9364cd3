import MultitaskingCore

/// In which order calls start, and how many run at once.
let orderCases: [ConformanceCase] = [
    ConformanceCase(
        "order.tasksStartInOrderOfSubmission", duty: "Executor.submit(_:options:)",
        "With one worker, 200 tasks run in the order in which they were submitted."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let ran = try pool.makeChannel()
            let futures = try (0..<200).map { try pool.start(sendOne, trial.ticket(ran), $0) }
            for future in futures { _ = try trial.value(of: future) }
            trial.expect("the order", try trial.drain(Int.self, ran), is: Array(0..<200))
        }
    },
    ConformanceCase(
        "order.allWorkersRunAtOnceAndNoMore", duty: "Executor.maxWorkers",
        "Of twice as many waiting tasks as workers, exactly as many run; the others start when those have ended."
    ) { trial in
        let workers = 3
        try trial.withPool(workers: workers) { pool in
            trial.expect("maxWorkers", pool.maxWorkers, is: workers)
            let arrivals = try pool.makeChannel()
            let gate = try pool.makeCancelSignal()
            let futures = try (0..<2 * workers).map {
                try pool.start(meet, trial.ticket(arrivals), trial.ticket(gate), $0)
            }
            var arrived: [Int] = []
            for _ in 0..<workers { arrived.append(try trial.next(from: arrivals, "a task of the first \(workers)")) }
            trial.expect("those that run first", arrived.sorted(), is: Array(0..<workers))
            let extra = try arrivals.receive(as: Int.self, wait: .upTo(.milliseconds(20)))
            trial.expect("a task more than there are workers", extra, is: nil)
            trial.expect(
                futures.dropFirst(workers).allSatisfy { $0.state == .queued },
                "expected that the others are queued; they are \(futures.map(\.state))")
            gate.set()
            for future in futures { trial.expect("the result", try trial.value(of: future), is: true) }
        }
    },
    ConformanceCase(
        "order.aLongTaskDoesNotHoldUpOthers", duty: "Executor.submit(_:options:)",
        "While one of two workers is busy, 100 tasks go through the other, in their order."
    ) { trial in
        try trial.withPool { pool in
            let ran = try pool.makeChannel()
            let (long, gate) = try trial.busyTask(in: pool)
            let futures = try (0..<100).map { try pool.start(sendOne, trial.ticket(ran), $0) }
            for future in futures { _ = try trial.value(of: future, "a short task beside a long one") }
            trial.expect("the order of the short ones", try trial.drain(Int.self, ran), is: Array(0..<100))
            trial.expect("the long one's state", long.state, is: .running)
            gate.set()
            trial.expect("the long one's result", try trial.value(of: long), is: true)
        }
    },
    ConformanceCase(
        "order.aFullQueueWaitsOrRefuses", duty: "TaskOptions.waitForRoom",
        "At the limit, submit refuses with timedOut, at once or after its limit, and goes on when there is room.",
        requires: [.limitedQueue]
    ) { trial in
        try trial.withPool(workers: 1, queueLimit: 2) { pool in
            let (long, gate) = try trial.busyTask(in: pool)
            let queued = try (0..<2).map { try pool.submit(double, options: TaskOptions(waitForRoom: .never), $0) }
            for wait in [WaitLimit.never, .upTo(.milliseconds(5))] {
                trial.expectThrows(.timedOut, from: "submit to a full pool, waiting \(wait)") {
                    try pool.submit(double, options: TaskOptions(waitForRoom: wait), 1)
                }
            }
            trial.expect("cancel of a queued task", queued[1].cancel(), is: true)
            let another = try pool.submit(double, options: TaskOptions(waitForRoom: trial.limit), 9)
            gate.set()
            _ = try trial.value(of: long)
            trial.expect("the first in the queue", try trial.value(of: queued[0]), is: 0)
            trial.expect("the one that got the room", try trial.value(of: another), is: 18)
        }
    },
    ConformanceCase(
        "order.whatHasWaitedTooLongTakesNoRoom", duty: "TaskOptions.queueTimeout",
        "A queued task whose queueTimeout has passed makes room for another one.",
        requires: [.limitedQueue, .queueTimeout]
    ) { trial in
        try trial.withPool(workers: 1, queueLimit: 1) { pool in
            let (long, gate) = try trial.busyTask(in: pool)
            let late = try pool.submit(double, options: TaskOptions(queueTimeout: .milliseconds(20)), 1)
            trial.failure(of: late, is: .queueTimedOut)
            let another = try pool.submit(double, options: TaskOptions(waitForRoom: .never), 9)
            gate.set()
            _ = try trial.value(of: long)
            trial.expect("the one that got the room", try trial.value(of: another), is: 18)
        }
    },
    ConformanceCase(
        "order.poolsComeAndGo", duty: "Executor.shutdown(_:)",
        "Ten pools after each other, each with a little work, leave nothing."
    ) { trial in
        for round in 0..<10 {
            try trial.withPool(workers: 1 + round % 3, shutdown: [.drain, .cancelQueued, .kill][round % 3]) { pool in
                let channel = try pool.makeChannel(capacity: 1)
                let signal = try pool.makeCancelSignal()
                trial.expect("a result", try trial.value(of: pool.submit(double, round)), is: round * 2)
                _ = try trial.value(of: pool.start(sendOne, trial.ticket(channel), 1))
                signal.set()
            }
        }
    },
]
