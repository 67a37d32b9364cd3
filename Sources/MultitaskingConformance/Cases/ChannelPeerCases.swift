import MultitaskingCore

/// What a channel does for many at once.
let channelPeerCases: [ConformanceCase] = [
    ConformanceCase(
        "channel.manySendersAndReceivers",
        duty: "Channel (each element is received exactly once, in each sender's order)",
        "Three tasks send to two others through channels of several capacities: nothing is lost, doubled or reordered."
    ) { trial in
        try trial.withPool(workers: 5) { pool in
            for (capacity, count) in [(1, 60), (2, 100), (7, 150), (nil, 200)] as [(Int?, Int)] {
                let channel = try pool.makeChannel(capacity: capacity)
                let consumers = try (0..<2).map { _ in try pool.start(consume, trial.ticket(channel)) }
                let producers = try (0..<3).map { try pool.start(produce, trial.ticket(channel), $0, count) }
                for producer in producers {
                    trial.expect("how many were sent", try trial.value(of: producer, "a producer"), is: count)
                }
                trial.expect("join", channel.join(wait: trial.limit), is: true)
                channel.close(discarding: false)
                var all: [Int: [Int]] = [:]
                for consumer in consumers {
                    let seen = Dictionary(grouping: try trial.value(of: consumer, "a consumer"), by: \.producer)
                    for (producer, items) in seen {
                        let numbers = items.map(\.number)
                        trial.expect(
                            zip(numbers, numbers.dropFirst()).allSatisfy(<),
                            "expected producer \(producer)'s elements in order at each consumer; they came as "
                                + "\(numbers)"
                        )
                        all[producer, default: []] += numbers
                    }
                }
                for producer in 0..<3 {
                    trial.expect("what \(producer) sent", all[producer]?.sorted(), is: Array(0..<count))
                }
            }
        }
    },
    ConformanceCase(
        "channel.theParentIsAPeerLikeAnother", duty: "Channel.send(_:wait:)",
        "A task answers 300 numbers one by one, then in a stream through narrow channels."
    ) { trial in
        try trial.withPool { pool in
            let there = try pool.makeChannel(capacity: 2)
            let back = try pool.makeChannel(capacity: 2)
            let task = try pool.start(increment, trial.ticket(there), trial.ticket(back))
            for number in 0..<150 {
                try trial.put(number, into: there)
                trial.expect("the answer", try trial.next(Int.self, from: back), is: number + 1)
            }
            for number in 0..<150 {
                try trial.put(number, into: there)
                if number >= 4 { trial.expect("the answer", try trial.next(Int.self, from: back), is: number - 3) }
            }
            there.close(discarding: false)
            for number in 146..<150 { trial.expect("the answer", try trial.next(Int.self, from: back), is: number + 1) }
            trial.expect("how many were answered", try trial.value(of: task), is: 300)
        }
    },
    ConformanceCase(
        "channel.primesThroughAPipelineOfTasks", duty: "Channel.receive(as:wait:)",
        "A sieve of six tasks, each a stage with a channel of one element between them, finds six primes."
    ) { trial in
        try trial.withPool(workers: 6) { pool in
            let primes = try pool.makeChannel()
            let channels = try (0..<7).map { _ in try pool.makeChannel(capacity: 1) }
            let stages = try (0..<6).map { stage in
                try pool.start(
                    sieve, trial.ticket(channels[stage]), trial.ticket(channels[stage + 1]), trial.ticket(primes))
            }
            // Below 17², so that what passes all six stages is prime, and nobody reads the last channel: one fits.
            for number in 2...17 { try trial.put(number, into: channels[0]) }
            channels[0].close(discarding: false)
            trial.expect("the stages' primes", try stages.map { try trial.value(of: $0) }, is: [2, 3, 5, 7, 11, 13])
            trial.expect("what passed them all", try trial.drain(Int.self, channels[6]), is: [17])
            trial.expect(
                "the primes that were sent", try trial.drain(Int.self, primes).sorted(), is: [2, 3, 5, 7, 11, 13])
        }
    },
    ConformanceCase(
        "channel.whatWasSentIsThere", duty: "Channel.receive(as:wait:)",
        "Four tasks send an element and take one at once, 150 times: as many wait as were sent, so none finds it empty."
    ) { trial in
        try trial.withPool(workers: 4) { pool in
            for capacity in [4, nil] as [Int?] {
                let channel = try pool.makeChannel(capacity: capacity)
                let futures = try (0..<4).map { _ in try pool.start(sendAndTake, trial.ticket(channel), 150) }
                for future in futures { trial.expect("how many it took", try trial.value(of: future), is: 150) }
                trial.expect("count", channel.status.count, is: 0)
            }
        }
    },
    ConformanceCase(
        "channel.everyBlockedSenderGetsItsTurn", duty: "Channel.send(_:wait:)",
        "Four tasks send through a channel of one element, and all come to their end while one reads."
    ) { trial in
        try trial.withPool(workers: 4) { pool in
            let channel = try pool.makeChannel(capacity: 1)
            let producers = try (0..<4).map { try pool.start(produce, trial.ticket(channel), $0, 50) }
            var seen: [Int: [Int]] = [:]
            for _ in 0..<200 {
                let item = try trial.next(Item.self, from: channel)
                seen[item.producer, default: []].append(item.number)
            }
            for (number, producer) in producers.enumerated() {
                trial.expect("how many were sent", try trial.value(of: producer), is: 50)
                trial.expect("what came of \(number)", seen[number], is: Array(0..<50))
            }
        }
    },
    ConformanceCase(
        "channel.manyComeAndGo", duty: "Executor.makeChannel(_:)",
        "100 rounds of channels and signals, some dropped with elements in them, leave nothing, and new ones are empty."
    ) { trial in
        try trial.withPool { pool in
            for round in 0..<100 {
                let channel = try pool.makeChannel()
                let signal = try pool.makeCancelSignal()
                trial.expect("count of a new channel", channel.status.count, is: 0)
                trial.expect("isClosed of a new channel", channel.status.isClosed, is: false)
                trial.expect("isSet of a new signal", signal.isSet, is: false)
                try trial.releasingHandles {
                    let task = try pool.start(produce, trial.ticket(channel), round, 5)
                    trial.expect("how many were sent", try trial.value(of: task), is: 5)
                }
                trial.expect("count", channel.status.count, is: 5)
                if round % 2 == 0 { channel.close(discarding: round % 4 == 0) }
                signal.set()
            }
        }
    },
    ConformanceCase(
        "channel.threadsOfTheParentMayUseOneAtOnce", duty: "Channel (may be called from any thread at once)",
        "Two threads send and two receive, as two tasks do, all in one channel.", requires: [.parentThreads]
    ) { trial in
        try trial.withPool { pool in
            for capacity in [1, 5, nil] as [Int?] {
                let channel = try pool.makeChannel(capacity: capacity)
                let producer = try pool.start(produce, trial.ticket(channel), 2, 100)
                let consumer = try pool.start(consume, trial.ticket(channel))
                let sent = Tally()
                let received = Tally()
                try trial.onThreads(4) { thread in
                    if thread < 2 {
                        for number in 0..<100 { try trial.put(Item.padded(thread, number), into: channel) }
                        sent.add()
                        if sent.count == 2 {
                            _ = try trial.value(of: producer)
                            channel.close(discarding: false)
                        }
                    } else {
                        while let item = try channel.receive(as: Item.self, wait: trial.limit) {
                            trial.expect(item.isIntact, "expected the element as it was; it is \(item)")
                            received.add()
                            try channel.taskDone()
                        }
                    }
                }
                let rest = try trial.value(of: consumer, "a consumer").count
                trial.expect("how many were received", received.count + rest, is: 300)
                trial.expect("join", channel.join(wait: .never), is: true)
            }
        }
    },
    ConformanceCase(
        "channel.bytesAreBounded", duty: "ChannelOptions.byteCapacity",
        "A channel takes elements while fewer bytes wait than fit; one that is larger than that fits alone.",
        requires: [.byteCapacity, .encoding]
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(byteCapacity: 1000)
            trial.expect("byteCapacity", channel.status.byteCapacity, is: 1000)
            trial.expect("byteCount of an empty channel", channel.status.byteCount, is: 0)
            let element = [UInt8](repeating: 1, count: 300)
            for _ in 0..<3 {
                var accepted = 0
                while try channel.send(element, wait: .never) {
                    accepted += 1
                    if accepted > 4 { break }
                }
                trial.expect("how many elements of 300 bytes and little more fit in 1,000 bytes", accepted, is: 4)
                trial.expect(
                    (channel.status.byteCount ?? 0) >= 1200, "expected that 1,200 bytes wait; it is \(channel.status)")
                trial.expect("the first", try trial.next([UInt8].self, from: channel), is: element)
                trial.expect("the rest", try trial.drain([UInt8].self, channel).count, is: 3)
                trial.expect("byteCount of an emptied channel", channel.status.byteCount, is: 0)
            }
            let large = [UInt8](repeating: 2, count: 5000)
            trial.expect("send of a large element", try channel.send(large, wait: .never), is: true)
            trial.expect("send beside it", try channel.send(element, wait: .never), is: false)
            let sender = try pool.start(sendBytes, trial.ticket(channel), 300)
            trial.expect("a send that waits for room", sender.waitUntilDone(.upTo(.milliseconds(5))), is: false)
            trial.expect("the large one", try trial.next([UInt8].self, from: channel).count, is: 5000)
            trial.expect("the blocked send", try trial.value(of: sender), is: true)
            trial.expect("how many were discarded", channel.close(discarding: true), is: 1)
            trial.expect("byteCount", channel.status.byteCount, is: 0)
        }
    },
]
