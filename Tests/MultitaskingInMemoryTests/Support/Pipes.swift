import Multitasking

// Channels and signals as arguments of a task's function.

struct Pipe: Codable, Sendable {
    let channel: any Channel

    init(_ channel: any Channel) { self.channel = channel }

    init(from decoder: any Decoder) throws {
        channel = try decoder.environment().channel(decoder.singleValueContainer().decode(SharedObjectID.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(channel.reference)
    }
}

struct Bell: Codable, Sendable {
    let signal: any CancelSignal

    init(_ signal: any CancelSignal) { self.signal = signal }

    init(from decoder: any Decoder) throws {
        signal = try decoder.environment().cancelSignal(decoder.singleValueContainer().decode(SharedObjectID.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(signal.reference)
    }
}

/// Waits for a signal that is not set, which takes so much virtual time.
func waitForNothing(_ bell: Bell, _ duration: Duration) -> Bool { bell.signal.waitUntilSet(.upTo(duration)) }

extension Decoder {
    fileprivate func environment() throws -> any TaskEnvironment {
        guard let environment = userInfo[.taskEnvironment] as? any TaskEnvironment else {
            throw MultitaskingError(.noSuchObject, "only a task can decode this")
        }
        return environment
    }
}

/// What comes within ten minutes; 0 if nothing does.
func receiveForTenMinutes(_ pipe: Pipe) throws -> Int {
    try pipe.channel.receive(as: Int.self, wait: .upTo(.seconds(600))) ?? 0
}

/// What comes at last.
func receiveInTheEnd(_ pipe: Pipe) throws -> Int? { try pipe.channel.receive(as: Int.self, wait: .forever) }
