import MultitaskingCore

/// What tasks say of how far they are.
let reportCases: [ConformanceCase] = [
    ConformanceCase(
        "report.isSeenWhileTheTaskRunsAndStays", duty: "TaskEnvironment.report(_:)",
        "What a task reports is its future's progress while it runs and after it has returned; others have none.",
        requires: [.reports]
    ) { trial in
        try trial.withPool { pool in
            for round in 0..<3 {
                let (started, gate) = (try pool.makeChannel(), try pool.makeCancelSignal())
                let message = "a quarter of \(round)"
                let task = try pool.start(reportTwice, trial.ticket(started), trial.ticket(gate), message)
                _ = try trial.next(Int.self, from: started)
                trial.expect("what is reported", task.progress, is: TaskReport(0.25, message))
                let other = try pool.submit(double, round)
                _ = try trial.value(of: other)
                trial.expect("what another task reports", other.progress, is: nil)
                gate.set()
                trial.expect("the signal", try trial.value(of: task), is: true)
                trial.expect("what was reported last", task.progress, is: TaskReport(1, ""))
            }
        }
    },
    ConformanceCase(
        "report.ofATaskThatThrowsStays", duty: "TaskEnvironment.report(_:)",
        "The last report of a task that throws stays; a task that has not started has none.", requires: [.reports]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let (first, gate) = try trial.busyTask(in: pool)
            let task = try pool.start(reportAndThrow, 0.5)
            trial.expect("the report of a task that waits", task.progress, is: nil)
            gate.set()
            _ = try trial.value(of: first)
            _ = task.waitUntilDone(trial.limit)
            trial.expect("the report, before the error is read", task.progress, is: TaskReport(0.5, "before the error"))
            _ = task.outcome()
            trial.expect("the report, when it is read", task.progress, is: TaskReport(0.5, "before the error"))
        }
    },
    ConformanceCase(
        "report.isBoundedByItsType", duty: "TaskReport",
        "Fractions that are none, and messages that are too long or of several bytes a character, arrive as a report.",
        requires: [.reports]
    ) { trial in
        try trial.withPool { pool in
            for fraction in [-1, 0, .leastNonzeroMagnitude, 1, 2, .infinity, -.infinity, .nan] as [Double] {
                let task = try pool.start(reportAndThrow, fraction)
                _ = task.waitUntilDone(trial.limit)
                let expected = TaskReport(fraction, "before the error")
                trial.expect("the report of \(fraction)", task.progress, is: expected)
                trial.expect((0...1).contains(expected.fraction), "expected a fraction; it is \(expected.fraction)")
            }
            let long = String(repeating: "é", count: 1_000)
            for message in ["", "\0", "ab\ncd", long, "x" + long, String(repeating: "👩‍👩‍👧", count: 20)] {
                let (started, gate) = (try pool.makeChannel(), try pool.makeCancelSignal())
                let task = try pool.start(reportTwice, trial.ticket(started), trial.ticket(gate), message)
                _ = try trial.next(Int.self, from: started)
                let found = task.progress?.message ?? "nothing"
                trial.expect(
                    message.hasPrefix(found) && found.utf8.count <= TaskReport.messageLimit
                        && (found.utf8.count > TaskReport.messageLimit - 18 || found == message),
                    "expected as much of the message as there is room for; it is \(found.debugDescription)")
                gate.set()
                _ = try trial.value(of: task)
            }
        }
    },
    ConformanceCase(
        "report.isWholeHoweverFastItIs", duty: "TaskEnvironment.report(_:)",
        "While a task reports as fast as it can, each look finds a whole report, and none is older than the last.",
        requires: [.reports]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let (started, gate) = (try pool.makeChannel(), try pool.makeCancelSignal())
            let task = try pool.start(reportUntilSignal, trial.ticket(started), trial.ticket(gate), 1_000_000)
            _ = try trial.next(Int.self, from: started)
            var last = 0.0
            var found = 0
            for _ in 0..<300 {
                guard let report = task.progress else { continue }
                found += 1
                trial.expect(isWhole(report), "expected a whole report; it is \(report)")
                trial.expect(report.fraction >= last, "expected no report older than \(last); it is \(report.fraction)")
                last = report.fraction
            }
            trial.expect(found > 0, "expected reports; there were none")
            gate.set()
            let count = try trial.value(of: task)
            trial.expect("the last report", task.progress, is: numberedReport(count))
        }
    },
    ConformanceCase(
        "report.ofAnAttemptIsItsOwn", duty: "TaskEnvironment.report(_:)",
        "An attempt at a task begins without a report, whatever the attempt before has reported.",
        requires: [.reports, .retries]
    ) { trial in
        try trial.withPool { pool in
            let (started, gate) = (try pool.makeChannel(), try pool.makeCancelSignal())
            let options = TaskOptions(retries: .onErrors(PortableFailure.self, limit: 1))
            let task = try pool.start(reportAtFirst, options: options, trial.ticket(started), trial.ticket(gate))
            trial.expect("the attempt", try trial.next(Int.self, from: started), is: 2)
            trial.expect("the report of the second attempt", task.progress, is: nil)
            gate.set()
            _ = try trial.value(of: task)
        }
    },
    ConformanceCase(
        "report.survivesTheWorker", duty: "TaskEnvironment.report(_:)",
        "The last report of a task that ends its worker is there, whole.", requires: [.reports, .crashIsolation]
    ) { trial in
        try trial.withPool { pool in
            for (number, blow) in [Blow.kill, .exit0, .exit1].enumerated() {
                let task = try pool.start(reportAndStrike, 1_000 + number, blow)
                trial.failure(of: task, is: .workerCrashed, .workerExited)
                trial.expect("the last report", task.progress, is: numberedReport(1_000 + number))
            }
        }
    },
]
