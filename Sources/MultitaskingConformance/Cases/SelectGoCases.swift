import MultitaskingCore

/// The demands of Go's channel tests (`chan_test.go`, `doubleselect.go`, `select*.go`, `sieve1.go`) that are about
/// select.
let selectGoCases: [ConformanceCase] = [
    ConformanceCase(
        "select.pseudoRandomSend", duty: "select(_:wait:)",
        "Of two channels with room, both are picked: neither always the first nor always the last "
            + "(TestPseudoRandomSend).",
        requires: [.select]
    ) { trial in
        try trial.withPool { pool in
            let source = try pool.makeChannel()
            let targets = try (0..<2).map { _ in try pool.makeChannel() }
            for number in 0..<100 { try trial.put(number, into: source) }
            source.close(discarding: false)
            let task = try pool.start(
                distribute, trial.ticket(source), trial.ticket(targets[0]), trial.ticket(targets[1]))
            let counts = try trial.value(of: task)
            trial.expect("how many were sent", counts.reduce(0, +), is: 100)
            trial.expect(counts.allSatisfy { $0 > 10 }, "expected that both are picked often; came \(counts)")
            let found = try targets.map { try trial.drain(Int.self, $0) }
            trial.expect("what came", found.joined().sorted(), is: Array(0..<100))
            trial.expect("what came to each", found.map(\.count), is: counts)
        }
    },
    ConformanceCase(
        "select.duplicateChannels", duty: "select(_:wait:)",
        "A channel that stands twice among the sources wakes who waits, once (TestSelectDuplicateChannel).",
        requires: [.select]
    ) { trial in
        try trial.withPool { pool in
            let started = try pool.makeChannel()
            for _ in 0..<10 {
                let channel = try pool.makeChannel()
                let task = try pool.start(
                    announceAndSelect, trial.ticket(started), trial.ticket(channel), trial.ticket(channel))
                _ = try trial.next(Int.self, from: started)
                try trial.put(1, into: channel)
                trial.expect((0...1).contains(try trial.value(of: task)), "expected one of both")
                trial.expect("count", channel.status.count, is: 1)
            }
        }
    },
    ConformanceCase(
        "select.nonblockingSeesWhatWasSent", duty: "Channel (linearizable)",
        "A select that waits for nothing and begins after a send or a close finds it (TestNonblockSelectRace).",
        requires: [.select]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            let done = try pool.makeChannel()
            for round in 0..<60 {
                let channels = try (0..<2).map { _ in try pool.makeChannel(capacity: 1) }
                let sender = try pool.start(sendOne, trial.ticket(channels[round % 2]), round)
                if round % 3 == 0 { channels[1 - round % 2].close(discarding: false) }
                trial.expect("the send", try trial.value(of: sender), is: true)
                let wait = round % 2 == 0 ? WaitLimit.never : .upTo(.zero)
                let index = try select(channels[0], channels[1], done, wait: wait)
                trial.expect(index != nil, "expected one that is ready after a send has returned; none was")
                trial.expect(index != 2, "expected one of the first two; the empty one came")
            }
        }
    },
    ConformanceCase(
        "select.leavesOthersTheirTurn", duty: "Selectable.whenReadyForSelect(_:)",
        "Who selects between others that wait, and goes on by another source, keeps nobody from being woken: not those "
            + "before it, nor those who come later (select6.go).",
        requires: [.select]
    ) { trial in
        try trial.withPool(workers: 4) { pool in
            let started = try pool.makeChannel()
            for _ in 0..<10 {
                let (shared, other) = (try pool.makeChannel(), try pool.makeChannel())
                func receiver() throws -> Future<Int?> {
                    let task = try pool.start(announceAndReceive, trial.ticket(started), trial.ticket(shared))
                    _ = try trial.next(Int.self, from: started)
                    return task
                }
                let first = try receiver()
                let selecting = try pool.start(
                    announceAndSelect, trial.ticket(started), trial.ticket(shared), trial.ticket(other))
                _ = try trial.next(Int.self, from: started)
                let second = try receiver()
                try trial.put(9, into: other)
                trial.expect("what was selected", try trial.value(of: selecting), is: 1)
                let receivers = [first, second, try receiver()]
                for number in 0..<3 { try trial.put(number, into: shared) }
                let found = try receivers.map { try trial.value(of: $0, "a receiver") ?? -1 }
                trial.expect("what the receivers got", found.sorted(), is: [0, 1, 2])
            }
        }
    },
    ConformanceCase(
        "select.ofOnesOwnSides", duty: "select(_:wait:)",
        "Two tasks that send to and receive from the same channels by select pass everything (TestSelfSelect).",
        requires: [.select]
    ) { trial in
        try trial.withPool(workers: 2) { pool in
            for capacity in [1, 10] {
                let channel = try pool.makeChannel(capacity: capacity)
                let tasks = try (0..<2).map { _ in try pool.start(sendAndReceiveBySelect, trial.ticket(channel), 100) }
                let taken = try tasks.map { try trial.value(of: $0) }.reduce(0, +)
                trial.expect("what was taken or is left", taken + channel.status.count, is: 200)
            }
        }
    },
    ConformanceCase(
        "select.doubleSelect", duty: "select(_:wait:)",
        "What a task sends to whichever of four channels has room, and others merge by select, comes once "
            + "(doubleselect.go).",
        requires: [.select]
    ) { trial in
        try trial.withPool(workers: 3) { pool in
            let channels = try (0..<4).map { _ in try pool.makeChannel(capacity: 1) }
            let merged = try pool.makeChannel()
            let tickets = channels.map { trial.ticket($0) }
            let sender = try pool.start(spread, tickets, 200)
            let mergers = try (0..<2).map { _ in try pool.start(merge, tickets, trial.ticket(merged)) }
            trial.expect("how many were sent", try trial.value(of: sender), is: 200)
            let counts = try mergers.map { try trial.value(of: $0) }
            trial.expect("how many were merged", counts.reduce(0, +), is: 200)
            trial.expect("what came", try trial.drain(Int.self, merged).sorted(), is: Array(0..<200))
        }
    },
    ConformanceCase(
        "select.stress", duty: "select(_:wait:)",
        "Four tasks send and receive on four channels by select alone and in all orders; everything comes once "
            + "(TestSelectStress).",
        requires: [.select]
    ) { trial in
        try trial.withPool(workers: 4) { pool in
            let channels = try [1, 2, nil, 3].map { try pool.makeChannel(capacity: $0) }
            let tickets = channels.map { trial.ticket($0) }
            let merged = try pool.makeChannel()
            let senders = try (0..<2).map { _ in try pool.start(spreadHalf, tickets, 150) }
            let mergers = try (0..<2).map { _ in try pool.start(merge, tickets.reversed(), trial.ticket(merged)) }
            for sender in senders { trial.expect("how many were sent", try trial.value(of: sender), is: 150) }
            for channel in channels { channel.close(discarding: false) }
            trial.expect("merged", try mergers.map { try trial.value(of: $0) }.reduce(0, +), is: 300)
            let expected = (0..<150).flatMap { [$0, $0] }
            trial.expect("what came", try trial.drain(Int.self, merged).sorted(), is: expected)
        }
    },
]

/// Sends and receives on one channel, whichever is possible, `count` times each at most; how many it took.
func sendAndReceiveBySelect(_ environment: any TaskEnvironment, _ ticket: ChannelTicket, _ count: Int) throws -> Int {
    let channel = try ticket.open(environment)
    var (sent, taken) = (0, 0)
    while sent < count {
        guard let index = try select(channel.sending, channel, wait: ticket.limit) else { return -1 }
        if index == 0 {
            if try channel.send(sent, wait: .never) { sent += 1 }
        } else if try channel.receive(as: Int.self, wait: .never) != nil {
            taken += 1
        }
    }
    return taken
}

/// Sends numbers to whichever channel has room; how many.
func spreadHalf(_ environment: any TaskEnvironment, _ tickets: [ChannelTicket], _ count: Int) throws -> Int {
    let channels = try tickets.map { try $0.open(environment) }
    var sent = 0
    while sent < count {
        guard let index = try select(channels.map(\.sending), wait: tickets[0].limit) else { return -1 }
        if try channels[index].send(sent, wait: .never) { sent += 1 }
    }
    return sent
}

/// Sends numbers to whichever channel has room, and closes all of them; how many.
func spread(_ environment: any TaskEnvironment, _ tickets: [ChannelTicket], _ count: Int) throws -> Int {
    let sent = try spreadHalf(environment, tickets, count)
    for ticket in tickets { try ticket.open(environment).close(discarding: false) }
    return sent
}

/// Passes what comes from any of the channels on to one, until all of them have ended; how many.
func merge(_ environment: any TaskEnvironment, _ tickets: [ChannelTicket], _ target: ChannelTicket) throws -> Int {
    var channels = try tickets.map { try $0.open(environment) }
    let merged = try target.open(environment)
    var count = 0
    while !channels.isEmpty {
        guard let index = try select(channels, wait: target.limit) else { return -1 }
        let isClosed = channels[index].status.isClosed
        if let number = try channels[index].receive(as: Int.self, wait: .never) {
            guard try merged.send(number, wait: target.limit) else { return -1 }
            count += 1
        } else if isClosed {
            channels.remove(at: index)
        }
    }
    return count
}
