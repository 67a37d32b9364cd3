import MultitaskingCore

/// Batches: many elements with one call.
let channelBatchCases: [ConformanceCase] = [
    ConformanceCase(
        "channel.batchesKeepOrderAndCount", duty: "SendingChannel.send(contentsOf:wait:)",
        "Batches of 0 to 300 elements go in and come out in batches of other sizes, in order and complete."
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel()
            trial.expect("an empty batch", try channel.send(contentsOf: [Int](), wait: .never), is: 0)
            trial.expect("from nothing", try channel.receive(upTo: 5, as: Int.self, wait: .never), is: [])
            for size in [1, 2, 30, 31, 32, 62, 63, 64, 100, 300] {
                trial.expect("how many were sent", try channel.send(contentsOf: 0..<size, wait: .never), is: size)
                trial.expect("count", channel.status.count, is: size)
                trial.expect("none", try channel.receive(upTo: 0, as: Int.self, wait: trial.limit), is: [])
                trial.expect("less than none", try channel.receive(upTo: -1, as: Int.self, wait: trial.limit), is: [])
                var found: [Int] = []
                var step = 0
                while found.count < size {
                    step += 1
                    let some = try channel.receive(upTo: step * 7 % 40 + 1, as: Int.self, wait: trial.limit)
                    trial.expect((1...step * 7 % 40 + 1).contains(some.count), "\(some.count) elements came at once")
                    if some.isEmpty { break }
                    found += some
                }
                trial.expect("a batch of \(size)", found, is: Array(0..<size))
            }
            trial.expect("a slice", try channel.send(contentsOf: [1, 2, 3, 4][1...2], wait: .never), is: 2)
            try trial.put(9, into: channel)
            trial.expect(
                "single and batch", try channel.receive(upTo: .max, as: Int.self, wait: .never), is: [2, 3, 9])
            for _ in 0..<5 { _ = try channel.send(contentsOf: [1, 2], wait: .never) }
            trial.expect("close", channel.close(discarding: false), is: 0)
            trial.expect("what is left", try channel.receive(upTo: 100, as: Int.self, wait: .forever).count, is: 10)
            trial.expect("the end", try channel.receive(upTo: 100, as: Int.self, wait: .forever), is: [])
            trial.expectThrows(.closed, from: "a batch after close") { try channel.send(contentsOf: [1], wait: .never) }
        }
    },
    ConformanceCase(
        "channel.elementsOfABatchComeOneByOneToo", duty: "ReceivingChannel.receive(as:wait:)",
        "Numbers and vectors that were sent as one come alone, in parts, and after a call for another type."
    ) { trial in
        func check<Element: Codable & Sendable & Equatable>(_ elements: [Element]) throws {
            try trial.withPool { pool in
                let channel = try pool.makeChannel()
                trial.expect(
                    "how many were sent", try channel.send(contentsOf: elements, wait: .never), is: elements.count)
                var found: [Element] = []
                for step in 0... {
                    trial.expectThrows(.wrongType, from: "text where \(Element.self) is") {
                        try channel.receive(as: String.self, wait: .never)
                    }
                    guard let one = try channel.receive(as: Element.self, wait: .never) else { break }
                    found.append(one)
                    found += try channel.receive(upTo: step % 4, as: Element.self, wait: .never)
                    if found.count == elements.count { break }
                }
                trial.expect("what came", found, is: elements)
                _ = try channel.send(contentsOf: elements, wait: .never)
                _ = try channel.receive(as: Element.self, wait: .never)
                trial.expect("how many are thrown away", channel.close(discarding: true), is: elements.count - 1)
            }
        }
        try check(Array(0..<70))
        try check((0..<70).map { SIMD8<UInt64>(repeating: $0) })
        try check((0..<70).map { SIMD2<Float>(Float($0), 0.5) })
    },
    ConformanceCase(
        "channel.aBatchSendsAsManyAsFit", duty: "SendingChannel.send(contentsOf:wait:)",
        "A batch that does not fit is sent as far as it does, waits for room up to its limit, and says how much was "
            + "sent."
    ) { trial in
        try trial.withPool { pool in
            for capacity in [1, 2, 3, 31, 40] {
                let channel = try pool.makeChannel(capacity: capacity)
                for wait in [WaitLimit.never, .upTo(.milliseconds(2))] {
                    let sent = try channel.send(contentsOf: 0..<capacity + 5, wait: wait)
                    trial.expect("how many fit in \(capacity)", sent, is: capacity)
                    trial.expect("none more", try channel.send(contentsOf: [1, 2], wait: wait), is: 0)
                    let found = try channel.receive(upTo: capacity * 2, as: Int.self, wait: .never)
                    trial.expect("what was sent", found, is: Array(0..<capacity))
                }
                let items = try pool.start(consumeInBatches, trial.ticket(channel))
                let padded = (0..<100).map { Item.padded(7, $0) }
                trial.expect("all, in time", try channel.send(contentsOf: padded, wait: trial.limit), is: 100)
                channel.close(discarding: false)
                trial.expect("what came", try trial.value(of: items).map(\.number), is: Array(0..<100))
            }
        }
    },
    ConformanceCase(
        "channel.batchesOfManyPeersLoseNothing", duty: "ReceivingChannel.receive(upTo:as:wait:)",
        "Three tasks send in batches to two others that receive in batches: nothing is lost, doubled or reordered."
    ) { trial in
        try trial.withPool(workers: 5) { pool in
            for (capacity, count) in [(1, 60), (5, 150), (64, 400), (nil, 400)] as [(Int?, Int)] {
                let channel = try pool.makeChannel(capacity: capacity)
                let consumers = try (0..<2).map { _ in try pool.start(consumeInBatches, trial.ticket(channel)) }
                let producers = try (0..<3).map { try pool.start(produceInBatches, trial.ticket(channel), $0, count) }
                for producer in producers {
                    trial.expect("how many were sent", try trial.value(of: producer, "a producer"), is: count)
                }
                trial.expect("join", channel.join(wait: trial.limit), is: true)
                channel.close(discarding: false)
                let seen = try consumers.map { try trial.value(of: $0, "a consumer") }
                for producer in 0..<3 {
                    for items in seen {
                        let numbers = items.filter { $0.producer == producer }.map(\.number)
                        trial.expect(numbers == numbers.sorted(), "producer \(producer)'s elements came as \(numbers)")
                    }
                    let all = seen.joined().filter { $0.producer == producer }.map(\.number).sorted()
                    trial.expect("what \(producer) sent", all, is: Array(0..<count))
                }
            }
        }
    },
    ConformanceCase(
        "channel.anErrorEndsABatch", duty: "ReceivingChannel.receive(upTo:as:wait:)",
        "What is before an element of another type is returned; the next call throws; it stays."
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel()
            _ = try channel.send(contentsOf: [1, 2, 3], wait: .never)
            _ = try channel.send(contentsOf: ["a", "b"], wait: .never)
            trial.expect("the numbers", try channel.receive(upTo: 10, as: Int.self, wait: .never), is: [1, 2, 3])
            trial.expectThrows(.wrongType, from: "numbers where text is") {
                try channel.receive(upTo: 10, as: Int.self, wait: .never)
            }
            trial.expect("the text", try channel.receive(upTo: 10, as: String.self, wait: .never), is: ["a", "b"])
        }
    },
    ConformanceCase(
        "channel.whatCannotBeCodedEndsABatch", duty: "SendingChannel.send(contentsOf:wait:)",
        "Elements before one that cannot be encoded are sent; those before one that cannot be decoded come, then its "
            + "error, once, and then those behind it.",
        requires: [.encoding]
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel()
            let mixed = [Stubborn(.never), Stubborn(.encodingAtHome), Stubborn(.never)]
            trial.expect("how many were sent", try channel.send(contentsOf: mixed, wait: .never), is: 1)
            trial.expectThrows(.encodeFailed, from: "a batch that begins with what cannot be encoded") {
                try channel.send(contentsOf: mixed[1...], wait: .never)
            }
            _ = channel.close(discarding: true)
            let other = try pool.makeChannel()
            let (good, bad) = (Stubborn.Moment.never, Stubborn.Moment.decodingAtHome)
            // How many come with each call; nil where it throws.
            let batches: [(sent: [Stubborn.Moment], received: [Int?])] = [
                ([bad, good, good], [nil, 2, 0]), ([good, bad, good], [1, nil, 1, 0]),
                ([good, bad, good, bad], [1, nil, 1, nil, 0]), ([bad, bad, good], [nil, nil, 1, 0]),
                ([good, good, bad], [2, nil, 0]),
            ]
            for batch in batches {
                let elements = batch.sent.map { Stubborn($0) }
                trial.expect("all", try other.send(contentsOf: elements, wait: .never), is: elements.count)
                var received: [Int?] = []
                for _ in batch.received {
                    do {
                        received.append(try other.receive(upTo: 9, as: Stubborn.self, wait: .never).count)
                    } catch let error as MultitaskingError where error.code == .decodeFailed { received.append(nil) }
                }
                trial.expect("what comes of \(batch.sent)", received, is: batch.received)
            }
            try trial.put(5, into: other)
            trial.expect("the next", try other.receive(upTo: 9, as: Int.self, wait: .never), is: [5])
        }
    },
    ConformanceCase(
        "channel.batchesCanBeAwaited", duty: "SendingChannel.send(contentsOf:wait:)",
        "The asynchronous versions of batches pass everything through a narrow channel, and end with it.",
        requires: [.asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(capacity: 3)
            let limit = trial.limit
            try trial.awaiting {
                async let sent = channel.send(contentsOf: 0..<200, wait: limit)
                var found: [Int] = []
                while found.count < 200 {
                    let some = try await channel.receive(upTo: 7, as: Int.self, wait: limit)
                    if some.isEmpty { break }
                    found += some
                }
                trial.expect("what came", found, is: Array(0..<200))
                let count = try await sent
                trial.expect("how many were sent", count, is: 200)
                try await channel.closeAsynchronously()
                let end = try await channel.receive(upTo: 7, as: Int.self, wait: .forever)
                trial.expect("the end", end, is: [])
                let status = try await channel.currentStatus()
                trial.expect("isClosed", status.isClosed, is: true)
            }
        }
    },
]
