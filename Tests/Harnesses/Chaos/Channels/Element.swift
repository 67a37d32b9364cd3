import MultitaskingCore

/// What travels through the channels: who sent it, its number there, and words that follow from these.
struct Element: Codable, Sendable {
    var producer: UInt32
    var number: UInt32
    var words: [UInt64]

    init(_ producer: UInt32, _ number: UInt32, words: Int) {
        self.producer = producer
        self.number = number
        self.words = Payload.words(Self.seed(producer, number), words)
    }

    var isWhole: Bool { words == Payload.words(Self.seed(producer, number), words.count) }

    private static func seed(_ producer: UInt32, _ number: UInt32) -> UInt64 { UInt64(producer) << 32 | UInt64(number) }
}

/// A channel as an argument: travels as its reference.
struct Lane: Codable, Sendable {
    /// The name by which the processes write down what passes through it.
    let number: UInt32
    let channel: any Channel

    init(_ number: UInt32, _ channel: any Channel) {
        self.number = number
        self.channel = channel
    }

    private enum CodingKeys: CodingKey { case number, channel }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        number = try values.decode(UInt32.self, forKey: .number)
        channel = try decoder.taskEnvironment.channel(values.decode(SharedObjectID.self, forKey: .channel))
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(number, forKey: .number)
        try values.encode(channel.reference, forKey: .channel)
    }
}
