import MultitaskingCore

/// One call of a channel.
enum ChannelCall: Codable, Sendable, Equatable, CustomStringConvertible {
    case send(Int)
    case receive
    case taskDone
    case join
    case close(discarding: Bool)
    case count

    var description: String {
        switch self {
        case .send(let number): "send(\(number))"
        case .receive: "receive()"
        case .taskDone: "taskDone()"
        case .join: "join()"
        case .close(let discarding): "close(discarding: \(discarding))"
        case .count: "status.count"
        }
    }

    /// Makes the call, waiting for nothing.
    func make(on channel: any Channel) -> ChannelAnswer {
        do {
            switch self {
            case .send(let number): return .truth(try channel.send(number, wait: .never))
            case .receive: return .element(try channel.receive(as: Int.self, wait: .never))
            case .taskDone:
                try channel.taskDone()
                return .truth(true)
            case .join: return .truth(channel.join(wait: .never))
            case .close(let discarding): return .count(channel.close(discarding: discarding))
            case .count: return .count(channel.status.count)
            }
        } catch let error as MultitaskingError {
            return .error(error.code.name)
        } catch {
            return .error("\(error)")
        }
    }
}

/// What a call of a channel gave.
enum ChannelAnswer: Codable, Sendable, Equatable, CustomStringConvertible {
    case truth(Bool)
    case element(Int?)
    case count(Int)
    case error(String)

    var description: String {
        switch self {
        case .truth(let value): "\(value)"
        case .element(let number): number.map(String.init) ?? "nil"
        case .count(let number): "\(number)"
        case .error(let name): "throws \(name)"
        }
    }
}

/// A channel as the contract has it, for one caller: what every call must give.
struct QueueModel {
    let capacity: Int?
    private var elements: [Int] = []
    private var unfinished = 0
    private var isClosed = false

    init(capacity: Int?) { self.capacity = capacity }

    mutating func answer(to call: ChannelCall) -> ChannelAnswer {
        switch call {
        case .send(let number):
            if isClosed { return .error("closed") }
            if let capacity, elements.count >= capacity { return .truth(false) }
            elements.append(number)
            unfinished += 1
            return .truth(true)
        case .receive:
            return .element(elements.isEmpty ? nil : elements.removeFirst())
        case .taskDone:
            guard unfinished > 0 else { return .error("invalidArgument") }
            unfinished -= 1
            return .truth(true)
        case .join:
            return .truth(unfinished == 0)
        case .close(let discarding):
            isClosed = true
            guard discarding else { return .count(0) }
            defer { elements = [] }
            unfinished = max(0, unfinished - elements.count)
            return .count(elements.count)
        case .count:
            return .count(elements.count)
        }
    }
}
