import MultitaskingCore

/// Which tasks start first, what random numbers they have, and what they print.
let taskOptionCases: [ConformanceCase] = [
    ConformanceCase(
        "priority.higherOnesStartFirst", duty: "TaskOptions.priority",
        "Of tasks that wait, those of higher priority start first; those of one priority in their order.",
        requires: [.priorities]
    ) { trial in
        let order = try trial.order(of: (0..<24).map { $0 % 2 == 0 ? .low : .high })
        let high = order.filter { $0 % 2 == 1 }
        trial.expect("the order of the high ones", high, is: Array(stride(from: 1, to: 24, by: 2)))
        trial.expect(
            "the order of the low ones", order.filter { $0 % 2 == 0 }, is: Array(stride(from: 0, to: 24, by: 2)))
        let early = order.prefix(12).count { $0 % 2 == 1 }
        trial.expect(early >= 9, "expected that most of the first 12 are of high priority; \(early) are, in \(order)")
    },
    ConformanceCase(
        "priority.aFloodDoesNotStarveOthers", duty: "TaskOptions.priority",
        "Low and normal tasks go on while more and more high ones come.", requires: [.priorities]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let (first, gate) = try trial.busyTask(in: pool)
            var flood: [Future<Int>] = []
            func pour() throws {
                for _ in 0..<64 {
                    flood.append(try pool.submit(double, options: TaskOptions(priority: .high), flood.count))
                }
            }
            try pour()
            let others = try [TaskOptions.Priority.low, .normal].flatMap { priority in
                try (0..<4).map { try pool.submit(double, options: TaskOptions(priority: priority), $0) }
            }
            gate.set()
            _ = try trial.value(of: first)
            // More come than are taken, until the others have had their turns.
            while !others.allSatisfy(\.isDone), flood.count < 4000 {
                if flood.suffix(32).contains(where: \.isDone) { try pour() }
                _ = flood[flood.count / 2].waitUntilDone(.upTo(.milliseconds(1)))
            }
            for (number, other) in others.enumerated() {
                trial.expect("the result of a task in a flood", try trial.value(of: other), is: number % 4 * 2)
            }
            for task in flood { _ = try trial.value(of: task) }
        }
        let order = try trial.order(of: (0..<200).map { _ in .high } + (0..<4).map { _ in .low })
        let last = order.lastIndex { $0 >= 200 } ?? order.count
        trial.expect(last < 150, "expected that 4 low tasks run among the first 150 of 204; the last is number \(last)")
    },
    ConformanceCase(
        "priority.cancelledOnesNeverStart", duty: "TaskOptions.priority",
        "A task of any priority that is cancelled before it starts never runs.", requires: [.priorities]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let ran = try pool.makeChannel()
            let (first, gate) = try trial.busyTask(in: pool)
            let tasks = try TaskOptions.Priority.allCases.flatMap { priority in
                try (0..<4).map {
                    try pool.start(sendOne, options: TaskOptions(priority: priority), trial.ticket(ran), $0)
                }
            }
            for (number, task) in tasks.enumerated() where number % 2 == 0 {
                trial.expect("cancel of task \(number)", task.cancel(), is: true)
            }
            gate.set()
            _ = try trial.value(of: first)
            for (number, task) in tasks.enumerated() where number % 2 == 1 {
                trial.expect("the result", try trial.value(of: task), is: true)
            }
            trial.expect("the tasks that ran", try trial.drain(Int.self, ran).sorted(), is: [1, 1, 1, 3, 3, 3])
        }
    },
    ConformanceCase(
        "seed.givesTheSameNumbers", duty: "TaskOptions.seed",
        "A task's random numbers depend on its seed alone, whichever worker runs it, at each attempt.",
        requires: [.seeds]
    ) { trial in
        // What xoshiro256++ gives, on whatever backend.
        let known: [UInt64] = [
            15_021_278_609_987_233_951, 5_881_210_131_331_364_753, 18_149_643_915_985_481_100,
            12_933_668_939_759_105_464,
        ]
        for workers in [1, 3] {
            try trial.withPool(workers: workers) { pool in
                let seeds: [UInt64] = [42, 0, 1, .max]
                let tasks = try (0..<20).map {
                    try pool.start(randomNumbers, options: TaskOptions(seed: seeds[$0 % 4]), 4)
                }
                for (number, task) in tasks.enumerated() {
                    var random = TaskRandom(seed: seeds[number % 4])
                    let expected = (0..<4).map { _ in random.next() }
                    trial.expect("the numbers of seed \(seeds[number % 4])", try trial.value(of: task), is: expected)
                }
                trial.expect("the numbers of seed 42", try trial.value(of: tasks[0]), is: known)
                trial.expect("those without a seed", try trial.value(of: pool.start(randomNumbers, 4)), is: [])
            }
        }
    },
    ConformanceCase(
        "seed.isKeptWhenATaskIsRetried", duty: "TaskOptions.seed",
        "Each attempt at a task has the same random numbers.", requires: [.seeds, .retries]
    ) { trial in
        try trial.withPool { pool in
            let options = TaskOptions(retries: .onErrors(PortableFailure.self, limit: 3), seed: 7)
            var random = TaskRandom(seed: 7)
            let expected = (0..<4).map { _ in random.next() }
            trial.expect(
                "the numbers", try trial.value(of: pool.start(randomNumbersAtLast, options: options, 3)), is: expected)
        }
    },
    ConformanceCase(
        "seed.elementsHaveTheirOwn", duty: "TaskOptions.seed",
        "Each element of a map and of a stream has random numbers that depend on the seed and its place alone, however "
            + "many form a task.",
        requires: [.seeds]
    ) { trial in
        let expected = numbersOfElements(40)
        for workers in [1, 3] {
            try trial.withPool(workers: workers) { pool in
                for chunkSize in [1, 7, nil] {
                    let results = try pool.mapNumbers(chunkSize: chunkSize, options: TaskOptions(seed: 42), 0..<40)
                    trial.expect(
                        "the end of all elements", results.waitUntilDone(trial.limit), is: true)
                    trial.expect(
                        "the numbers of the elements in chunks of \(chunkSize ?? 0)", try results.values(), is: expected
                    )
                }
                for order in [StreamOrder.input, .completion] {
                    for ahead in [nil, 5] {
                        var found = [UInt64](repeating: 0, count: 40)
                        let options = TaskOptions(seed: 42)
                        for (offset, result) in try pool.streamNumbers(
                            0..<40, ahead: ahead, order: order, options: options)
                        {
                            found[offset] = try result.get()
                        }
                        trial.expect("the numbers of the elements of a stream", found, is: expected)
                    }
                }
            }
        }
    },
    ConformanceCase(
        "seed.elementsKeepTheirsWhenOthersCrash", duty: "TaskOptions.seed",
        "The rest of a chunk whose worker died, and elements that are tried again, have the numbers of their places.",
        requires: [.seeds, .crashIsolation, .retries]
    ) { trial in
        let expected = numbersOfElements(40)
        try trial.withPool { pool in
            // Element 21 ends its worker each time.
            let elements = (0..<40).map { $0 == 21 ? -1 : $0 }
            let results = try pool.mapNumbers(chunkSize: 10, options: TaskOptions(seed: 42), elements)
            trial.expect("the end of all elements", results.waitUntilDone(trial.limit), is: true)
            let found = try results.results().map { try? $0.get() }
            trial.expect("the numbers of the elements", found, is: expected.enumerated().map { $0 == 21 ? nil : $1 })
            // At its first attempt only.
            let options = TaskOptions(retries: .onCrash(1), seed: 42)
            let inputs = (0..<40).map { $0 == 5 ? -2 : $0 }
            for (offset, result) in try pool.streamNumbers(inputs, ahead: nil, order: .input, options: options) {
                trial.expect("the number of element \(offset)", try result.get(), is: expected[offset])
            }
        }
    },
    ConformanceCase(
        "output.isKeptOnRequest", duty: "TaskOptions.output",
        "What a task prints is kept with its result or its error, up to the limit, if it is asked for.",
        requires: [.output]
    ) { trial in
        try trial.withPool { pool in
            let options = TaskOptions(output: .capture(limit: 64 << 10))
            let task = try pool.submit(printLines, options: options, 3, "line")
            trial.expect("the result", try trial.value(of: task), is: 3)
            trial.expect("the output", task.output, is: "line 0\nline 1\nline 2\n")
            let silent = try pool.submit(double, options: options, 1)
            trial.expect(
                "the output of a silent task", try [trial.value(of: silent)].map { _ in silent.output }, is: [""])
            let plain = try pool.submit(printLines, 1, "not kept")
            trial.expect("the result", try trial.value(of: plain), is: 1)
            trial.expect("output that was not asked for", plain.output, is: nil)
            let failed = try pool.submit(printAndThrow, options: options, "before")
            _ = failed.waitUntilDone(trial.limit)
            guard case .failure(is PortableFailure)? = failed.outcome() else {
                return trial.expect(false, "expected PortableFailure; it is \(String(describing: failed.outcome()))")
            }
            trial.expect("the output before an error", failed.output, is: "before\n")
            let long = try pool.submit(
                printLines, options: TaskOptions(output: .capture(limit: 10_000)), 5_000, "a long line")
            trial.expect("the result", try trial.value(of: long), is: 5_000)
            let all = (0..<5_000).map { "a long line \($0)\n" }.joined()
            trial.expect("the last of much output", long.output == String(all.suffix(10_000)), is: true)
            let dependent = try pool.submit(
                printLines, options: options, resultsOf: Future.completed(1), Future.completed("dependent"))
            trial.expect("the result", try trial.value(of: dependent), is: 1)
            trial.expect("the output of a task with results of others", dependent.output, is: "dependent 0\n")
            let next = plain.then { try pool.submit(printLines, options: options, $0, "next") }
            trial.expect("the result", try trial.value(of: next), is: 1)
            trial.expect("the output of what follows a task", next.output, is: "next 0\n")
        }
    },
    ConformanceCase(
        "output.thatIsPrefixedIsNotKept", duty: "TaskOptions.output",
        "Tasks whose lines begin with their names return and throw as others, and keep nothing of what they print.",
        requires: [.prefixedOutput]
    ) { trial in
        try trial.withPool { pool in
            for name in [nil, "page 7", "two\nlines", String(repeating: "é", count: 1_000)] {
                let options = TaskOptions(output: .prefixed, name: name)
                let task = try pool.submit(printLines, options: options, 2, "line")
                trial.expect("the result", try trial.value(of: task), is: 2)
                trial.expect("the output", task.output, is: nil)
                let failed = try pool.submit(printAndThrow, options: options, "before")
                _ = failed.waitUntilDone(trial.limit)
                guard case .failure(is PortableFailure)? = failed.outcome() else {
                    trial.expect(false, "expected PortableFailure; it is \(String(describing: failed.outcome()))")
                    continue
                }
            }
        }
    },
    ConformanceCase(
        "output.isThereAfterACrash", duty: "TaskOptions.output",
        "What a task printed before it ended its worker is kept.", requires: [.output, .crashIsolation]
    ) { trial in
        try trial.withPool { pool in
            for blow in [Blow.exit0, .kill] {
                let task = try pool.submit(
                    printAndStrike, options: TaskOptions(output: .capture(limit: 1 << 10)), "last words", blow)
                trial.failure(of: task, is: .workerCrashed, .workerExited)
                trial.expect("the output", task.output, is: "last words\n")
            }
        }
    },
]

extension Trial {
    /// The order in which one worker runs tasks of these priorities, by their places, that were all waiting.
    fileprivate func order(of priorities: [TaskOptions.Priority]) throws -> [Int] {
        var order: [Int] = []
        try withPool(workers: 1) { pool in
            let ran = try pool.makeChannel()
            let (first, gate) = try busyTask(in: pool)
            let tasks = try priorities.enumerated().map { number, priority in
                try pool.start(sendOne, options: TaskOptions(priority: priority), ticket(ran), number)
            }
            gate.set()
            _ = try value(of: first)
            for task in tasks { _ = try value(of: task) }
            order = try drain(Int.self, ran)
        }
        return order
    }
}
