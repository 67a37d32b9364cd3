import MultitaskingCore

/// What one of several peers of a channel does.
struct PeerScript: Codable, Sendable, CustomStringConvertible {
    enum Step: String, Codable, Sendable {
        case trySend, send, tryReceive, receive, look, close
    }

    /// The peer's number, in all that it sends.
    var peer: Int
    var steps: [Step]

    static func random(peer: Int, using random: inout SplitMix64) -> PeerScript {
        // Some only send, some only receive, some do both.
        let share = [5, 50, 95].randomElement(using: &random) ?? 50
        let steps = (0..<Int.random(in: 5...40, using: &random)).map { _ -> Step in
            if Int.random(in: 0..<200, using: &random) == 0 { return .close }
            if Int.random(in: 0..<10, using: &random) == 0 { return .look }
            let waits = Bool.random(using: &random)
            return Int.random(in: 0..<100, using: &random) < share
                ? (waits ? .send : .trySend) : (waits ? .receive : .tryReceive)
        }
        return PeerScript(peer: peer, steps: steps)
    }

    var description: String { "peer \(peer): " + steps.map(\.rawValue).joined(separator: " ") }
}

/// What a peer has seen.
struct PeerLog: Codable, Sendable {
    /// The numbers it sent that were accepted, in order.
    var accepted: [Int] = []
    /// What it received, in order.
    var received: [Item] = []
    /// The most elements it saw waiting.
    var largestCount = 0
    /// Whether the channel was closed at its first refusal to take an element, and its sends after its own close.
    var errors: [String] = []
}

/// Plays a script.
func play(_ environment: any TaskEnvironment, _ channel: ChannelTicket, _ script: PeerScript) throws -> PeerLog {
    let queue = try channel.open(environment)
    var log = PeerLog()
    var number = 0
    var hasClosed = false
    let brief = WaitLimit.upTo(.milliseconds(2))
    for step in script.steps {
        do {
            switch step {
            case .trySend, .send:
                number += 1
                let item = Item(producer: script.peer, number: number)
                guard try queue.send(item, wait: step == .send ? brief : .never) else { continue }
                log.accepted.append(number)
                if hasClosed { log.errors.append("send of \(number) was accepted after close") }
            case .tryReceive, .receive:
                guard let item = try queue.receive(as: Item.self, wait: step == .receive ? brief : .never) else {
                    continue
                }
                log.received.append(item)
                try queue.taskDone()
            case .look:
                log.largestCount = max(log.largestCount, queue.status.count)
            case .close:
                queue.close(discarding: false)
                hasClosed = true
            }
        } catch let error as MultitaskingError where error.code == .closed {
            if !queue.status.isClosed { log.errors.append("send threw closed, but the channel is open") }
        }
    }
    return log
}

/// What must hold of what several peers saw of one channel, whatever the order of their calls was.
struct PeerLedger {
    let capacity: Int?
    let logs: [Int: PeerLog]
    /// What was left in the channel afterwards, in order.
    let rest: [Item]
    /// What `join` said when everything that was received had been reported, first with the rest in, then without.
    let joins: [Bool]

    /// The first thing that does not hold, in words.
    var breach: String? {
        for (peer, log) in logs.sorted(by: { $0.key < $1.key }) {
            if let error = log.errors.first { return "peer \(peer): \(error)" }
            if let capacity, log.largestCount > capacity {
                return "peer \(peer) saw \(log.largestCount) elements in a channel for \(capacity)"
            }
        }
        if let capacity, rest.count > capacity { return "\(rest.count) elements are left in a channel for \(capacity)" }
        let accepted = logs.flatMap { peer, log in log.accepted.map { Item(producer: peer, number: $0) } }
        let received = logs.values.flatMap(\.received)
        let seen = received + rest
        let counts = Dictionary(seen.map { ($0, 1) }, uniquingKeysWith: +)
        if let (item, count) = counts.first(where: { $0.value > 1 }) {
            return "\(name(item)) was received \(count) times"
        }
        let acceptedSet = Set(accepted)
        if let item = accepted.first(where: { counts[$0] == nil }) { return "\(name(item)) was accepted and is lost" }
        if let item = seen.first(where: { !acceptedSet.contains($0) }) {
            return "\(name(item)) came and was never accepted"
        }
        for (peer, log) in logs {
            // What is left came after all that was received.
            if let item = misplaced(in: log.received + rest) {
                return "peer \(peer) received \(name(item)) out of order"
            }
        }
        if joins != [rest.isEmpty, true] {
            return "join said \(joins) with \(rest.count) unreported elements, then with none"
        }
        return nil
    }

    private func misplaced(in items: [Item]) -> Item? {
        var last: [Int: Int] = [:]
        for item in items {
            if let before = last[item.producer], before >= item.number { return item }
            last[item.producer] = item.number
        }
        return nil
    }

    private func name(_ item: Item) -> String { "element \(item.number) of peer \(item.producer)" }
}
