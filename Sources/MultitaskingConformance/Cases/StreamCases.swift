import MultitaskingCore

/// Results as they come, over inputs as they are made.
let streamCases: [ConformanceCase] = [
    ConformanceCase(
        "stream.givesEveryResultInTheOrderOfInput", duty: "Executor.stream(_:_:ahead:order:options:)",
        "Streams 500 numbers; every result comes, in order, with its offset."
    ) { trial in
        try trial.withPool { pool in
            var expected = 0
            for (offset, result) in try pool.stream(double, 0..<500) {
                trial.expect("the offset", offset, is: expected)
                trial.expect("result \(offset)", try result.get(), is: offset * 2)
                expected += 1
            }
            trial.expect("the number of results", expected, is: 500)
            trial.expect("the results of no input", try pool.stream(double, 0..<0).map(\.offset), is: [])
        }
    },
    ConformanceCase(
        "stream.byCompletionGivesEachOnce", duty: "StreamOrder.completion",
        "Streams 300 numbers in the order in which they end; each offset comes once, with its own result."
    ) { trial in
        try trial.withPool { pool in
            var seen = Set<Int>()
            for (offset, result) in try pool.stream(0..<300, ahead: 16, order: .completion, body: { $0 + 1 }) {
                trial.expect("result \(offset)", try result.get(), is: offset + 1)
                trial.expect(seen.insert(offset).inserted, "expected each offset once; \(offset) came again")
            }
            trial.expect("the number of results", seen.count, is: 300)
        }
    },
    ConformanceCase(
        "stream.takesNoMoreInputsThanItsBound", duty: "Executor.stream(_:_:ahead:order:options:)",
        "Counts the inputs that were taken beyond those whose results were read, of an endless sequence."
    ) { trial in
        for order in [StreamOrder.input, .completion] {
            for ahead in [1, 3, 64] {
                try trial.withPool { pool in
                    let taken = Tally()
                    let inputs = endlessNumbers(countedIn: taken)
                    var read = 0
                    for (_, result) in try pool.stream(double, inputs, ahead: ahead, order: order) {
                        read += 1
                        _ = try result.get()
                        trial.expect(
                            taken.count <= read + ahead,
                            "expected at most \(ahead) inputs ahead of \(read) that were read; \(taken.count) were "
                                + "taken"
                        )
                        if read == 200 { break }
                    }
                    trial.expect("the number of results", read, is: 200)
                }
            }
        }
    },
    ConformanceCase(
        "stream.errorsAreTheirElements", duty: "Executor.stream(_:_:ahead:order:options:)",
        "Every seventh of 200 elements throws; all others have their values."
    ) { trial in
        try trial.withPool { pool in
            for (offset, result) in try pool.stream(throwAtSevenths, 0..<200) {
                switch result {
                case .success(let value):
                    trial.expect(value == offset && offset % 7 != 0, "element \(offset) has the value \(value)")
                case .failure(let error as PortableFailure): trial.expect("the failure", error.number, is: offset)
                case .failure(let error): trial.expect(false, "element \(offset) failed with \(error)")
                }
            }
        }
    },
    ConformanceCase(
        "stream.aBoundOutOfRangeIsRefused", duty: "Executor.stream(_:_:ahead:order:options:)",
        "Asks for bounds of zero and less."
    ) { trial in
        try trial.withPool { pool in
            for ahead in [0, -1, .min] {
                trial.expectThrows(.invalidArgument, from: "stream(ahead: \(ahead))") {
                    for _ in try pool.stream(double, 0..<3, ahead: ahead) {}
                }
            }
        }
    },
    ConformanceCase(
        "stream.leavingItEarlyLeavesNothing", duty: "Executor.stream(_:_:ahead:order:options:)",
        "Leaves a loop over a stream after one result, again and again; the pool goes on and holds nothing."
    ) { trial in
        try trial.withPool { pool in
            for order in [StreamOrder.input, .completion, .input] {
                for (_, result) in try pool.stream(double, 0..<10_000, ahead: 50, order: order) {
                    _ = try result.get()
                    break
                }
            }
            trial.expect("a task after that", try trial.value(of: pool.submit(double, 4)), is: 8)
        }
    },
    ConformanceCase(
        "stream.aShutDownPoolFailsTheElements", duty: "Executor.stream(_:_:ahead:order:options:)",
        """
        Streams a collection to a pool that was shut down, whose elements all have the error, and an endless sequence, \
        of which what was taken has: both loops end.
        """
    ) { trial in
        try trial.withExecutor { pool in
            pool.shutdown(.drain)
            var offsets: [Int] = []
            for (offset, result) in try pool.stream(double, 0..<5, ahead: 2) {
                offsets.append(offset)
                guard case .failure(let error as MultitaskingError) = result, error.code == .shutDown else {
                    trial.expect(false, "expected shutDown; the result is \(result)")
                    continue
                }
            }
            trial.expect("the elements with a result", offsets, is: [0, 1, 2, 3, 4])
            for order in [StreamOrder.input, .completion] {
                let taken = Tally()
                let inputs = endlessNumbers(countedIn: taken)
                var count = 0
                for (_, result) in try pool.stream(double, inputs, ahead: 50, order: order) {
                    count += 1
                    guard case .failure(let error as MultitaskingError) = result, error.code == .shutDown else {
                        trial.expect(false, "expected shutDown; the result is \(result)")
                        return
                    }
                    trial.expect(count <= 50, "expected that the stream ends; it goes on after \(count) results")
                    if count > 50 { return }
                }
                trial.expect(count > 0, "expected a result with the error; there was none")
                trial.expect("the number of results", count, is: taken.count)
            }
        }
    },
    ConformanceCase(
        "stream.aCrashIsItsElements", duty: "Executor.stream(_:_:ahead:order:options:)",
        "Element 40 of 80 ends its worker each time; all others have their values.", requires: [.crashIsolation]
    ) { trial in
        try trial.withPool { pool in
            var failed: [Int] = []
            for (offset, result) in try pool.stream(exitAtForty, 0..<80) {
                switch result {
                case .success(let value): trial.expect("result \(offset)", value, is: offset)
                case .failure(let error as MultitaskingError) where error.cause is WorkerFailure: failed.append(offset)
                case .failure(let error): trial.expect(false, "element \(offset) failed with \(error)")
                }
            }
            trial.expect("the elements that failed", failed, is: [40])
        }
    },
    ConformanceCase(
        "stream.canBeAwaited", duty: "AsyncResultSequence",
        "Awaits the results of a sequence and of an asynchronous one, in both orders.", requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            try trial.awaiting {
                for order in [StreamOrder.input, .completion] {
                    var sum = 0
                    for try await (offset, result) in pool.stream(double, 0..<300, ahead: 20, order: order) {
                        trial.expect("result \(offset)", try result.get(), is: offset * 2)
                        sum += 1
                    }
                    trial.expect("the number of results", sum, is: 300)
                    let inputs = AsyncStream(Int.self) { continuation in
                        for number in 0..<300 { continuation.yield(number) }
                        continuation.finish()
                    }
                    sum = 0
                    for try await (offset, result) in pool.stream(inputs, order: order, body: { $0 + 1 }) {
                        trial.expect("result \(offset)", try result.get(), is: offset + 1)
                        sum += 1
                    }
                    trial.expect("the number of results of asynchronous inputs", sum, is: 300)
                }
            }
        }
    },
    ConformanceCase(
        "stream.anErrorOfTheInputsComesOut", duty: "AsyncResultSequence",
        "The inputs throw after 20 elements: the results of these come first, then the error.", requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            try trial.awaiting {
                let inputs = AsyncThrowingStream(Int.self) { continuation in
                    for number in 0..<20 { continuation.yield(number) }
                    continuation.finish(throwing: PortableFailure(number: 99))
                }
                var count = 0
                do {
                    for try await (_, result) in pool.stream(double, inputs) {
                        _ = try result.get()
                        count += 1
                    }
                    trial.expect(false, "expected that the stream throws what its inputs throw")
                } catch let error as PortableFailure { trial.expect("the error", error.number, is: 99) }
                trial.expect("the number of results", count, is: 20)
            }
        }
    },
    ConformanceCase(
        "stream.aCancelledReaderEndsIt", duty: "AsyncResultSequence",
        "Cancels the Swift task that reads an endless stream: it ends, and takes no further inputs.",
        requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            try trial.awaiting {
                let (inputs, feed) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .unbounded)
                for number in 0..<1_000 { feed.yield(number) }
                let firstResult = Flag()
                let reader = Task {
                    for try await _ in pool.stream(double, inputs) { firstResult.set() }
                }
                while !firstResult.isSet { await Task.yield() }
                reader.cancel()
                let end = await reader.result
                // Reading may have ended by the cancelled sequence of inputs instead.
                if case .failure(let error) = end, !(error is CancellationError) {
                    trial.expect(false, "expected that a cancelled reader throws CancellationError; it threw \(error)")
                }
            }
        }
    },
]

/// The numbers from 1 on, without end, of which each is counted when it is taken.
private func endlessNumbers(countedIn taken: Tally) -> some Sequence<Int> {
    sequence(state: 0) { (number: inout Int) -> Int? in
        taken.add()
        number += 1
        return number
    }
}
