import MultitaskingCore

/// What becomes of tasks whose machine is lost, for backends that have machines to lose.
let lossCases: [ConformanceCase] = [
    ConformanceCase(
        "loss.whatMayHaveRunIsWorkerLost", duty: "MultitaskingError.Code.workerLost",
        "The workers are lost while a task runs: it fails with workerLost, once, and the pool goes on.",
        requires: [.nodes]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let started = try pool.makeChannel()
            let gate = try pool.makeCancelSignal()
            let future = try pool.start(waitForSignal, trial.ticket(started), trial.ticket(gate))
            _ = try trial.next(Int.self, from: started)
            try trial.backend.loseWorkers(of: pool)
            trial.failure(of: future, is: .workerLost)
            trial.expect("the next result", try trial.value(of: pool.submit(double, 4)), is: 8)
            trial.expect("how often it has begun", try trial.drain(Int.self, started).count + 1, is: 1)
            gate.set()
        }
    },
    ConformanceCase(
        "loss.onLossRunsTheTaskAgain", duty: "RetryPolicy.onLoss(_:orCrash:backoff:)",
        "With .onLoss, a task whose worker was lost begins once more, and its result counts.", requires: [.nodes]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let started = try pool.makeChannel()
            let gate = try pool.makeCancelSignal()
            let options = TaskOptions(retries: .onLoss(3))
            let future = try pool.start(waitForSignal, options: options, trial.ticket(started), trial.ticket(gate))
            for _ in 0..<2 {
                _ = try trial.next(Int.self, from: started, "the beginning of an attempt")
                try trial.backend.loseWorkers(of: pool)
            }
            _ = try trial.next(Int.self, from: started, "the beginning of the third attempt")
            gate.set()
            trial.expect("the result", try trial.value(of: future), is: true)
        }
    },
]
