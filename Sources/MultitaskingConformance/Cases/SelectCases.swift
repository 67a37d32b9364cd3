import MultitaskingCore

/// What select does; after the demands of Crossbeam's tests of `select` and `ready`.
let selectCases: [ConformanceCase] = [
    ConformanceCase(
        "select.findsWhatIsReady", duty: "select(_:wait:)",
        "The index of the one source that is ready, of each kind; nil where none is; a closed channel is ready.",
        requires: [.select]
    ) { trial in
        try trial.withPool { pool in
            let (a, b) = (try pool.makeChannel(), try pool.makeChannel(capacity: 1))
            let signal = try pool.makeCancelSignal()
            let future = try pool.submit(double, 21)
            _ = try trial.value(of: future)
            trial.expect("of nothing that is ready", try select(a, b, signal, wait: .never), is: nil)
            trial.expect("of a task that has ended", try select(a, b, signal, future, wait: trial.limit), is: 3)
            try trial.put(1, into: b)
            trial.expect("of an element", try select(a, b, signal, wait: trial.limit), is: 1)
            trial.expect("again, as nothing was taken", try select(a, b, signal, wait: .never), is: 1)
            trial.expect("what is there", try trial.next(Int.self, from: b), is: 1)
            signal.set()
            trial.expect("of a signal", try select(a, b, signal, wait: .never), is: 2)
            signal.clear()
            trial.expect("of a cleared signal", try select(a, b, signal, wait: .never), is: nil)
            trial.expect("of room", try select(a, b.sending, signal, wait: .never), is: 1)
            try trial.put(2, into: b)
            trial.expect("of no room", try select(a, b.sending, signal, wait: .never), is: nil)
            trial.expect("of one that stands there twice", try select(a, b, b, wait: .never).map { $0 > 0 }, is: true)
            a.close(discarding: false)
            trial.expect("of the end", try select(a, signal, wait: .never), is: 0)
            trial.expect("of an end, for senders", try select(signal, a.sending, wait: .never), is: 1)
            trial.expectThrows(.invalidArgument, from: "select of nothing") { try select([], wait: .never) }
        }
    },
    ConformanceCase(
        "select.keepsItsLimit", duty: "select(_:wait:)",
        "Without anything ready, select ends with nil at its limit, not before.", requires: [.select]
    ) { trial in
        try trial.withPool { pool in
            let (a, signal) = (try pool.makeChannel(), try pool.makeCancelSignal())
            for wait in [WaitLimit.never, .upTo(.zero), .upTo(.seconds(-1)), .upTo(.milliseconds(1))] {
                trial.expect("select, waiting \(wait)", try select(a, signal, wait: wait), is: nil)
            }
            let start = trial.clock.now
            trial.expect("select for 20 ms", try select(a, signal, wait: .upTo(.milliseconds(20))), is: nil)
            trial.expect(trial.clock.now - start >= .milliseconds(19), "expected that select waits for 20 ms")
        }
    },
    ConformanceCase(
        "select.wakesForEachKind", duty: "Selectable.whenReadyForSelect(_:)",
        "A task and the parent that wait in select go on when an element, room, a signal, an end or a result comes; 10 "
            + "times.",
        requires: [.select]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let started = try pool.makeChannel()
            for round in 0..<10 {
                let channels = try (0..<2).map { _ in try pool.makeChannel(capacity: 1) }
                let task = try pool.start(
                    announceAndSelect, trial.ticket(started), trial.ticket(channels[0]), trial.ticket(channels[1]))
                _ = try trial.next(Int.self, from: started)
                if round % 3 == 0 {
                    trial.expect("a select of nothing", task.waitUntilDone(.upTo(.milliseconds(3))), is: false)
                }
                if round % 4 == 3 {
                    channels[round % 2].close(discarding: false)
                } else {
                    try trial.put(1, into: channels[round % 2])
                }
                trial.expect("what the task selects", try trial.value(of: task), is: round % 2)
            }
            let (quiet, busy) = (try pool.makeChannel(), try pool.makeChannel(capacity: 1))
            let signal = try pool.makeCancelSignal()
            for _ in 0..<5 {
                _ = try pool.start(sendOne, trial.ticket(busy), 1)
                trial.expect("an element", try select(quiet, busy, signal, wait: trial.limit), is: 1)
                let taker = try pool.start(announceAndReceive, trial.ticket(started), trial.ticket(busy))
                _ = try trial.next(Int.self, from: started)
                trial.expect("room", try select(quiet, busy.sending, signal, wait: trial.limit), is: 1)
                trial.expect("what was taken", try trial.value(of: taker), is: 1)
                let answer = try pool.submit(double, 4)
                trial.expect("a result", try select(quiet, busy, answer, signal, wait: trial.limit), is: 2)
            }
            _ = try pool.start(setSignal, trial.ticket(signal))
            trial.expect("a signal", try select(quiet, busy, signal, wait: trial.limit), is: 2)
        }
    },
    ConformanceCase(
        "select.wakesForWhatFollowsOthers", duty: "select(_:wait:)",
        "A call on the results of others, and what comes of a result, are ready when they have ended, and not before.",
        requires: [.select]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let (quiet, ready) = (try pool.makeChannel(), try pool.makeChannel())
            try trial.put(1, into: ready)
            for _ in 0..<4 {
                let gate = try pool.makeCancelSignal()
                let ticket = trial.ticket(gate)
                let held = try pool.start(valueAfterSignal, ticket, 1)
                // This one follows a task that does not end; the others wait for it.
                let following = try pool.submit(double, 1).then { try pool.start(valueAfterSignal, ticket, $0) }
                let sources: [any Selectable] = [
                    quiet, following, try pool.submit(sum, resultsOf: held, following), held.then { $0 + 1 },
                ]
                for wait in [WaitLimit.never, .upTo(.milliseconds(2))] {
                    trial.expect("of nothing, waiting \(wait)", try select(sources, wait: wait), is: nil)
                    trial.expect("of an element", try select(sources + [ready], wait: wait), is: 4)
                }
                gate.set()
                for index in 1...3 {
                    let found = try select(quiet, sources[index], wait: trial.limit)
                    trial.expect("of what has followed", found, is: 1)
                }
            }
            _ = try trial.drain(Int.self, ready)
        }
    },
    ConformanceCase(
        "select.isFair", duty: "select(_:wait:)",
        "Of three that are always ready each is picked often; of one that is ready among others, always that.",
        requires: [.select]
    ) { trial in
        try trial.withPool { pool in
            let channels = try (0..<3).map { _ in try pool.makeChannel() }
            for channel in channels { try trial.put(0, into: channel) }
            var counts = [0, 0, 0]
            for turn in 0..<300 {
                // Looked at by the one that is not counted as well, so that the turns have a pattern.
                if turn % 2 == 0 { _ = try select(channels[0], channels[1], wait: .never) }
                guard let index = try select(channels, wait: .never) else { continue }
                counts[index] += 1
            }
            trial.expect("how often any was picked", counts.reduce(0, +), is: 300)
            trial.expect(
                counts.allSatisfy { $0 >= 30 }, "expected each of three that are ready 30 times in 300; came \(counts)")
            let empty = try pool.makeChannel()
            for _ in 0..<20 {
                trial.expect("the only one", try select(empty, channels[0], empty, wait: .never), is: 1)
            }
        }
    },
    ConformanceCase(
        "select.losesAndDoublesNothing", duty: "select(_:wait:)",
        "Two tasks take 300 numbers from two channels by select, until a signal says that all were sent: each comes "
            + "once.",
        requires: [.select]
    ) { trial in
        try trial.withPool(workers: 4) { pool in
            for capacity in [1, 4, nil] as [Int?] {
                let channels = try (0..<2).map { _ in try pool.makeChannel(capacity: capacity) }
                let stop = try pool.makeCancelSignal()
                let takers = try (0..<2).map { _ in
                    try pool.start(
                        selectUntilSet, trial.ticket(channels[0]), trial.ticket(channels[1]), trial.ticket(stop))
                }
                let senders = try channels.map { try pool.start(produceNumbers, trial.ticket($0), 150) }
                for sender in senders { trial.expect("how many were sent", try trial.value(of: sender), is: 150) }
                stop.set()
                let counts = try takers.map { try trial.value(of: $0, "a selecting task") }
                for index in 0..<2 {
                    trial.expect("what came from channel \(index)", counts.map { $0[index] }.reduce(0, +), is: 150)
                }
            }
        }
    },
    ConformanceCase(
        "select.passesWakeUpsOn", duty: "Selectable.whenReadyForSelect(_:)",
        "Who was woken for an element and takes another leaves it to a receiver that waits; 20 times.",
        requires: [.select]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let started = try pool.makeChannel()
            for _ in 0..<20 {
                let channels = try (0..<2).map { _ in try pool.makeChannel() }
                let selecting = try pool.start(
                    announceAndSelect, trial.ticket(started), trial.ticket(channels[0]), trial.ticket(channels[1]))
                let receiver = try pool.start(announceAndReceive, trial.ticket(started), trial.ticket(channels[0]))
                for _ in 0..<2 { _ = try trial.next(Int.self, from: started) }
                try trial.put(7, into: channels[0])
                trial.expect("what the receiver got", try trial.value(of: receiver, "the receiver"), is: 7)
                try trial.put(8, into: channels[1])
                trial.expect((0...1).contains(try trial.value(of: selecting)), "expected that the select ends")
            }
        }
    },
    ConformanceCase(
        "select.canBeAwaited", duty: "select(_:wait:)",
        "The asynchronous version wakes for each kind, keeps its limit, and ends when its task is cancelled.",
        requires: [.select, .asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            let (a, b) = (try pool.makeChannel(), try pool.makeChannel())
            let signal = try pool.makeCancelSignal()
            let future = try pool.submit(double, 1)
            let limit = trial.limit
            try trial.awaiting {
                let nothing = try await select(a, b, signal, wait: .upTo(.milliseconds(5)))
                trial.expect("of nothing", nothing, is: nil)
                let waiter = Task { try await select(a, b, signal, wait: .forever) }
                await Task.yield()
                _ = try await b.send(1, wait: limit)
                let element = try await waiter.value
                trial.expect("an element", element, is: 1)
                let result = try await select(a, signal, future, wait: limit)
                trial.expect("a result", result, is: 2)
                let last = Task { try await select(a, signal, wait: .forever) }
                await Task.yield()
                signal.set()
                let set = try await last.value
                trial.expect("a signal", set, is: 1)
                let cancelled = Task { try await select(a, wait: .forever) }
                await Task.yield()
                cancelled.cancel()
                do {
                    _ = try await cancelled.value
                    trial.expect(false, "expected CancellationError of a cancelled select; it returned")
                } catch { trial.expect(error is CancellationError, "expected CancellationError; \(error) came") }
            }
        }
    },
    ConformanceCase(
        "select.survivesItsPeersDeath", duty: "CancelSignal (a holder that dies leaves it usable)",
        "The parent's select goes on when a task that was to send dies, and sees that it has ended.",
        requires: [.select, .crashIsolation]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let channel = try pool.makeChannel()
            for _ in 0..<3 {
                let task = try pool.submit(exitAtForty, 40)
                trial.expect("the end of the task", try select(channel, task, wait: trial.limit), is: 1)
                trial.failure(of: task, is: .workerExited, .workerCrashed)
            }
            try trial.put(1, into: channel)
            trial.expect("an element", try select(channel, wait: trial.limit), is: 0)
            _ = try trial.drain(Int.self, channel)
        }
    },
]
