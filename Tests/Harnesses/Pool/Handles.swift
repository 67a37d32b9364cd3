import MultitaskingCore

/// A channel as an argument: travels as its reference.
struct Queue: Codable, Sendable {
    let channel: any Channel

    init(_ channel: any Channel) { self.channel = channel }

    init(from decoder: any Decoder) throws {
        let reference = try decoder.singleValueContainer().decode(SharedObjectID.self)
        channel = try environment(of: decoder).channel(reference)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(channel.reference)
    }
}

/// A cancel signal as an argument: travels as its reference.
struct Flag: Codable, Sendable {
    let signal: any CancelSignal

    init(_ signal: any CancelSignal) { self.signal = signal }

    init(from decoder: any Decoder) throws {
        let reference = try decoder.singleValueContainer().decode(SharedObjectID.self)
        signal = try environment(of: decoder).cancelSignal(reference)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(signal.reference)
    }
}

private func environment(of decoder: any Decoder) throws -> any TaskEnvironment {
    guard let environment = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment else {
        throw MultitaskingError(.noSuchObject, "this decoder is not in a worker")
    }
    return environment
}
