import MultitaskingCore

/// The asynchronous versions of a channel's calls.
let channelAsyncCases: [ConformanceCase] = [
    ConformanceCase(
        "channel.asyncTwinsDoWhatTheBlockingCallsDo", duty: "Channel.waitUntilReady(for:wait:)",
        "Parent and task talk through the twins alone, in narrow channels, to the end.", requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            let there = try pool.makeChannel(capacity: 2)
            let back = try pool.makeChannel(capacity: 2)
            let task = try pool.start(incrementLater, trial.ticket(there), trial.ticket(back))
            let limit = trial.limit
            try trial.awaiting {
                async let sent: Int = {
                    var count = 0
                    for number in 0..<200 { count += try await there.send(number, wait: limit) ? 1 : 0 }
                    return count
                }()
                for number in 0..<200 {
                    let answer = try await back.receive(as: Int.self, wait: limit)
                    trial.expect("the answer", answer, is: number + 1)
                }
                let count = try await sent
                trial.expect("how many were sent", count, is: 200)
                let none = try await back.receive(as: Int.self, wait: .upTo(.milliseconds(5)))
                trial.expect("receive from an empty channel", none, is: nil)
                let immediate = try await back.receive(as: Int.self, wait: .never)
                trial.expect("receive without waiting", immediate, is: nil)
                there.close(discarding: false)
                back.close(discarding: false)
                let end = try await back.receive(as: Int.self, wait: .forever)
                trial.expect("receive from a closed channel", end, is: nil)
                do {
                    _ = try await there.send(1, wait: .forever)
                    trial.expect(false, "expected that send into a closed channel throws; it did not")
                } catch let error as MultitaskingError { trial.expect("the code", error.code, is: .closed) }
            }
            trial.expect("how many were answered", try trial.value(of: task), is: 200)
        }
    },
    ConformanceCase(
        "channel.aCancelledTwinHasDoneNothing", duty: "Channel.waitUntilReady(for:wait:)",
        "Cancelling a Swift task that waits to send, receive or join ends the wait and loses nothing; 30 times.",
        requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            let empty = try pool.makeChannel()
            let full = try pool.makeChannel(capacity: 1)
            try trial.put(0, into: full)
            try trial.awaiting {
                for round in 0..<30 {
                    let waiters = [
                        Task { _ = try await empty.receive(as: Int.self, wait: .forever) },
                        Task { _ = try await full.send(99, wait: .forever) },
                        Task { _ = try await full.join(wait: .forever) },
                    ]
                    for _ in 0..<round % 4 { await Task.yield() }
                    for waiter in waiters { waiter.cancel() }
                    for waiter in waiters {
                        do {
                            try await waiter.value
                            trial.expect(false, "expected CancellationError of a cancelled wait; it returned")
                        } catch {
                            trial.expect(error is CancellationError, "expected CancellationError; \(error) came")
                        }
                    }
                }
            }
            trial.expect("count of the full channel", full.status.count, is: 1)
            trial.expect("its element", try trial.next(Int.self, from: full), is: 0)
            // The wake-up of an element must not go to a waiter that has left.
            for number in 0..<5 { try trial.put(number, into: empty) }
            for number in 0..<5 { trial.expect("the next", try trial.next(Int.self, from: empty), is: number) }
        }
    },
    ConformanceCase(
        "channel.cancelledReceiversLoseNoElement", duty: "Channel.waitUntilReady(for:wait:)",
        "While waiting Swift tasks are cancelled all the time, every element sent is received by one that was not, or "
            + "waits.",
        requires: [.asyncTwins]
    ) { trial in
        try trial.withPool(workers: 1) { pool in
            let channel = try pool.makeChannel()
            let received = Collector<Int>()
            let producer = try pool.start(produce, trial.ticket(channel), 0, 200)
            try trial.awaiting {
                // Each element that a slow backend sends takes a while; the rest of them is received below.
                let end = trial.clock.now + trial.patience / 2
                while !producer.isDone, trial.clock.now < end {
                    let waiter = Task {
                        if let item = try await channel.receive(as: Item.self, wait: .forever) {
                            received.add(item.number)
                        }
                    }
                    await Task.yield()
                    waiter.cancel()
                    _ = await waiter.result
                }
            }
            trial.expect("how many were sent", try trial.value(of: producer), is: 200)
            for item in try trial.drain(Item.self, channel) { received.add(item.number) }
            trial.expect("the elements", received.all, is: Array(0..<200))
        }
    },
    ConformanceCase(
        "channel.closeWakesWhoAwaits", duty: "Channel.close(discarding:)",
        "Swift tasks that await room, an element or join return when the channel is closed with discarding.",
        requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            for _ in 0..<5 {
                let empty = try pool.makeChannel()
                let full = try pool.makeChannel(capacity: 1)
                try trial.put(0, into: full)
                try trial.awaiting {
                    let receiver = Task { try await empty.receive(as: Int.self, wait: .forever) }
                    let sender = Task { try await full.send(1, wait: .forever) }
                    let joiner = Task { try await full.join(wait: .forever) }
                    await Task.yield()
                    empty.close(discarding: false)
                    let discarded = full.close(discarding: true)
                    trial.expect("how many were discarded", discarded, is: 1)
                    let none = try await receiver.value
                    trial.expect("receive", none, is: nil)
                    do {
                        let sent = try await sender.value
                        trial.expect(false, "expected that send throws closed; it returned \(sent)")
                    } catch let error as MultitaskingError { trial.expect("the code", error.code, is: .closed) }
                    let isJoined = try await joiner.value
                    trial.expect("join", isJoined, is: true)
                }
            }
        }
    },
]
