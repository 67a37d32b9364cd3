import MultitaskingCore

/// What becomes of a call that was accepted.
let outcomeCases: [ConformanceCase] = [
    ConformanceCase(
        "outcome.everyShapeOfFunctionReturnsItsValue", duty: "Executor.submit(_:options:)",
        "Submits functions by name and as closures, with and without results, blocking and async."
    ) { trial in
        try trial.withPool { pool in
            trial.expect("double(21)", try trial.value(of: pool.submit(double, 21)), is: 42)
            trial.expect("constant()", try trial.value(of: pool.submit(constant)), is: "constant")
            trial.expect(
                "joined(…)", try trial.value(of: pool.submit(joined, "a", 2, [0.5])), is: "a|2|[0.5]")
            trial.expect("doubleLater(4)", try trial.value(of: pool.submit(doubleLater, 4)), is: 8)
            try trial.value(of: pool.submit(nothing))
            try trial.value(of: pool.submit(nothingLater, 1))
            trial.expect("{ $0 + 1 }", try trial.value(of: pool.submit(1) { (number: Int) in number + 1 }), is: 2)
            trial.expect(
                "an async closure",
                try trial.value(
                    of: pool.submit(5) { (number: Int) async throws -> Int in try await doubleLater(number) }),
                is: 10)
            try trial.value(of: pool.submit(1) { (number: Int) in _ = number })
        }
    },
    ConformanceCase(
        "outcome.argumentsAndResultsArriveUnchanged", duty: "Executor.submit(_:options:)",
        "Sends values of many shapes, empty and large, to a task and back."
    ) { trial in
        try trial.withPool { pool in
            for seed in [0, 1, 2, 47] {
                let parcel = Parcel.example(seed)
                trial.expect("the echo", try trial.value(of: pool.submit(echo, parcel)), is: parcel)
            }
            for count in [0, 1, 55, 56, 57, 4096, 65_536, 1_000_003] {
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let back = try trial.value(of: pool.submit(echoBytes, bytes))
                trial.expect(back == bytes, "expected \(count) bytes back as they were; \(back.count) came, or others")
            }
        }
    },
    ConformanceCase(
        "outcome.whatATaskThrewIsTheTasks", duty: "TaskOutcome.thrown(_:)",
        "A task throws a MultitaskingError of its own, as if the pool had made it: the error says that it has not."
    ) { trial in
        try trial.withPool { pool in
            for code in ["timedOut", "cancelled", "taskTimedOut", "queueTimedOut", "workerCrashed"] {
                for future in [try pool.submit(throwAsThePool, code), try pool.submit(throwAsThePoolLater, code)] {
                    _ = future.waitUntilDone(trial.limit)
                    trial.expect("whether the task was cancelled", future.isCancelled, is: false)
                    guard case .failure(let error as MultitaskingError) = future.outcome() else {
                        trial.expect(false, "expected \(code); the outcome is \(String(describing: future.outcome()))")
                        continue
                    }
                    trial.expect("the error's code", error.code.name, is: code)
                    trial.expect("whose error it is", error.origin, is: .task)
                }
                guard
                    case .failure(let error as MultitaskingError)? = try pool.map(throwAsThePool, [code])
                        .results(timeout: .seconds(60)).first
                else {
                    trial.expect(false, "expected \(code) of a map")
                    continue
                }
                trial.expect("whose error that of an element is", error.origin, is: .task)
            }
        }
    },
    ConformanceCase(
        "outcome.thrownErrorArrivesAsItself", duty: "Executor.submit(_:options:)",
        "A Codable error that a task throws arrives as the value, another one as itself or as a RemoteError."
    ) { trial in
        try trial.withPool { pool in
            for future in [try pool.submit(throwPortable, 7), try pool.submit(throwLater, 7)] {
                _ = future.waitUntilDone(trial.limit)
                guard case .failure(let error as PortableFailure) = future.outcome() else {
                    trial.expect(
                        false, "expected PortableFailure(7); the outcome is \(String(describing: future.outcome()))")
                    continue
                }
                trial.expect("the error's number", error.number, is: 7)
            }
            let plain = try pool.submit(throwPlain, 3)
            _ = plain.waitUntilDone(trial.limit)
            switch plain.outcome() {
            case .failure(let error as PlainFailure): trial.expect("the error's number", error.number, is: 3)
            case .failure(let error as RemoteError):
                trial.expect(
                    error.typeName.contains("PlainFailure") && error.message.contains("3"),
                    "expected a RemoteError that names the type and its content; it is \(error)")
            case let other:
                trial.expect(
                    false, "expected PlainFailure or a RemoteError; the outcome is \(String(describing: other))")
            }
        }
    },
    ConformanceCase(
        "outcome.oneFailureIsNotNoticedByOthers", duty: "Executor (one call's failure is not noticed by any other)",
        "Every third of 90 tasks throws; all others have their own results, and the pool works on."
    ) { trial in
        try trial.withPool { pool in
            let futures = try (0..<90).map { number in
                number % 3 == 1 ? try pool.submit(throwPortable, number) : try pool.submit(double, number)
            }
            for (number, future) in futures.enumerated() {
                if number % 3 == 1 {
                    _ = future.waitUntilDone(trial.limit)
                    guard case .failure(let error as PortableFailure) = future.outcome(), error.number == number else {
                        trial.expect(
                            false, "expected failure \(number); the outcome is \(String(describing: future.outcome()))")
                        continue
                    }
                } else {
                    trial.expect("result \(number)", try trial.value(of: future), is: number * 2)
                }
            }
            trial.expect("a result after failures", try trial.value(of: pool.submit(double, 4)), is: 8)
        }
    },
    ConformanceCase(
        "outcome.eachTaskRunsExactlyOnce", duty: "Executor (every call ends in exactly one outcome)",
        "400 tasks send their number: each number arrives once, and each future is done."
    ) { trial in
        try trial.withPool(workers: 3) { pool in
            let ran = try pool.makeChannel()
            let futures = try (0..<400).map { try pool.start(sendOne, trial.ticket(ran), $0) }
            for (number, future) in futures.enumerated() {
                trial.expect("result \(number)", try trial.value(of: future, "task \(number)"), is: true)
            }
            trial.expect("the numbers that arrived", try trial.drain(Int.self, ran).sorted(), is: Array(0..<400))
        }
    },
    ConformanceCase(
        "outcome.droppedFutureDoesNotCancel", duty: "Future (dropping it does not cancel the task)",
        "Tasks whose futures are dropped at once still run."
    ) { trial in
        try trial.withPool { pool in
            let ran = try pool.makeChannel()
            for number in 0..<20 { _ = try pool.start(sendOne, trial.ticket(ran), number) }
            var numbers: [Int] = []
            for _ in 0..<20 { numbers.append(try trial.next(from: ran)) }
            trial.expect("the tasks that ran", numbers.sorted(), is: Array(0..<20))
        }
    },
    ConformanceCase(
        "outcome.optionsOutOfRangeAreRefused", duty: "Executor.submit(_:options:)",
        "Times that are not positive, and retries that cannot be counted, are invalid arguments."
    ) { trial in
        try trial.withPool { pool in
            for options in [
                TaskOptions(timeout: .zero), TaskOptions(timeout: .seconds(-1)), TaskOptions(queueTimeout: .zero),
                TaskOptions(gracePeriod: .seconds(-1)), TaskOptions(retries: .onCrash(-1)),
                TaskOptions(retries: .onErrors(PortableFailure.self, limit: 1_000_000)),
            ] {
                trial.expectThrows(.invalidArgument, from: "submit with \(options)") {
                    try pool.submit(double, options: options, 1)
                }
            }
        }
    },
    ConformanceCase(
        "outcome.optionsThatCannotBeKeptAreRefused", duty: "Executor.submit(_:options:)",
        "What the backend leaves out of the task's options is an invalid argument, never ignored."
    ) { trial in
        let omitted = trial.backend.omissions.compactMap { omission -> Capability? in
            if case .capability(let capability) = omission.subject { capability } else { nil }
        }
        try trial.withPool { pool in
            for capability in omitted {
                let options: TaskOptions
                switch capability {
                case .taskTimeout: options = TaskOptions(timeout: .seconds(5))
                case .queueTimeout: options = TaskOptions(queueTimeout: .seconds(5))
                case .retries: options = TaskOptions(retries: .onErrors(PortableFailure.self, limit: 2))
                case .priorities: options = TaskOptions(priority: .high)
                case .seeds: options = TaskOptions(seed: 42)
                case .output: options = TaskOptions(output: .capture(limit: 100))
                case .prefixedOutput: options = TaskOptions(output: .prefixed)
                case .resources: options = TaskOptions(resources: ResourceRequest(cpus: 1))
                case .nodes: options = TaskOptions(retries: .onLoss(2))
                case .byteCapacity:
                    trial.expectThrows(.invalidArgument, from: "makeChannel(byteCapacity:)") {
                        try pool.makeChannel(byteCapacity: 100)
                    }
                    continue
                default: continue
                }
                trial.expectThrows(.invalidArgument, from: "submit without \(capability)") {
                    try pool.submit(double, options: options, 1)
                }
            }
            trial.expect("a task with plain options", try trial.value(of: pool.submit(double, 2)), is: 4)
        }
    },
    ConformanceCase(
        "outcome.whatCannotBeEncodedIsThrownBySubmit", duty: "Executor.submit(_:options:)",
        "An argument that cannot be encoded is encodeFailed from submit; nothing is sent.", requires: [.encoding]
    ) { trial in
        try trial.withPool { pool in
            for _ in 0..<10 {
                trial.expectThrows(.encodeFailed, from: "submit of what cannot be encoded") {
                    try pool.submit(echoStubborn, Stubborn(.encodingAtHome))
                }
                trial.expect("the next result", try trial.value(of: pool.submit(double, 3)), is: 6)
            }
        }
    },
    ConformanceCase(
        "outcome.whatCannotBeDecodedFailsAlone", duty: "Executor (one call's failure is not noticed by any other)",
        "Arguments that cannot be decoded, and results that cannot be encoded or decoded, fail their task only.",
        requires: [.encoding]
    ) { trial in
        try trial.withPool { pool in
            for _ in 0..<5 {
                let others = try (0..<5).map { try pool.submit(double, $0) }
                // Whether a worker is another process is not ours to know: at home or away, one of the two throws.
                let arguments = try [Stubborn.Moment.decodingAway, .decodingAtHome].map {
                    try pool.submit(echoStubborn, Stubborn($0))
                }
                _ = arguments.map { $0.waitUntilDone(trial.limit) }
                let codes = arguments.compactMap { future -> MultitaskingError.Code? in
                    if case .failure(let error as MultitaskingError) = future.outcome() { error.code } else { nil }
                }
                trial.expect("the failures of decoding arguments", codes, is: [.decodeFailed])
                let home = System.processID
                let results = try [Stubborn.Moment.encodingAway, .encodingAtHome].map {
                    try pool.submit(makeStubborn, $0, home)
                }
                _ = results.map { $0.waitUntilDone(trial.limit) }
                let resultCodes = results.compactMap { future -> MultitaskingError.Code? in
                    if case .failure(let error as MultitaskingError) = future.outcome() { error.code } else { nil }
                }
                trial.expect("the failures of encoding results", resultCodes, is: [.resultEncodeFailed])
                trial.failure(
                    of: try pool.submit(makeStubborn, .decodingAtHome, home), is: .decodeFailed,
                    what: "a task whose result cannot be decoded")
                for (number, other) in others.enumerated() {
                    trial.expect("another result", try trial.value(of: other), is: number * 2)
                }
            }
        }
    },
    ConformanceCase(
        "outcome.anElementThatCannotBeEncodedFailsAlone", duty: "Executor.map(_:_:)",
        "Of a map's elements that are computed together, only those fail whose results cannot be encoded.",
        requires: [.encoding]
    ) { trial in
        try trial.withPool { pool in
            var failed: Set<[Int]> = []
            // Whether a worker is another process is not ours to know: at home or away, one of the two throws.
            for moment in [Stubborn.Moment.encodingAway, .encodingAtHome] {
                let orders = (0..<20).map { number in
                    StubbornOrder(
                        moment: [0, 7, 8, 19].contains(number) ? moment : .never, home: System.processID,
                        isThrown: number == 5)
                }
                let results = try pool.map(makeOrdered, chunkSize: 20, orders).results(timeout: trial.patience)
                failed.insert(results.indices.filter { if case .failure = results[$0] { true } else { false } })
                for (number, result) in results.enumerated() {
                    switch result {
                    case .success(let value):
                        trial.expect("the value of element \(number)", value.moment, is: orders[number].moment)
                    case .failure(let error as MultitaskingError):
                        trial.expect("the error of element \(number)", error.code, is: .resultEncodeFailed)
                        trial.expect("whose error it is", error.origin, is: .pool)
                    case .failure(let error):
                        trial.expect(number == 5, "expected no \(error) of element \(number)")
                    }
                }
            }
            trial.expect("the elements that failed", failed, is: [[5], [0, 5, 7, 8, 19]])
        }
    },
    ConformanceCase(
        "outcome.anElementThatCannotBeDecodedFailsAlone", duty: "Executor.map(_:_:)",
        "Of a map's elements that are computed together, only those fail that, or whose results, cannot be decoded.",
        requires: [.encoding]
    ) { trial in
        try trial.withPool { pool in
            let guilty = [0, 7, 8, 19]
            func check(_ results: [Result<some Any, any Error>], _ what: String) -> [Int] {
                let failed = results.indices.filter { if case .failure = results[$0] { true } else { false } }
                for number in failed {
                    guard case .failure(let error) = results[number] else { continue }
                    let failure = error as? MultitaskingError
                    trial.expect("the error of element \(number), \(what)", failure?.code, is: .decodeFailed)
                    trial.expect("whose error it is, \(what)", failure?.origin, is: .pool)
                }
                return failed
            }
            var failed: Set<[Int]> = []
            // Whether a worker is another process is not ours to know: at home or away, one of the two throws.
            for moment in [Stubborn.Moment.decodingAway, .decodingAtHome] {
                let elements = (0..<20).map { Stubborn(guilty.contains($0) ? moment : .never) }
                let results = try pool.map(echoStubborn, chunkSize: 20, elements).results(timeout: trial.patience)
                let inMap = check(results, "an argument")
                failed.insert(inMap)
                let streamed = try pool.stream(echoStubborn, elements).map { $0.result }
                trial.expect("the failures in a stream", check(streamed, "a stream's argument"), is: inMap)
            }
            trial.expect("the arguments that failed", failed, is: [[], guilty])
            let home = System.processID
            let orders = (0..<20).map { number in
                StubbornOrder(moment: guilty.contains(number) ? .decodingAtHome : .never, home: home, isThrown: false)
            }
            let results = try pool.map(makeOrdered, chunkSize: 20, orders).results(timeout: trial.patience)
            trial.expect("the results that failed", check(results, "a result"), is: guilty)
        }
    },
]
