import MultitaskingCore
import MultitaskingSerialization

/// A future whose value another task is given.
protocol Dependency: Followable {
    func source(in core: PoolCore) throws -> HandedOnSource
}

extension Future: Dependency where Value: Portable {
    /// Where a worker finds the value: where it is, or if it is of another pool, or was asked for, in a copy.
    func source(in core: PoolCore) throws -> HandedOnSource {
        if let pin = (endOfChain.backend as? ProcessFuture<Value>)?.pin(in: core) { return .slot(pin.slot.number, pin) }
        let value = try availableValue()
        let writer = PayloadWriter(home: core.membership.shares)
        do { try writer.encode(value) } catch { throw MultitaskingError.encodeFailed(error) }
        let senders = ArgumentList(value).companion as? HeldSenders
        return .encoded(
            EncodedValue(bytes: try writer.bytes(), objects: writer.exports?.objects ?? [], senders: senders))
    }
}

/// Where an argument of a task is found.
enum HandedOnSource: Sendable {
    /// It is the result of the task that has the slot, which is kept there.
    case slot(SlotNumber, ResultPin?)
    /// The task is sent a copy.
    case encoded(EncodedValue)

    var senders: HeldSenders? { if case .encoded(let value) = self { value.senders } else { nil } }
    /// What else is kept until the task has ended.
    var others: any Sendable {
        switch self {
        case .slot(_, let pin): pin
        case .encoded(let value): value.objects
        }
    }
}

/// A value that was encoded in the client, with what must be kept as long as somebody may decode it.
struct EncodedValue: Sendable {
    let bytes: [UInt8]
    /// The shared values that it refers to.
    var objects: [any SharedObject] = []
    /// The senders that it is, or has inside.
    var senders: HeldSenders?
}

/// A function that is given where its arguments are.
struct HandingOn<Function: PortableFunction>: PortableFunction {
    // Alone, so that this is as large as a function, and is sent like one.
    private let function: Function

    init(_ function: Function) { self.function = function }

    func call(_ arguments: HandedOn<Function>, in environment: any TaskEnvironment) throws -> Function.Output {
        try function.call(arguments.values(in: environment), in: environment)
    }

    static func encode(output: Function.Output, into encoder: inout some PayloadEncoder) throws {
        try Function.encode(output: output, into: &encoder)
    }

    static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> Function.Output {
        try Function.decodeOutput(from: &decoder)
    }
}

/// The arguments of a function, each where it was.
struct HandedOn<Function: PortableFunction>: PayloadConvertible {
    private enum Contents {
        case sources([HandedOnSource])
        case values(Function.Arguments)
    }

    private let contents: Contents

    init(_ sources: [HandedOnSource]) { contents = .sources(sources) }

    init(from decoder: inout some PayloadDecoder) throws {
        let places = try decoder.decode(HandedOnPlaces.self)
        guard let environment = places.environment else { throw MultitaskingError.resultIsGone }
        contents = .values(try Self.values(places.sources, in: environment))
    }

    func encode(into encoder: inout some PayloadEncoder) throws {
        guard case .sources(let sources) = contents else { return }
        try encoder.encode(HandedOnPlaces(sources: sources, environment: nil))
    }

    /// The results are kept until the task has ended, and senders count until then.
    var companion: (any Sendable)? {
        guard case .sources(let sources) = contents else { return nil }
        let senders = sources.compactMap(\.senders)
        return senders.isEmpty ? sources : HeldSenders.joining(senders, keeping: sources.map(\.others))
    }

    /// The arguments, which a copy of the client is not sent.
    fileprivate func values(in environment: any TaskEnvironment) throws -> Function.Arguments {
        switch contents {
        case .values(let values): return values
        case .sources(let sources): return try Self.values(sources, in: environment)
        }
    }

    private static func values(
        _ sources: [HandedOnSource], in environment: any TaskEnvironment
    ) throws -> Function.Arguments {
        guard let environment = environment as? WorkerEnvironment else { throw MultitaskingError.resultIsGone }
        var decoder = HandedOnDecoder(sources: sources[...], environment: environment)
        return try Function.decodeArguments(from: &decoder)
    }
}

/// The sources of a call's arguments on their way to a worker.
private struct HandedOnPlaces: Sendable {
    let sources: [HandedOnSource]
    let environment: (any TaskEnvironment)?
}

extension HandedOnPlaces: Codable {
    init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        var sources: [HandedOnSource] = []
        while !values.isAtEnd {
            let number = SlotNumber(rawValue: try values.decode(UInt64.self))
            sources.append(
                number.isNone
                    ? .encoded(EncodedValue(bytes: try values.decode([UInt8].self))) : .slot(number, nil))
        }
        self.init(sources: sources, environment: decoder.userInfo[.taskEnvironment] as? any TaskEnvironment)
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.unkeyedContainer()
        for source in sources {
            switch source {
            case .slot(let number, _): try values.encode(number.rawValue)
            case .encoded(let value):
                try values.encode(SlotNumber.none.rawValue)
                try values.encode(value.bytes)
            }
        }
    }
}

/// Reads each value from where it is.
private struct HandedOnDecoder: PayloadDecoder {
    var sources: ArraySlice<HandedOnSource>
    let environment: WorkerEnvironment

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let environment = environment
        switch sources.popFirst() {
        case .slot(let number, _)?:
            let arena = environment.membership.arena
            guard let index = number.index(of: arena.layout.slotCapacity) else { throw MultitaskingError.resultIsGone }
            let slot = TaskSlot(arena: arena, index: index)
            guard slot.word.load().status == .done, slot.resultKind.load() == .value else {
                throw MultitaskingError.resultIsGone
            }
            return try PayloadFieldReader(environment).read(slot.result) { try $0.decode(type) }
        case .encoded(let value)?:
            // SAFETY: the reader is gone before the closure returns the array's bytes.
            return try unsafe value.bytes.withUnsafeBytes { bytes in
                try unsafe PayloadReader(bytes, environment: environment).decode(type)
            }
        case nil: throw MultitaskingError.resultIsGone
        }
    }
}

extension MultitaskingError {
    fileprivate static var resultIsGone: Self {
        Self(.decodeFailed, "the result of another task is missing; a task has written over the pool's memory")
    }
}
