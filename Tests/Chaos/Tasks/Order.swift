import Glibc
import MultitaskingCore

/// The argument of a task.
struct Order: Codable, Sendable {
    var id: UInt32
    var fate: Fate
    /// How long it spins or sleeps, in milliseconds.
    var milliseconds: UInt32 = 0
    /// At how many attempts it fails, if it is one that fails first.
    var failures: UInt8 = 0
    /// How many words the answer has.
    var answer: UInt32 = 0
    /// Makes the argument as long as wanted, and what it is made of known.
    var words: [UInt64]
    var flag: Flag?
    /// What the worker offers; there only in a worker.
    var environment: (any TaskEnvironment)?

    init(id: UInt32, fate: Fate, words: Int) {
        self.id = id
        self.fate = fate
        self.words = Payload.words(UInt64(id), words)
    }

    private enum CodingKeys: CodingKey { case id, fate, milliseconds, failures, answer, words, flag }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(UInt32.self, forKey: .id)
        fate = try values.decode(Fate.self, forKey: .fate)
        milliseconds = try values.decode(UInt32.self, forKey: .milliseconds)
        failures = try values.decode(UInt8.self, forKey: .failures)
        answer = try values.decode(UInt32.self, forKey: .answer)
        words = try values.decode([UInt64].self, forKey: .words)
        flag = try values.decodeIfPresent(Flag.self, forKey: .flag)
        environment = decoder.userInfo[.taskEnvironment] as? any TaskEnvironment
        if fate == .diesDecoding { kill(getpid(), SIGKILL) }
        if fate == .throwsDecoding { throw PlainFailure(id: id) }
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encode(fate, forKey: .fate)
        try values.encode(milliseconds, forKey: .milliseconds)
        try values.encode(failures, forKey: .failures)
        try values.encode(answer, forKey: .answer)
        try values.encode(words, forKey: .words)
        try values.encodeIfPresent(flag, forKey: .flag)
    }

    /// What the task must return.
    var reply: Reply { Reply(id: id, fate: fate, words: Payload.words(~UInt64(id), Int(answer))) }
}

/// The result of a task.
struct Reply: Codable, Sendable, Equatable {
    var id: UInt32
    var fate: Fate
    var words: [UInt64]

    init(id: UInt32, fate: Fate, words: [UInt64]) {
        self.id = id
        self.fate = fate
        self.words = words
    }

    private enum CodingKeys: CodingKey { case id, fate, words }

    func encode(to encoder: any Encoder) throws {
        if fate == .diesEncoding { kill(getpid(), SIGKILL) }
        if fate == .throwsEncoding { throw PlainFailure(id: id) }
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encode(fate, forKey: .fate)
        try values.encode(words, forKey: .words)
    }
}

/// Words that are known from a number.
enum Payload {
    static func words(_ seed: UInt64, _ count: Int) -> [UInt64] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { _ in random.next() }
    }
}

/// A cancel signal as an argument: travels as its reference.
struct Flag: Codable, Sendable {
    let signal: any CancelSignal

    init(_ signal: any CancelSignal) { self.signal = signal }

    init(from decoder: any Decoder) throws {
        let reference = try decoder.singleValueContainer().decode(SharedObjectID.self)
        signal = try decoder.taskEnvironment.cancelSignal(reference)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(signal.reference)
    }
}

extension Decoder {
    /// What the worker offers.
    var taskEnvironment: any TaskEnvironment {
        get throws {
            guard let environment = userInfo[.taskEnvironment] as? any TaskEnvironment else {
                throw MultitaskingError(.noSuchObject, "this decoder is not in a worker")
            }
            return environment
        }
    }
}
