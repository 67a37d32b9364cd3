import MultitaskingCore

/// Workers: what they know of themselves, what they run before and after their tasks, and how many there are.
let workerCases: [ConformanceCase] = [
    ConformanceCase(
        "worker.isKnownToItsTasks", duty: "TaskEnvironment.worker",
        "A task knows its worker's number, its process, and how many tasks it has run.", requires: [.workerInfo]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            for number in 0..<5 {
                let info = try trial.value(of: pool.start(worker, number))
                trial.expect("the worker's number", info.index, is: 0)
                trial.expect("how many tasks it has run", info.tasksRun, is: number)
                trial.expect(info.pid > 0, "expected a process id; it is \(info.pid)")
            }
        }
        try trial.withPool(workers: 3) { pool in
            let infos = try (0..<60).map { try pool.start(worker, $0) }.map { try trial.value(of: $0) }
            trial.expect(
                infos.allSatisfy { (0..<3).contains($0.index) },
                "expected numbers from 0 to 2; they are \(Set(infos.map(\.index)).sorted())")
            for index in 0..<3 {
                let counts = infos.filter { $0.index == index }.map(\.tasksRun).sorted()
                trial.expect("the counts of worker \(index)", counts, is: Array(0..<counts.count))
            }
        }
    },
    ConformanceCase(
        "worker.initializerGetsItsArguments", duty: "ExecutorSettings.initializerArgument",
        "The initializer runs once in each worker before its first task, with its argument.",
        requires: [.workerSetup]
    ) { trial in
        let mark = Int(truncatingIfNeeded: trial.seed) ^ 0x5eed
        try trial.withSetUpPool(workers: 2, mark) { pool in
            let before = WorkerMarks.count(mark)
            let counts = try (0..<20).map { try pool.submit(markCount, mark + $0 * 0) }.map { try trial.value(of: $0) }
            trial.expect(
                counts.allSatisfy { (1...2 + before).contains($0) },
                "expected that each worker is initialized once with the argument; the counts are \(counts)")
        }
    },
    ConformanceCase(
        "worker.finalizerResultsAreCollected", duty: "WorkerExecutor.finalizerResults(as:)",
        "Each worker that leaves runs the finalizer, whose results are there after the shutdown.",
        requires: [.workerSetup, .workers]
    ) { trial in
        for mode in [ShutdownMode.drain, .cancelQueued] {
            try trial.withSetUpPool(workers: 3, 7) { pool in
                let workers = try trial.workerExecutor(pool)
                // A cluster starts no more workers than run at once.
                let busy = try (0..<3).map { _ in try trial.busyTask(in: pool) }
                for (task, gate) in busy {
                    gate.set()
                    _ = try trial.value(of: task)
                }
                pool.shutdown(mode)
                let results = try workers.finalizerResults(as: String.self).map { try $0.get() }
                trial.expect("the finalizers' results", results, is: ["finalized", "finalized", "finalized"])
                trial.expectThrows(.wrongType, from: "results of another type") {
                    try workers.finalizerResults(as: Int.self)
                }
            }
        }
    },
    ConformanceCase(
        "worker.everywhereRunsOnceInEach", duty: "WorkerExecutor.everywhere(_:)",
        "A call runs once in every worker, also in one that is busy, before its next task.",
        requires: [.workers, .workerInfo]
    ) { trial in
        try trial.withExecutor(workers: 3) { pool in
            let workers = try trial.workerExecutor(pool)
            let ran = try pool.makeChannel()
            let (busy, gate) = try trial.busyTask(in: pool)
            let calls = try workers.startEverywhere(sendWorker, trial.ticket(ran))
            trial.expect("the number of futures", calls.count, is: 3)
            for _ in 0..<2 { _ = try trial.next(Int.self, from: ran, "the call of an idle worker") }
            trial.expect("a busy worker's task", busy.isDone, is: false)
            gate.set()
            let numbers = try calls.map { try trial.value(of: $0, "the call of a worker") }
            trial.expect("the workers that made the call", numbers, is: [0, 1, 2])
            trial.expect("the busy worker's task", try trial.value(of: busy), is: true)
            trial.expect("further calls", try trial.drain(Int.self, ran).count, is: 1)
        }
    },
    ConformanceCase(
        "worker.everywhereKeepsItsSendersForAll", duty: "WorkerExecutor.everywhere(_:)",
        "The senders among the arguments count at least until the call has ended in every worker.",
        requires: [.workers, .closingWithSenders]
    ) { trial in
        try trial.withExecutor(workers: 2) { pool in
            let workers = try trial.workerExecutor(pool)
            let channel = try pool.makeChannel(closesWithSenders: true)
            let (busy, gate) = try trial.busyTask(in: pool)
            let calls = try workers.everywhere(sendThrough, channel.makeSender(), 0..<5, trial.patience)
            try trial.eventually("the call of the idle worker ends") { calls.contains { $0.isDone } }
            gate.set()
            for call in calls { trial.expect("how many were sent", try trial.value(of: call), is: 5) }
            trial.expect("what came", try (0..<10).map { _ in try trial.next(Int.self, from: channel) }.count, is: 10)
            _ = try trial.value(of: busy)
        }
    },
    ConformanceCase(
        "worker.aCancelledCallIsNotMade", duty: "WorkerExecutor.everywhere(_:)",
        "The call of a busy worker is cancelled: that worker never makes it, and goes on with its next task.",
        requires: [.workers, .workerInfo]
    ) { trial in
        try trial.withExecutor(workers: 1) { pool in
            let workers = try trial.workerExecutor(pool)
            let ran = try pool.makeChannel()
            let (busy, gate) = try trial.busyTask(in: pool)
            let calls = try (0..<3).map { _ in try workers.startEverywhere(sendWorker, trial.ticket(ran)) }
            for call in calls[0] + calls[2] {
                trial.expect("cancel of a call", call.cancel(), is: true)
                trial.expect("its state", call.state, is: .cancelled)
            }
            gate.set()
            for call in calls[1] { trial.expect("the worker", try trial.value(of: call), is: 0) }
            trial.expect("a later task's result", try trial.value(of: pool.submit(double, 4)), is: 8)
            trial.expect("how many calls were made", try trial.drain(Int.self, ran).count, is: 1)
            _ = try trial.value(of: busy)
        }
    },
    ConformanceCase(
        "worker.everywhereRunsInThoseThatComeLater", duty: "WorkerExecutor.everywhere(_:)",
        "A worker that comes later makes the calls before its first task, in order, but for those that threw.",
        requires: [.workers, .workerInfo]
    ) { trial in
        try trial.withExecutor(workers: 1) { pool in
            let workers = try trial.workerExecutor(pool)
            let (first, second, third) = (try pool.makeChannel(), try pool.makeChannel(), try pool.makeChannel())
            let calls = try [first, third].map {
                try workers.startEverywhere(sendWorker, trial.ticket($0))
            }
            let thrown = try workers.startEverywhere(sendWorkerAndThrow, trial.ticket(second))
            for call in calls.joined() { trial.expect("the worker", try trial.value(of: call), is: 0) }
            for call in thrown {
                _ = call.waitUntilDone(trial.limit)
                guard case .failure(is PortableFailure)? = call.outcome() else {
                    return trial.expect(false, "expected PortableFailure; it is \(String(describing: call.outcome()))")
                }
            }
            try workers.resize(to: 3)
            for channel in [first, third] {
                var numbers: [Int] = []
                for _ in 0..<3 { numbers.append(try trial.next(from: channel, "the call of a later worker")) }
                trial.expect("the workers that made the call", numbers.sorted(), is: [0, 1, 2])
            }
            trial.expect("what threw", try trial.drain(Int.self, second), is: [0])
        }
    },
    ConformanceCase(
        "worker.everywhereRunsInThoseThatAreToLeave", duty: "WorkerExecutor.everywhere(_:)",
        "Workers that are too many make the calls that they still have to make, and have no futures of later ones.",
        requires: [.workers, .workerInfo]
    ) { trial in
        try trial.withExecutor(workers: 3) { pool in
            let workers = try trial.workerExecutor(pool)
            let ran = try pool.makeChannel()
            // Idle workers, and busy ones, which learn of all that at once.
            for isBusy in [false, true, false] {
                let busy = try (0..<(isBusy ? 3 : 0)).map { _ in try trial.busyTask(in: pool) }
                let calls = try (0..<2).map { _ in try workers.startEverywhere(sendWorker, trial.ticket(ran)) }
                try workers.resize(to: 1)
                let later = try workers.startEverywhere(sendWorker, trial.ticket(ran))
                trial.expect("the numbers of futures", calls.map(\.count) + [later.count], is: [3, 3, 1])
                for (_, gate) in busy { gate.set() }
                for (task, _) in busy { trial.expect("a busy worker's task", try trial.value(of: task), is: true) }
                for call in calls.joined() { _ = try trial.value(of: call, "a call of a worker that may leave") }
                for call in later { _ = try trial.value(of: call, "the call of the worker that stays") }
                trial.expect("a later task's result", try trial.value(of: pool.submit(double, 4)), is: 8)
                try workers.resize(to: 3)
            }
        }
    },
    ConformanceCase(
        "worker.resizeGrowsAtOnce", duty: "WorkerExecutor.resize(to:)",
        "Tasks that wait for a worker start when there are more.", requires: [.workers]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let workers = try trial.workerExecutor(pool)
            let (arrivals, gate) = (try pool.makeChannel(), try pool.makeCancelSignal())
            let tasks = try (0..<4).map { try pool.start(meet, trial.ticket(arrivals), trial.ticket(gate), $0) }
            _ = try trial.next(Int.self, from: arrivals, "the first task")
            trial.expect("a second task beside it", try arrivals.receive(as: Int.self, wait: .never), is: nil)
            try workers.resize(to: 4)
            trial.expect("maxWorkers", pool.maxWorkers, is: 4)
            for _ in 0..<3 { _ = try trial.next(Int.self, from: arrivals, "a task for a new worker") }
            gate.set()
            for task in tasks { trial.expect("the result", try trial.value(of: task), is: true) }
        }
    },
    ConformanceCase(
        "worker.resizeShrinksAfterTheCurrentTask", duty: "WorkerExecutor.resize(to:)",
        "Workers that are too many finish their tasks; afterwards no more tasks run at once than there are workers.",
        requires: [.workers]
    ) { trial in
        try trial.withPool(workers: 3) { pool in
            let workers = try trial.workerExecutor(pool)
            let (arrivals, gate) = (try pool.makeChannel(), try pool.makeCancelSignal())
            let first = try (0..<3).map { try pool.start(meet, trial.ticket(arrivals), trial.ticket(gate), $0) }
            for _ in 0..<3 { _ = try trial.next(Int.self, from: arrivals) }
            try workers.resize(to: 1)
            trial.expect("maxWorkers", pool.maxWorkers, is: 1)
            trial.expect("a task of a worker that is too many", first.allSatisfy { !$0.isDone }, is: true)
            let second = try pool.makeCancelSignal()
            let later = try (0..<3).map { try pool.start(meet, trial.ticket(arrivals), trial.ticket(second), $0) }
            gate.set()
            for task in first { trial.expect("the result", try trial.value(of: task), is: true) }
            _ = try trial.next(Int.self, from: arrivals, "a task for the worker that is left")
            let extra = try arrivals.receive(as: Int.self, wait: .upTo(.milliseconds(20)))
            trial.expect("a task more than there are workers", extra, is: nil)
            second.set()
            for task in later { trial.expect("the result", try trial.value(of: task), is: true) }
        }
    },
    ConformanceCase(
        "worker.resizeLosesNothing", duty: "WorkerExecutor.resize(to:)",
        "While the number of workers changes again and again, every task runs once.", requires: [.workers]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let workers = try trial.workerExecutor(pool)
            let ran = try pool.makeChannel()
            var futures: [Future<Bool>] = []
            for round in 0..<12 {
                try workers.resize(to: [4, 1, 3, 2][round % 4])
                for number in 0..<10 { futures.append(try pool.start(sendOne, trial.ticket(ran), round * 10 + number)) }
            }
            for future in futures { trial.expect("the result", try trial.value(of: future), is: true) }
            trial.expect("the tasks that ran", try trial.drain(Int.self, ran).sorted(), is: Array(0..<120))
        }
    },
    ConformanceCase(
        "worker.misuseIsRefused", duty: "WorkerExecutor",
        "A number of workers below 1 is an invalid argument; after shutdown, nothing is taken.", requires: [.workers]
    ) { trial in
        try trial.withExecutor { pool in
            let workers = try trial.workerExecutor(pool)
            for count in [0, -1, .min] {
                trial.expectThrows(.invalidArgument, from: "resize(to: \(count))") { try workers.resize(to: count) }
            }
            trial.expect("maxWorkers", pool.maxWorkers, is: 2)
            pool.shutdown(.drain)
            trial.expectThrows(.shutDown, from: "resize after shutdown") { try workers.resize(to: 3) }
            trial.expectThrows(.shutDown, from: "everywhere after shutdown") {
                try workers.everywhere(markCount, 1).count
            }
        }
    },
]

extension Trial {
    /// The executor, of a backend that says that its executors are such.
    func workerExecutor(_ pool: any Executor) throws -> any WorkerExecutor {
        if let workers = pool as? any WorkerExecutor { return workers }
        record("expected a WorkerExecutor; it is \(type(of: pool))", at: conformanceCase.name)
        throw CaseAborted()
    }

    /// Runs `body` with an executor whose workers have an initializer and a finalizer.
    func withSetUpPool(workers: Int, _ argument: Int, _ body: (any Executor) throws -> Void) throws {
        try checkNotAbandoned()
        let pool = try backend.makeExecutor(
            ExecutorSettings(maxWorkers: workers, initializerArgument: argument))
        noteProcesses()
        defer { pool.shutdown(.kill) }
        try releasingHandles { try body(pool) }
    }
}
