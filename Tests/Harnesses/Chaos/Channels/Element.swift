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

    /// How many words fit into a vector.
    static let vectorWords = 6

    /// The same as plain bytes, which in a batch are sent as one: see ``Lane/carriesVectors``.
    var vector: SIMD8<UInt64> {
        var vector = SIMD8<UInt64>()
        vector[0] = Self.seed(producer, number)
        vector[1] = UInt64(words.count)
        for (index, word) in words.enumerated() { vector[index + 2] = word }
        return vector
    }

    init(_ vector: SIMD8<UInt64>) {
        producer = UInt32(vector[0] >> 32)
        number = UInt32(truncatingIfNeeded: vector[0])
        words = (0..<min(Self.vectorWords, Int(clamping: vector[1]))).map { vector[$0 + 2] }
    }

    var isWhole: Bool { words == Payload.words(Self.seed(producer, number), words.count) }

    private static func seed(_ producer: UInt32, _ number: UInt32) -> UInt64 { UInt64(producer) << 32 | UInt64(number) }
}

/// A channel as an argument: travels as its reference.
struct Lane: Codable, Sendable {
    /// The name by which the processes write down what passes through it.
    let number: UInt32
    let channel: any Channel
    /// Whether elements are sent as vectors.
    let carriesVectors: Bool

    init(_ number: UInt32, _ channel: any Channel, carriesVectors: Bool) {
        self.number = number
        self.channel = channel
        self.carriesVectors = carriesVectors
    }

    private enum CodingKeys: CodingKey { case number, channel, carriesVectors }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        number = try values.decode(UInt32.self, forKey: .number)
        carriesVectors = try values.decode(Bool.self, forKey: .carriesVectors)
        channel = try decoder.taskEnvironment.channel(values.decode(SharedObjectID.self, forKey: .channel))
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(number, forKey: .number)
        try values.encode(carriesVectors, forKey: .carriesVectors)
        try values.encode(channel.reference, forKey: .channel)
    }
}

extension Lane {
    func receive(wait: WaitLimit) throws -> Element? {
        guard carriesVectors else { return try channel.receive(as: Element.self, wait: wait) }
        return try channel.receive(as: SIMD8<UInt64>.self, wait: wait).map { Element($0) }
    }

    func receive(wait: WaitLimit) async throws -> Element? {
        guard carriesVectors else { return try await channel.receive(as: Element.self, wait: wait) }
        return try await channel.receive(as: SIMD8<UInt64>.self, wait: wait).map { Element($0) }
    }

    func receive(upTo count: Int, wait: WaitLimit) throws -> [Element] {
        guard carriesVectors else { return try channel.receive(upTo: count, as: Element.self, wait: wait) }
        return try channel.receive(upTo: count, as: SIMD8<UInt64>.self, wait: wait).map { Element($0) }
    }

    func send(_ element: Element, wait: WaitLimit) throws -> Bool {
        carriesVectors ? try channel.send(element.vector, wait: wait) : try channel.send(element, wait: wait)
    }

    func send(_ element: Element, wait: WaitLimit) async throws -> Bool {
        carriesVectors
            ? try await channel.send(element.vector, wait: wait) : try await channel.send(element, wait: wait)
    }

    func send(contentsOf elements: [Element], wait: WaitLimit) throws -> Int {
        carriesVectors
            ? try channel.send(contentsOf: elements.map(\.vector), wait: wait)
            : try channel.send(contentsOf: elements, wait: wait)
    }
}
