import MultitaskingCore

/// Channels of capacity 0; after the demands of Crossbeam's tests of its `zero` flavour and of Go's unbuffered
/// channels.
let rendezvousCases: [ConformanceCase] = [
    ConformanceCase(
        "rendezvous.aSendWaitsForItsReceiver", duty: "OfferingChannel",
        "A send returns true when a receiver has taken the element, and false, without leaving it there, when none "
            + "came.",
        requires: [.rendezvous]
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(capacity: 0)
            trial.expect("the capacity", channel.status.capacity, is: 0)
            for wait in [WaitLimit.never, .upTo(.zero), .upTo(.milliseconds(3))] {
                trial.expect("send to nobody, waiting \(wait)", try channel.send(1, wait: wait), is: false)
                trial.expect("what is left of it", try channel.receive(as: Int.self, wait: .never), is: nil)
            }
            trial.expect("count", channel.status.count, is: 0)
            trial.expect("join", channel.join(wait: .never), is: true)
            let started = try pool.makeChannel()
            for round in 0..<10 {
                let receiver = try pool.start(announceAndReceive, trial.ticket(started), trial.ticket(channel))
                _ = try trial.next(Int.self, from: started)
                trial.expect("send to a receiver", try channel.send(round, wait: trial.limit), is: true)
                trial.expect("what it received", try trial.value(of: receiver), is: round)
                let sender = try pool.start(announceAndSend, trial.ticket(started), trial.ticket(channel), round)
                _ = try trial.next(Int.self, from: started)
                if round % 3 == 0 {
                    trial.expect("a lone send", sender.waitUntilDone(.upTo(.milliseconds(3))), is: false)
                }
                trial.expect("what it sends", try trial.next(Int.self, from: channel), is: round)
                trial.expect("the send", try trial.value(of: sender), is: true)
                for _ in 0..<2 { try channel.taskDone() }
            }
            trial.expect("join", channel.join(wait: .never), is: true)
        }
    },
    ConformanceCase(
        "rendezvous.whoDoesNotWaitFindsWhoDoes", duty: "OfferingChannel",
        "A send that does not wait succeeds when a receiver waits, and a receive when a sender does; a batch goes one "
            + "by one.",
        requires: [.rendezvous]
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(capacity: 0)
            let receiver = try pool.start(sumElements, trial.ticket(channel))
            var sent = 0
            try trial.eventually("a send without waiting finds the receiver") {
                if try channel.send(1, wait: sent % 2 == 0 ? .never : .upTo(.zero)) { sent += 1 }
                return sent == 5
            }
            trial.expect("a batch", try channel.send(contentsOf: [1, 1, 1], wait: trial.limit), is: 3)
            channel.close(discarding: false)
            trial.expect("the sum", try trial.value(of: receiver), is: 8)
            let other = try pool.makeChannel(capacity: 0)
            let sender = try pool.start(produceNumbers, trial.ticket(other), 5)
            var found: [Int] = []
            try trial.eventually("receives without waiting find the sender") {
                found += try other.receive(upTo: 2, as: Int.self, wait: .never)
                return found.count == 5
            }
            trial.expect("what came", found, is: [0, 1, 2, 3, 4])
            trial.expect("how many were sent", try trial.value(of: sender), is: 5)
        }
    },
    ConformanceCase(
        "rendezvous.manyMeet", duty: "OfferingChannel",
        "Three senders and two receivers meet: each element is passed once, in each sender's order.",
        requires: [.rendezvous]
    ) { trial in
        try trial.withPool(workers: 5) { pool in
            let channel = try pool.makeChannel(capacity: 0)
            let consumers = try (0..<2).map { _ in try pool.start(consume, trial.ticket(channel)) }
            let producers = try (0..<3).map { try pool.start(produce, trial.ticket(channel), $0, 40) }
            for producer in producers { trial.expect("how many were sent", try trial.value(of: producer), is: 40) }
            trial.expect("join", channel.join(wait: trial.limit), is: true)
            channel.close(discarding: false)
            let seen = try consumers.map { try trial.value(of: $0, "a consumer") }
            for producer in 0..<3 {
                for items in seen {
                    let numbers = items.filter { $0.producer == producer }.map(\.number)
                    trial.expect(numbers == numbers.sorted(), "producer \(producer)'s elements came as \(numbers)")
                }
                let all = seen.joined().filter { $0.producer == producer }.map(\.number).sorted()
                trial.expect("what \(producer) sent", all, is: Array(0..<40))
            }
        }
    },
    ConformanceCase(
        "rendezvous.closeEndsWhoWaits", duty: "Channel.close(discarding:)",
        "Senders that wait get closed and keep their elements; receivers get nil.", requires: [.rendezvous]
    ) { trial in
        try trial.withPool(workers: 4) { pool in
            let started = try pool.makeChannel()
            for round in 0..<4 {
                let (unsent, unread) = (try pool.makeChannel(capacity: 0), try pool.makeChannel(capacity: 0))
                let senders = try (0..<2).map {
                    try pool.start(announceAndSend, trial.ticket(started), trial.ticket(unsent), $0)
                }
                let receivers = try (0..<2).map { _ in
                    try pool.start(announceAndReceive, trial.ticket(started), trial.ticket(unread))
                }
                for _ in 0..<4 { _ = try trial.next(Int.self, from: started) }
                if round % 2 == 0 {
                    trial.expect("a lone send", senders[0].waitUntilDone(.upTo(.milliseconds(2))), is: false)
                }
                trial.expect("what was discarded", unsent.close(discarding: round % 2 == 0), is: 0)
                unread.close(discarding: false)
                for sender in senders { trial.failure(of: sender, is: .closed, what: "a sender") }
                for receiver in receivers { trial.expect("a receiver", try trial.value(of: receiver), is: nil) }
                trial.expect("what is left", try unsent.receive(as: Int.self, wait: .never), is: nil)
                trial.expectThrows(.closed, from: "send after close") { try unsent.send(1, wait: trial.limit) }
                trial.expect("join", unsent.join(wait: .never), is: true)
            }
        }
    },
    ConformanceCase(
        "rendezvous.selectFindsWhoWaits", duty: "OfferingChannel",
        "select finds the channel ready while a sender waits, and its sending side while a receiver does.",
        requires: [.rendezvous, .select]
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(capacity: 0)
            let other = try pool.makeChannel()
            let started = try pool.makeChannel()
            let oneself = try select(channel, channel.sending, wait: .upTo(.milliseconds(5)))
            trial.expect("of oneself, on both sides", oneself, is: nil)
            for round in 0..<5 {
                trial.expect("of nobody", try select(channel, channel.sending, other, wait: .never), is: nil)
                let sender = try pool.start(sendOne, trial.ticket(channel), round)
                trial.expect("of a sender", try select(other, channel, wait: trial.limit), is: 1)
                trial.expect("what it sends", try trial.next(Int.self, from: channel), is: round)
                trial.expect("the send", try trial.value(of: sender), is: true)
                let receiver = try pool.start(announceAndReceive, trial.ticket(started), trial.ticket(channel))
                _ = try trial.next(Int.self, from: started)
                trial.expect("of a receiver", try select(other, channel.sending, wait: trial.limit), is: 1)
                trial.expect("the send to it", try channel.send(round, wait: trial.limit), is: true)
                trial.expect("what it received", try trial.value(of: receiver), is: round)
            }
        }
    },
    ConformanceCase(
        "rendezvous.whatIsTakenBackIsNotThere", duty: "OfferingChannel",
        "After a send that found nobody the channel is not ready, before, between and behind what others still hold "
            + "out.",
        requires: [.rendezvous, .select]
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(capacity: 0)
            for round in 0..<3 {
                trial.expect("a send to nobody", try channel.send(1, wait: .upTo(.milliseconds(2))), is: false)
                trial.expect("whether it is ready", channel.isReadyForSelect, is: false)
                let selected = try select(channel, channel.sending, wait: .upTo(.milliseconds(2)))
                trial.expect("of nobody", selected, is: nil)
                // Where elements can't be held out, a send alone meets a receiver.
                guard let offering = channel as? any OfferingChannel else { continue }
                let offers = try (0..<3).map { try offering.offer($0) }
                trial.expect("of three", try select(channel, channel.sending, wait: trial.limit), is: 0)
                // Each of the three is the one that stays, once.
                for (number, offer) in offers.enumerated() where number != round {
                    trial.expect("whether \(number) is taken back", offer.withdraw(), is: true)
                }
                trial.expect("of one", try select(channel, channel.sending, wait: trial.limit), is: 0)
                trial.expect("what is still held out", try trial.next(Int.self, from: channel), is: round)
                trial.expect("whether it is taken back", offers[round].withdraw(), is: false)
                trial.expect("whether it is ready after all", channel.isReadyForSelect, is: false)
                try channel.taskDone()
                trial.expect("join", channel.join(wait: .never), is: true)
            }
        }
    },
    ConformanceCase(
        "rendezvous.whoIsCancelledIsNotThere", duty: "OfferingChannel",
        "After an awaited send that was cancelled, or found nobody, the channel is not ready.",
        requires: [.rendezvous, .select, .asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(capacity: 0)
            try trial.awaiting {
                for round in 0..<6 {
                    let sender = Task { try await channel.send(1, wait: .forever) }
                    if round % 2 == 0 {
                        let index = try await select(channel, channel.sending, wait: trial.limit)
                        trial.expect("of a sender", index, is: 0)
                    }
                    sender.cancel()
                    _ = try? await sender.value
                    let isSent = try await channel.send(1, wait: .upTo(.milliseconds(round % 3)))
                    trial.expect("a send to nobody", isSent, is: false)
                    trial.expect("whether it is ready", channel.isReadyForSelect, is: false)
                    let selected = try await select(channel, channel.sending, wait: .upTo(.milliseconds(2)))
                    trial.expect("of nobody", selected, is: nil)
                }
            }
        }
    },
    ConformanceCase(
        "rendezvous.canBeAwaited", duty: "OfferingChannel",
        "Asynchronous senders and receivers meet; a cancelled sender has sent nothing.",
        requires: [.rendezvous, .asyncTwins]
    ) { trial in
        try trial.withPool { pool in
            let channel = try pool.makeChannel(capacity: 0)
            let limit = trial.limit
            try trial.awaiting {
                for number in 0..<20 {
                    async let sent = channel.send(number, wait: limit)
                    let found = try await channel.receive(as: Int.self, wait: limit)
                    trial.expect("what came", found, is: number)
                    let isSent = try await sent
                    trial.expect("the send", isSent, is: true)
                }
                for round in 0..<10 {
                    let sender = Task { try await channel.send(99, wait: .forever) }
                    for _ in 0..<round % 3 { await Task.yield() }
                    sender.cancel()
                    do {
                        _ = try await sender.value
                        trial.expect(false, "expected CancellationError of a cancelled send; it returned")
                    } catch { trial.expect(error is CancellationError, "expected CancellationError; \(error) came") }
                }
                let nobody = try await channel.send(1, wait: .upTo(.milliseconds(3)))
                trial.expect("a send to nobody", nobody, is: false)
                let none = try await channel.receive(as: Int.self, wait: .never)
                trial.expect("what is left", none, is: nil)
                let last = Task { try await channel.send(1, wait: .forever) }
                await Task.yield()
                channel.close()
                do {
                    _ = try await last.value
                    trial.expect(false, "expected closed of a send that waits; it returned")
                } catch let error as MultitaskingError { trial.expect("the code", error.code, is: .closed) }
            }
        }
    },
    ConformanceCase(
        "rendezvous.theDeadHoldNothingOut", duty: "OfferingChannel",
        "What a sender held out that has died is not received; a receiver that has died is not waited for; others "
            + "meet.",
        requires: [.rendezvous, .forcedCancel, .crashIsolation]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let started = try pool.makeChannel()
            let channel = try pool.makeChannel(capacity: 0)
            var options = TaskOptions.default
            options.gracePeriod = .milliseconds(1)
            for _ in 0..<2 {
                let sender = try pool.start(
                    announceAndSend, options: options, trial.ticket(started), trial.ticket(channel), 7)
                _ = try trial.next(Int.self, from: started)
                trial.expect("a lone send", sender.waitUntilDone(.upTo(.milliseconds(3))), is: false)
                trial.expect("cancel", sender.cancel(force: true), is: true)
                trial.expect("the end of the sender", sender.waitUntilDone(trial.limit), is: true)
                trial.expect("what is left of it", try channel.receive(as: Int.self, wait: .never), is: nil)
                let receiver = try pool.start(
                    announceAndReceive, options: options, trial.ticket(started), trial.ticket(channel))
                _ = try trial.next(Int.self, from: started)
                trial.expect("a lone receive", receiver.waitUntilDone(.upTo(.milliseconds(3))), is: false)
                trial.expect("cancel", receiver.cancel(force: true), is: true)
                trial.expect("the end of the receiver", receiver.waitUntilDone(trial.limit), is: true)
                trial.expect("send to nobody", try channel.send(1, wait: .never), is: false)
                trial.expect("join", channel.join(wait: trial.limit), is: true)
                let other = try pool.start(sendOne, trial.ticket(channel), 8)
                trial.expect("what another one sends", try trial.next(Int.self, from: channel), is: 8)
                trial.expect("its send", try trial.value(of: other), is: true)
                try channel.taskDone()
            }
        }
    },
]
