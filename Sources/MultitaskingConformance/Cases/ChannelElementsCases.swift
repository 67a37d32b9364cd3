import MultitaskingCore

/// Loops over a channel's elements, and channels that close with their senders.
let channelElementsCases: [ConformanceCase] = [
    ConformanceCase(
        "channel.elementsEndWithTheChannel", duty: "Channel.elements(as:)",
        "Blocking loops of two tasks and of the parent take each element once, and end when the channel is closed and "
            + "drained."
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let channel = try pool.makeChannel(capacity: 3)
            let tasks = try (0..<2).map { _ in try pool.start(sumElements, trial.ticket(channel)) }
            for number in 1...100 { try trial.put(number, into: channel) }
            channel.close(discarding: false)
            trial.expect("the sums", try tasks.map { try trial.value(of: $0) }.reduce(0, +), is: 5050)
            let rest = try pool.makeChannel()
            for number in 1...5 { try trial.put(number, into: rest) }
            rest.close(discarding: false)
            trial.expect("what a loop gives", Array(rest.elements(as: Int.self)), is: [1, 2, 3, 4, 5])
            // A loop that is left, and loops within loops, take what they have given and no more.
            let (outer, inner) = (try pool.makeChannel(), try pool.makeChannel())
            for number in 1...6 { try trial.put(number, into: outer) }
            for number in 1...6 { try trial.put(number * 10, into: inner) }
            var found: [Int] = []
            for number in outer.elements(as: Int.self) {
                for second in inner.elements(as: Int.self) {
                    found.append(number + second)
                    if found.count % 2 == 0 { break }
                }
                if found.count == 4 { break }
            }
            trial.expect("what loops in loops give", found, is: [11, 21, 32, 42])
            trial.expect("what a loop that was left has left", try trial.drain(Int.self, outer), is: [3, 4, 5, 6])
            trial.expect("what loops within it have left", try trial.drain(Int.self, inner), is: [50, 60])
            let other = try pool.makeChannel()
            try trial.put("text", into: other)
            let elements = other.elements(as: Int.self)
            trial.expect("a loop over another type", Array(elements), is: [])
            let code = (elements.failure as? MultitaskingError)?.code
            trial.expect("why it has ended", code, is: .wrongType)
        }
    },
    ConformanceCase(
        "channel.elementsThatAreNilArrive", duty: "ReceivingChannel.receive(as:wait:)",
        "An element that is nil arrives like any other: alone, in a batch, and in a loop."
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let (once, twice) = ([nil, 1, nil] as [Int?], [.some(nil), nil, 2] as [Int??])
            let (channel, other) = (try pool.makeChannel(), try pool.makeChannel())
            func fill() throws {
                for element in once { try trial.put(element, into: channel) }
                for element in twice { try trial.put(element, into: other) }
            }
            try fill()
            trial.expect("what comes alone", try trial.drain(Int?.self, channel), is: once)
            trial.expect("what comes alone of the other type", try trial.drain(Int??.self, other), is: twice)
            try fill()
            trial.expect("a batch", try channel.receive(upTo: 9, as: Int?.self, wait: .never), is: once)
            trial.expect("a batch of the other", try other.receive(upTo: 9, as: Int??.self, wait: .never), is: twice)
            try fill()
            channel.close(discarding: false)
            other.close(discarding: false)
            trial.expect("what a loop gives", Array(channel.elements(as: Int?.self)), is: once)
            trial.expect("what a loop over the other type gives", Array(other.elements(as: Int??.self)), is: twice)
        }
    },
    ConformanceCase(
        "channel.elementsCanBeAwaited", duty: "Channel.elements(as:)",
        "An asynchronous loop takes each element and ends with the channel; a cancelled one throws.",
        requires: [.asyncTwins]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let channel = try pool.makeChannel(capacity: 2)
            let producer = try pool.start(produceNumbers, trial.ticket(channel), 50)
            let empty = try pool.makeChannel()
            try trial.awaiting {
                let sum = Task {
                    var sum = 0
                    for try await number in channel.elements(as: Int.self) { sum += number }
                    return sum
                }
                _ = try await producer.waitUntilDone(.forever)
                channel.close()
                let found = try await sum.value
                trial.expect("the sum", found, is: 1225)
                let waiter = Task { for try await _ in empty.elements(as: Int.self) {} }
                await Task.yield()
                waiter.cancel()
                do {
                    try await waiter.value
                    trial.expect(false, "expected CancellationError of a cancelled loop; it ended")
                } catch { trial.expect(error is CancellationError, "expected CancellationError; \(error) came") }
            }
        }
    },
    ConformanceCase(
        "channel.closesWithItsLastSender", duty: "ChannelOptions.closesWithSenders",
        "A channel closes when the last sender in the parent is dropped and the tasks that hold one have ended; not "
            + "before.",
        requires: [.closingWithSenders]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let limit = trial.patience
            for _ in 0..<3 {
                let channel = try pool.makeChannel(closesWithSenders: true)
                trial.expect("isClosed without any sender", channel.status.isClosed, is: false)
                var sender: ChannelSender? = channel.makeSender()
                let tasks = try (0..<4).map {
                    try pool.submit(sendThrough, channel.makeSender(), $0 * 10..<$0 * 10 + 10, limit)
                }
                for task in tasks { trial.expect("how many were sent", try trial.value(of: task), is: 10) }
                withExtendedLifetime(sender) {
                    trial.expect("isClosed with a sender in the parent", channel.status.isClosed, is: false)
                }
                sender = nil
                try trial.eventually("the channel closes") { channel.status.isClosed }
                trial.expect("what came", Array(channel.elements(as: Int.self)).sorted(), is: Array(0..<40))
            }
            // The tasks alone, whose futures are held; and one that is cancelled before it starts.
            let channel = try pool.makeChannel(closesWithSenders: true)
            let gate = try pool.makeCancelSignal()
            let started = try pool.makeChannel()
            let blockers = try (0..<2).map { _ in
                try pool.start(waitForSignal, trial.ticket(started), trial.ticket(gate))
            }
            for _ in 0..<2 { _ = try trial.next(Int.self, from: started) }
            let tasks = try (0..<3).map {
                try pool.submit(sendThrough, channel.makeSender(), $0 * 10..<$0 * 10 + 10, limit)
            }
            trial.expect("cancel", tasks[1].cancel(), is: true)
            gate.set()
            trial.expect(
                "what came", Array(channel.elements(as: Int.self)).sorted(), is: Array(0..<10) + Array(20..<30))
            trial.expectThrows(.closed, from: "send afterwards") { try channel.send(1, wait: .never) }
            for blocker in blockers { _ = try trial.value(of: blocker) }
        }
    },
    ConformanceCase(
        "channel.closesWithSendersThatCrash", duty: "ChannelOptions.closesWithSenders",
        "A channel closes when the tasks that hold its senders have died, and not while one that is tried again may go "
            + "on.",
        requires: [.closingWithSenders, .crashIsolation]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let channel = try pool.makeChannel(closesWithSenders: true)
            let tasks = try (0..<2).map { _ in try pool.submit(sendAndExit, channel.makeSender(), trial.patience) }
            trial.expect("what came", Array(channel.elements(as: Int.self)), is: [1, 1])
            for task in tasks { trial.failure(of: task, is: .workerExited, .workerCrashed) }
            let retried = try pool.makeChannel(closesWithSenders: true)
            let task = try pool.submit(
                sendAndExit, options: TaskOptions(retries: .onCrash(2)), retried.makeSender(), trial.patience)
            trial.expect("what three attempts sent", Array(retried.elements(as: Int.self)), is: [1, 1, 1])
            trial.failure(of: task, is: .workerExited, .workerCrashed)
        }
    },
]
