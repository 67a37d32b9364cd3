import MultitaskingCore

/// What a pool says of itself.
let statisticsCases: [ConformanceCase] = [
    ConformanceCase(
        "statistics.balanceWhileTasksRun", duty: "MonitoredExecutor.statistics",
        "While two tasks run and others wait behind them, each task is in one count, and the workers say they run.",
        requires: [.statistics]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let monitored = try trial.monitored(pool)
            for _ in 0..<3 { _ = try trial.value(of: pool.submit(double, 1)) }
            let started = try pool.makeChannel()
            let gate = try pool.makeCancelSignal()
            let running = try (0..<2).map { _ in
                try pool.start(waitForSignal, trial.ticket(started), trial.ticket(gate))
            }
            for _ in 0..<2 { _ = try trial.next(Int.self, from: started, "a task on each worker") }
            let waiting = try (0..<5).map { try pool.submit(double, $0) }
            let tasks = monitored.statistics.tasks
            trial.expect(tasks.isBalanced, "expected that the counts balance; they are \(tasks)")
            trial.expect("how many run", tasks.running, is: 2)
            trial.expect("how many wait", tasks.queued, is: 5)
            trial.expect("how many have succeeded", tasks.succeeded, is: 3)
            let states = monitored.statistics.workers.map(\.state)
            trial.expect("what the workers do", states, is: [.running, .running])
            gate.set()
            for future in running { _ = try trial.value(of: future) }
            for future in waiting { _ = try trial.value(of: future) }
        }
    },
    ConformanceCase(
        "statistics.balanceAfterEachOutcome", duty: "MonitoredExecutor.statistics",
        "Tasks that return, throw, are cancelled, and are dropped by their caller are counted, also after the end.",
        requires: [.statistics]
    ) { trial in
        try trial.withExecutor { pool in
            let monitored = try trial.monitored(pool)
            let started = try pool.makeChannel()
            let gate = try pool.makeCancelSignal()
            let running = try (0..<2).map { _ in
                try pool.start(waitForSignal, trial.ticket(started), trial.ticket(gate))
            }
            for _ in 0..<2 { _ = try trial.next(Int.self, from: started, "a task on each worker") }
            let values = try (0..<7).map { try pool.submit(double, $0) }
            let failures = try (0..<4).map { try pool.submit(throwPortable, $0) }
            let cancelled = try (0..<3).map { try pool.submit(double, $0) }
            for future in cancelled { trial.expect("whether it was cancelled", future.cancel(), is: true) }
            for number in 0..<6 { _ = try pool.submit(double, number) }
            gate.set()
            for future in running { _ = try trial.value(of: future) }
            for future in values { _ = try trial.value(of: future) }
            for future in failures { trial.expect("whether it has ended", future.waitUntilDone(trial.limit), is: true) }
            pool.shutdown(.drain)
            let tasks = monitored.statistics.tasks
            trial.expect("submitted", tasks.submitted, is: 2 + 7 + 4 + 3 + 6)
            trial.expect("succeeded", tasks.succeeded, is: 2 + 7 + 6)
            trial.expect("failed", tasks.failed, is: 4)
            trial.expect("cancelled", tasks.cancelled, is: 3)
            trial.expect(tasks.isBalanced, "expected that the counts balance; they are \(tasks)")
        }
    },
    ConformanceCase(
        "statistics.balanceUnderCrashes", duty: "MonitoredExecutor.statistics",
        "Tasks that end their worker count as failed, once each, and their crashes are counted by cause.",
        requires: [.statistics, .crashIsolation]
    ) { trial in
        try trial.withExecutor(workers: 3) { pool in
            let monitored = try trial.monitored(pool)
            let futures = try (0..<40).map { number in
                number % 4 == 1
                    ? try pool.submit(catchGrenade, Grenade(Blow.allCases[number % Blow.allCases.count], .running))
                    : try pool.submit(double, number)
            }
            for future in futures { trial.expect("whether it has ended", future.waitUntilDone(trial.limit), is: true) }
            var statistics = monitored.statistics
            trial.expect("failed", statistics.tasks.failed, is: 10)
            trial.expect("succeeded", statistics.tasks.succeeded, is: 30)
            trial.expect(statistics.tasks.isBalanced, "expected that the counts balance; they are \(statistics.tasks)")
            pool.shutdown(.drain)
            statistics = monitored.statistics
            let crashes = statistics.crashes?.reduce(0) { $0 + $1.count }
            trial.expect("how many crashes were counted", crashes, is: 10)
            trial.expect("submitted", statistics.tasks.submitted, is: 40)
        }
    },
    ConformanceCase(
        "statistics.tellTheSlowest", duty: "PoolStatistics.slowestTasks",
        "Of tasks that sleep, the one that slept longest is the first of the slowest, under its name; times are near.",
        requires: [.statistics]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let monitored = try trial.monitored(pool)
            let start = trial.clock.now
            let futures = try (0..<7).map { number in
                try pool.start(
                    sleepBriefly, options: TaskOptions(name: "sleep \(number)"), .milliseconds(number == 4 ? 40 : 5))
            }
            let submitting = trial.clock.now - start
            let slept = try futures.map { try trial.value(of: $0) }
            // On a busy machine any of them may be the slowest.
            let slowest = slept.indices.max { slept[$0] < slept[$1] }
            try trial.eventually("all seven are timed") { (monitored.statistics.runTime?.count ?? 7) >= 7 }
            let statistics = monitored.statistics
            trial.expect("the slowest task", statistics.slowestTasks.first?.name, is: slowest.map { "sleep \($0)" })
            trial.expect("how many are kept", statistics.slowestTasks.count, is: 5)
            if let times = statistics.runTime {
                trial.expect(
                    times.longest >= .milliseconds(40) && times.p50 >= .milliseconds(4) && times.p50 <= times.longest,
                    "expected run times from 5 to 40 ms; they are \(times)")
            }
            if let times = statistics.queueTime {
                trial.expect(
                    times.longest >= .milliseconds(60) - submitting,
                    "expected that the last one waited for 65 ms, less \(submitting); it is \(times)")
            }
            let busy = statistics.workers.compactMap(\.times).reduce(Duration.zero) { $0 + $1.busy }
            trial.expect(busy >= .milliseconds(60), "expected that the worker was busy for 70 ms; it is \(busy)")
        }
    },
]

extension Trial {
    /// The executor as one that is asked for its statistics.
    fileprivate func monitored(_ pool: any Executor) throws -> any MonitoredExecutor {
        if let pool = pool as? any MonitoredExecutor { return pool }
        record("expected a MonitoredExecutor; it is \(type(of: pool))", at: conformanceCase.name)
        throw CaseAborted()
    }
}
