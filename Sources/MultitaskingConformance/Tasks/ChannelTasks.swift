import MultitaskingCore

// What tasks do with batches, senders and select.

/// Sends the items of one producer in batches of several sizes; how many were taken.
func produceInBatches(
    _ environment: any TaskEnvironment, _ channel: ChannelTicket, _ producer: Int, _ count: Int
) throws -> Int {
    let queue = try channel.open(environment)
    let items = (0..<count).map { Item.padded(producer, $0) }
    var sent = 0
    var size = 1
    while sent < count {
        let batch = items[sent..<min(count, sent + size)]
        let accepted = try queue.send(contentsOf: batch, wait: channel.limit)
        guard accepted == batch.count else { return sent + accepted }
        sent += accepted
        size = size % 70 + 3
    }
    return sent
}

/// Receives in batches of several sizes until the channel ends, and reports each element as processed.
func consumeInBatches(_ environment: any TaskEnvironment, _ channel: ChannelTicket) throws -> [Item] {
    let queue = try channel.open(environment)
    var items: [Item] = []
    while true {
        let batch = try queue.receive(upTo: 1 + items.count % 50, as: Item.self, wait: channel.limit)
        if batch.isEmpty { return items }
        for item in batch {
            guard item.isIntact else { throw MultitaskingError(.decodeFailed, "the element \(item) is damaged") }
            items.append(Item(producer: item.producer, number: item.number))
            try queue.taskDone()
        }
    }
}

/// The sum of all numbers that come, by a blocking loop.
func sumElements(_ environment: any TaskEnvironment, _ channel: ChannelTicket) throws -> Int {
    var sum = 0
    let elements = try channel.open(environment).elements(as: Int.self)
    for number in elements { sum += number }
    if let failure = elements.failure { throw failure }
    return sum
}

/// Sends numbers through a sender, which its task holds until it ends.
func sendThrough(_ sender: ChannelSender, _ numbers: Range<Int>, _ patience: Duration) throws -> Int {
    for number in numbers { guard try sender.send(number, wait: .upTo(patience)) else { return -1 } }
    return numbers.count
}

/// Sends one number, and ends its worker.
func sendAndExit(_ sender: ChannelSender, _ patience: Duration) throws -> Int {
    _ = try sender.send(1, wait: .upTo(patience))
    Blow.exit1.strike()
}

/// Takes numbers from two channels, whichever has one, until the signal is set; how many of each.
func selectUntilSet(
    _ environment: any TaskEnvironment, _ first: ChannelTicket, _ second: ChannelTicket, _ stop: SignalTicket
) throws -> [Int] {
    let channels = [try first.open(environment), try second.open(environment)]
    let signal = try stop.open(environment)
    var counts = [0, 0]
    while let index = try select(channels[0], channels[1], signal, wait: first.limit) {
        if index == 2 {
            for (index, channel) in channels.enumerated() {
                while try channel.receive(as: Int.self, wait: .never) != nil { counts[index] += 1 }
            }
            return counts
        }
        if try channels[index].receive(as: Int.self, wait: .never) != nil { counts[index] += 1 }
    }
    return [-1, -1]
}

/// Says that it begins, then selects from two channels; the index, or -1.
func announceAndSelect(
    _ environment: any TaskEnvironment, _ started: ChannelTicket, _ first: ChannelTicket, _ second: ChannelTicket
) throws -> Int {
    let (first, second) = (try first.open(environment), try second.open(environment))
    _ = try started.open(environment).send(1, wait: started.limit)
    return try select(first, second, wait: started.limit) ?? -1
}

/// Passes numbers on, to whichever of two channels has room, until the first channel ends; how many went where.
func distribute(
    _ environment: any TaskEnvironment, _ source: ChannelTicket, _ first: ChannelTicket, _ second: ChannelTicket
) throws -> [Int] {
    let targets = [try first.open(environment), try second.open(environment)]
    let queue = try source.open(environment)
    var counts = [0, 0]
    while let number = try queue.receive(as: Int.self, wait: source.limit) {
        var isSent = false
        while !isSent {
            guard let index = try select(targets[0].sending, targets[1].sending, wait: first.limit) else {
                return [-1, -1]
            }
            isSent = try targets[index].send(number, wait: .never)
            if isSent { counts[index] += 1 }
        }
    }
    return counts
}

/// Sends the natural numbers from 2 on until the channel is closed; how many.
func generate(_ environment: any TaskEnvironment, _ channel: ChannelTicket) throws -> Int {
    let queue = try channel.open(environment)
    var number = 2
    do { while try queue.send(number, wait: channel.limit) { number += 1 } } catch let error as MultitaskingError
        where error.code == .closed
    {}
    return number
}
