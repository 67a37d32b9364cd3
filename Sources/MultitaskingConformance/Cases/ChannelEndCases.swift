import MultitaskingCore

/// How a channel ends, and how it counts what was processed.
let channelEndCases: [ConformanceCase] = [
    ConformanceCase(
        "channel.closeDrainsThenEnds", duty: "Channel.close(discarding:)",
        "After close, what waits can be received, then nil comes at once; send throws closed."
    ) { trial in
        try trial.withPool { pool in
            for count in [0, 1, 2, 100] {
                let channel = try pool.makeChannel()
                for number in 0..<count { try trial.put(number, into: channel) }
                trial.expect("close", channel.close(discarding: false), is: 0)
                trial.expect("isClosed", channel.status.isClosed, is: true)
                trial.expect("count", channel.status.count, is: count)
                trial.expectThrows(.closed, from: "send after close") { try channel.send(1, wait: .never) }
                trial.expectThrows(.closed, from: "send after close") { try channel.send(1, wait: trial.limit) }
                for number in 0..<count {
                    trial.expect("what waited", try channel.receive(as: Int.self, wait: trial.limit), is: number)
                }
                let start = trial.clock.now
                trial.expect("receive at the end", try channel.receive(as: Int.self, wait: trial.limit), is: nil)
                trial.expect(
                    trial.clock.now - start < trial.patience, "expected that receive at the end does not wait")
                trial.expect("close once more", channel.close(discarding: false), is: 0)
                trial.expect("close once more", channel.close(discarding: true), is: 0)
            }
        }
    },
    ConformanceCase(
        "channel.closeDiscardingCountsAndDrops", duty: "Channel.close(discarding:)",
        "Closing with discarding returns how many waited, and nothing is received afterwards; also after a plain close."
    ) { trial in
        try trial.withPool { pool in
            for (count, closesFirst) in [(0, false), (1, false), (100, false), (7, true)] {
                let channel = try pool.makeChannel()
                for number in 0..<count { try trial.put(Item.padded(0, number), into: channel) }
                if closesFirst { trial.expect("close", channel.close(discarding: false), is: 0) }
                trial.expect("how many were discarded", channel.close(discarding: true), is: count)
                trial.expect("count", channel.status.count, is: 0)
                trial.expect("receive", try channel.receive(as: Item.self, wait: trial.limit), is: nil)
                trial.expectThrows(.closed, from: "send") { try channel.send(1, wait: .never) }
                trial.expect("join, as the discarded count as done", channel.join(wait: .never), is: true)
            }
        }
    },
    ConformanceCase(
        "channel.closeWakesTheBlocked", duty: "Channel.close(discarding:)",
        "Tasks that are blocked in send, receive and a parent's wait end when the channel is closed; 10 times."
    ) { trial in
        try trial.withPool(workers: 4) { pool in
            for round in 0..<10 {
                let started = try pool.makeChannel()
                let empty = try pool.makeChannel()
                let full = try pool.makeChannel(capacity: 1)
                try trial.put(0, into: full)
                let receivers = try (0..<2).map { _ in
                    try pool.start(announceAndReceive, trial.ticket(started), trial.ticket(empty))
                }
                let senders = try (0..<2).map {
                    try pool.start(announceAndSend, trial.ticket(started), trial.ticket(full), $0)
                }
                for _ in 0..<4 { _ = try trial.next(Int.self, from: started) }
                if round % 2 == 0 {
                    // Now they are surely blocked, not just about to be.
                    for future in senders {
                        trial.expect("a blocked send", future.waitUntilDone(.upTo(.milliseconds(2))), is: false)
                    }
                }
                empty.close(discarding: false)
                trial.expect("how many were discarded", full.close(discarding: true), is: 1)
                for receiver in receivers {
                    trial.expect("a blocked receive", try trial.value(of: receiver, "a blocked receiver"), is: nil)
                }
                for sender in senders { trial.failure(of: sender, is: .closed, what: "a blocked sender") }
            }
        }
    },
    ConformanceCase(
        "channel.aClosedOneWithElementsNeverLooksEmpty", duty: "Channel.close(discarding:)",
        "A receiver that sees the end has seen everything that was sent before; 60 races."
    ) { trial in
        try trial.withPool(workers: 3) { pool in
            for round in 0..<60 {
                let channel = try pool.makeChannel(capacity: 1 + round % 5)
                let consumers = try (0..<2).map { _ in try pool.start(consume, trial.ticket(channel)) }
                let count = 1 + round % 9
                for number in 0..<count { try trial.put(Item.padded(0, number), into: channel) }
                channel.close(discarding: false)
                let items = try consumers.flatMap { try trial.value(of: $0, "a consumer of a closed channel") }
                trial.expect("what was received", items.map(\.number).sorted(), is: Array(0..<count))
            }
        }
    },
    ConformanceCase(
        "channel.joinWaitsForEveryTaskDone", duty: "Channel.join(wait:)",
        "join is true of an unused channel, false until every element was reported, and taskDone cannot be called too "
            + "often."
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel()
            trial.expect("join of an unused channel", channel.join(wait: .never), is: true)
            trial.expectThrows(.invalidArgument, from: "taskDone() before any send") { try channel.taskDone() }
            for number in 0..<5 { try trial.put(number, into: channel) }
            for number in 0..<5 {
                trial.expect("join with \(5 - number) unreported", channel.join(wait: .never), is: false)
                trial.expect("the element", try trial.next(Int.self, from: channel), is: number)
                trial.expect("join of what was only received", channel.join(wait: .never), is: false)
                try channel.taskDone()
            }
            trial.expect("join", channel.join(wait: .never), is: true)
            trial.expectThrows(.invalidArgument, from: "taskDone() once too often") { try channel.taskDone() }
            trial.expect("join after that", channel.join(wait: trial.limit), is: true)
            try trial.put(5, into: channel)
            trial.expect("join with a new element", channel.join(wait: .never), is: false)
            trial.expect("close", channel.close(discarding: false), is: 0)
            trial.expect("join of a closed channel with an element", channel.join(wait: .never), is: false)
            trial.expect("the element", try trial.next(Int.self, from: channel), is: 5)
            try channel.taskDone()
            trial.expect("join", channel.join(wait: .never), is: true)
        }
    },
    ConformanceCase(
        "channel.joinWakesWhenTasksHaveWorkedOff", duty: "Channel.join(wait:)",
        "A parent that waits in join wakes when three tasks have worked everything off; 5 times."
    ) { trial in
        try trial.withPool(workers: 3) { pool in
            let channel = try pool.makeChannel(capacity: 4)
            let consumers = try (0..<3).map { _ in try pool.start(consume, trial.ticket(channel)) }
            for round in 0..<5 {
                for number in 0..<30 { try trial.put(Item.padded(round, number), into: channel) }
                trial.expect("join", channel.join(wait: trial.limit), is: true)
                trial.expect("count after join", channel.status.count, is: 0)
            }
            channel.close(discarding: false)
            let items = try consumers.flatMap { try trial.value(of: $0) }
            trial.expect("how many were processed", items.count, is: 150)
        }
    },
    ConformanceCase(
        "channel.discardingWakesJoin", duty: "Channel.join(wait:)",
        "A task that waits in join wakes when the rest is discarded."
    ) { trial in
        try trial.withPool { pool in
            let started = try pool.makeChannel()
            let channel = try pool.makeChannel()
            for number in 0..<5 { try trial.put(number, into: channel) }
            let joiner = try pool.start(announceAndJoin, trial.ticket(started), trial.ticket(channel))
            _ = try trial.next(Int.self, from: started)
            _ = try trial.next(Int.self, from: channel)
            try channel.taskDone()
            trial.expect("a join with four left", joiner.waitUntilDone(.upTo(.milliseconds(3))), is: false)
            trial.expect("how many were discarded", channel.close(discarding: true), is: 4)
            trial.expect("the join", try trial.value(of: joiner), is: true)
        }
    },
]
