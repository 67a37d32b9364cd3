import MultitaskingCore

/// What a channel does for one sender and one receiver: order, room, waits, types.
let channelCases: [ConformanceCase] = [
    ConformanceCase(
        "channel.elementsArriveInOrder", duty: "Channel.send(_:wait:)",
        "3,000 elements come out in the order in which they went in, in bursts of all sizes."
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel()
            trial.expect(
                "the status of a new channel", channel.status.count + (channel.status.isClosed ? 1 : 0), is: 0)
            trial.expect("its capacity", channel.status.capacity, is: nil)
            for number in 0..<3000 { try trial.put(number, into: channel) }
            trial.expect("count", channel.status.count, is: 3000)
            for number in 0..<3000 {
                let found = try channel.receive(as: Int.self, wait: .never)
                guard found == number else {
                    return trial.expect("the next element", found, is: number)
                }
            }
            trial.expect("an element of an empty channel", try channel.receive(as: Int.self, wait: .never), is: nil)
            for burst in 0..<70 {
                for number in 0..<burst { try trial.put(number, into: channel) }
                trial.expect("a burst of \(burst)", try trial.drain(Int.self, channel), is: Array(0..<burst))
            }
        }
    },
    ConformanceCase(
        "channel.capacityIsKept", duty: "ChannelOptions.capacity",
        "A channel takes as many elements as fit and refuses the next, again after some were taken."
    ) { trial in
        try trial.withPool { pool in
            for capacity in [1, 2, 3, 31, 32, 33, 100] {
                let channel = try pool.makeChannel(capacity: capacity)
                trial.expect("the capacity in status", channel.status.capacity, is: capacity)
                for round in 0..<3 {
                    for number in 0..<capacity {
                        trial.expect(
                            "send of element \(number) of \(capacity)", try channel.send(number, wait: .never), is: true
                        )
                    }
                    for wait in [WaitLimit.never, .upTo(.zero), .upTo(.milliseconds(1)), .upTo(.seconds(-1))] {
                        trial.expect(
                            "send into a full channel, waiting \(wait)", try channel.send(-1, wait: wait), is: false)
                    }
                    trial.expect("count", channel.status.count, is: capacity)
                    let taken = round == 0 ? capacity : capacity / 2 + 1
                    for number in 0..<taken {
                        trial.expect("the next", try channel.receive(as: Int.self, wait: .never), is: number)
                    }
                    for number in 0..<taken {
                        trial.expect("send into the room", try channel.send(number, wait: .never), is: true)
                    }
                    trial.expect("send beyond it", try channel.send(-1, wait: .never), is: false)
                    _ = try trial.drain(Int.self, channel)
                }
            }
        }
    },
    ConformanceCase(
        "channel.boundsOutOfRangeAreRefused", duty: "Executor.makeChannel(_:)",
        "Negative bounds are invalid arguments, and so is a bound in bytes of 0, or beside a capacity of 0."
    ) { trial in
        try trial.withPool { pool in
            for options in [
                ChannelOptions(capacity: -1), ChannelOptions(byteCapacity: 0),
                ChannelOptions(capacity: .min, byteCapacity: 5), ChannelOptions(capacity: 0, byteCapacity: 5),
                ChannelOptions(capacity: 0, redelivers: true),
            ] {
                trial.expectThrows(.invalidArgument, from: "makeChannel with \(options)") {
                    try pool.makeChannel(options)
                }
            }
        }
    },
    ConformanceCase(
        "channel.aFullOneBlocksUntilThereIsRoom", duty: "Channel.send(_:wait:)",
        "A task that sends into a full channel waits, and goes on when the parent takes an element; 20 times."
    ) { trial in
        try trial.withPool { pool in
            let started = try pool.makeChannel()
            for round in 0..<20 {
                let channel = try pool.makeChannel(capacity: 1)
                try trial.put(-1, into: channel)
                let sender = try pool.start(announceAndSend, trial.ticket(started), trial.ticket(channel), round)
                _ = try trial.next(Int.self, from: started)
                if round % 4 == 0 {
                    trial.expect("a wait of a blocked sender", sender.waitUntilDone(.upTo(.milliseconds(5))), is: false)
                }
                trial.expect("count", channel.status.count, is: 1)
                trial.expect("the first", try trial.next(Int.self, from: channel), is: -1)
                trial.expect("the blocked send", try trial.value(of: sender), is: true)
                trial.expect("the second", try trial.next(Int.self, from: channel), is: round)
            }
        }
    },
    ConformanceCase(
        "channel.anEmptyOneBlocksUntilThereIsAnElement", duty: "Channel.receive(as:wait:)",
        "A task that receives from an empty channel waits, and goes on when the parent sends; 20 times."
    ) { trial in
        try trial.withPool { pool in
            let started = try pool.makeChannel()
            for round in 0..<20 {
                let channel = try pool.makeChannel(capacity: 1 + round % 3)
                let receiver = try pool.start(announceAndReceive, trial.ticket(started), trial.ticket(channel))
                _ = try trial.next(Int.self, from: started)
                if round % 4 == 0 {
                    trial.expect(
                        "a wait of a blocked receiver", receiver.waitUntilDone(.upTo(.milliseconds(5))), is: false)
                }
                try trial.put(round, into: channel)
                trial.expect("what it received", try trial.value(of: receiver), is: round)
            }
        }
    },
    ConformanceCase(
        "channel.waitsKeepTheirLimits", duty: "Channel.receive(as:wait:)",
        "Waits for an element, for room and for join end without it, not before their limits."
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(capacity: 1)
            let passed = try trial.value(of: pool.start(waitInVain, trial.ticket(channel), .milliseconds(30)))
            trial.expect(
                passed.map { $0 >= .milliseconds(29) } ?? false,
                "expected that receive in a task gives nil after 30 ms; it took \(String(describing: passed))")
            for wait in [WaitLimit.never, .upTo(.zero), .upTo(.seconds(-1)), .upTo(.milliseconds(1))] {
                trial.expect(
                    "receive, waiting \(wait)", try channel.receive(as: Int.self, wait: wait), is: nil)
            }
            // A limit that has passed already is none for what is there, or for what there is room for.
            for wait in [WaitLimit.upTo(.zero), .upTo(.seconds(-1))] {
                trial.expect("send with room, waiting \(wait)", try channel.send(3, wait: wait), is: true)
                trial.expect("what is there, waiting \(wait)", try channel.receive(as: Int.self, wait: wait), is: 3)
                try channel.taskDone()
            }
            try trial.put(1, into: channel)
            var start = trial.clock.now
            trial.expect("send into a full one", try channel.send(2, wait: .upTo(.milliseconds(20))), is: false)
            trial.expect(trial.clock.now - start >= .milliseconds(19), "expected that send waits for 20 ms")
            start = trial.clock.now
            trial.expect("join with an element left", channel.join(wait: .upTo(.milliseconds(20))), is: false)
            trial.expect(trial.clock.now - start >= .milliseconds(19), "expected that join waits for 20 ms")
            trial.expect("join without waiting", channel.join(wait: .never), is: false)
        }
    },
    ConformanceCase(
        "channel.aWrongTypeStaysWhereItIs", duty: "Channel.receive(as:wait:)",
        "Asking for another type than the first element's throws wrongType, naming both, and takes nothing."
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel()
            try trial.put("text", into: channel)
            try trial.put(5, into: channel)
            for _ in 0..<3 {
                let error = trial.expectThrows(.wrongType, from: "receive(as: Int) of a String") {
                    try channel.receive(as: Int.self, wait: .never)
                }
                trial.expect(
                    error.map { $0.message.contains("String") && $0.message.contains("Int") } ?? true,
                    "expected a message that names String and Int; it is \(error?.message ?? "")")
                trial.expect("count", channel.status.count, is: 2)
            }
            trial.expect("the text", try channel.receive(as: String.self, wait: .never), is: "text")
            trial.expect("the number", try channel.receive(as: Int.self, wait: .never), is: 5)
        }
    },
    ConformanceCase(
        "channel.largeElementsArriveUnchanged", duty: "Channel.send(_:wait:)",
        "Elements from none to a million bytes arrive as they were, through a task."
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(capacity: 2)
            let sizes = [0, 1, 95, 96, 97, 4096, 65_537, 1_000_003, 3]
            for size in sizes {
                let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                try trial.put(bytes, into: channel)
                trial.expect(
                    try trial.next([UInt8].self, from: channel) == bytes, "expected \(size) bytes as they were")
            }
            for _ in 0..<2 { try trial.put(NoSize(), into: channel) }
            trial.expect("elements of no size", try trial.drain(NoSize.self, channel).count, is: 2)
            try trial.put(Parcel.example(9), into: channel)
            trial.expect("the parcel", try trial.next(Parcel.self, from: channel), is: .example(9))
        }
    },
    ConformanceCase(
        "channel.elementsThatCannotBeCodedHarmNoOthers", duty: "Channel.send(_:wait:)",
        "What cannot be encoded is not sent; what cannot be decoded is removed; the others go through.",
        requires: [.encoding]
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(capacity: 3)
            for _ in 0..<3 {
                trial.expectThrows(.encodeFailed, from: "send of what cannot be encoded") {
                    try channel.send(Stubborn(.encodingAtHome), wait: .never)
                }
                trial.expect("count", channel.status.count, is: 0)
                try trial.put(Stubborn(.decodingAtHome), into: channel)
                try trial.put(8, into: channel)
                trial.expectThrows(.decodeFailed, from: "receive of what cannot be decoded") {
                    try channel.receive(as: Stubborn.self, wait: .never)
                }
                trial.expect("the next", try channel.receive(as: Int.self, wait: .never), is: 8)
            }
        }
    },
]
