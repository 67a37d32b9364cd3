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
    /// Words that several orders have in common, which are known from their number.
    var shared: SharedArray<UInt64>?
    /// The same as one value.
    var sharedValue: Shared<[UInt64]>?
    /// Whether the answer's words come in an array that the task makes.
    var makesShared = false
    /// What the worker offers; there only in a worker.
    var environment: (any TaskEnvironment)?

    init(id: UInt32, fate: Fate, words: Int) {
        self.id = id
        self.fate = fate
        self.words = Payload.words(UInt64(id), words)
    }

    private enum CodingKeys: CodingKey {
        case id, fate, milliseconds, failures, answer, words, flag, shared, sharedValue, makesShared
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(UInt32.self, forKey: .id)
        fate = try values.decode(Fate.self, forKey: .fate)
        milliseconds = try values.decode(UInt32.self, forKey: .milliseconds)
        failures = try values.decode(UInt8.self, forKey: .failures)
        answer = try values.decode(UInt32.self, forKey: .answer)
        words = try values.decode([UInt64].self, forKey: .words)
        flag = try values.decodeIfPresent(Flag.self, forKey: .flag)
        shared = try values.decodeIfPresent(SharedArray<UInt64>.self, forKey: .shared)
        sharedValue = try values.decodeIfPresent(Shared<[UInt64]>.self, forKey: .sharedValue)
        makesShared = try values.decode(Bool.self, forKey: .makesShared)
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
        try values.encodeIfPresent(shared, forKey: .shared)
        try values.encodeIfPresent(sharedValue, forKey: .sharedValue)
        try values.encode(makesShared, forKey: .makesShared)
    }

    /// What the task must return.
    var reply: Reply { Reply(id: id, fate: fate, words: Payload.words(~UInt64(id), Int(answer))) }
}

/// The result of a task.
struct Reply: Codable, Sendable, Equatable {
    var id: UInt32
    var fate: Fate
    var words: [UInt64]
    /// The same words, where the task has made an array of them.
    var made: SharedArray<UInt64>?

    init(id: UInt32, fate: Fate, words: [UInt64], made: SharedArray<UInt64>? = nil) {
        self.id = id
        self.fate = fate
        self.words = words
        self.made = made
    }

    static func == (first: Reply, second: Reply) -> Bool {
        first.id == second.id && first.fate == second.fate && first.words == second.words
            && (first.made?.elementsEqual(first.words) ?? true) && (second.made?.elementsEqual(second.words) ?? true)
    }

    private enum CodingKeys: CodingKey { case id, fate, words, made }

    func encode(to encoder: any Encoder) throws {
        if fate == .diesEncoding { kill(getpid(), SIGKILL) }
        if fate == .throwsEncoding { throw PlainFailure(id: id) }
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encode(fate, forKey: .fate)
        try values.encode(words, forKey: .words)
        try values.encodeIfPresent(made, forKey: .made)
    }
}

/// Words that are known from a number.
enum Payload {
    static func words(_ seed: UInt64, _ count: Int) -> [UInt64] {
        var random = SplitMix64(seed: seed)
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
