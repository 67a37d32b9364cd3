/// What a coder must know about a type before it touches a value of it.
struct TypeInfo: @unchecked Sendable {
    // SAFETY: a constant that holds metatypes, which are immutable and live forever.

    /// How values of the type are written.
    enum Strategy {
        /// As one number; `Bool` is apart because not all bits are a value.
        case number(tag: UInt8)
        case bool
        case string
        case array(of: NumberKind)
        /// As a whole, by the type's own conformance to ``DirectPayload``.
        case direct(any DirectPayload.Type)
        /// As an array of bytes: Foundation's `Data`.
        case bytes(any ByteCollection.Type)
        /// As an unkeyed container, whose elements are gone through here.
        case elements(any ElementArray.Type)
        /// As nil, or as what it wraps.
        case optional(any OptionalPayload.Type)
        /// Through `encode(to:)` and `init(from:)`.
        case general

        var isGeneral: Bool { if case .general = self { true } else { false } }

        /// The tag that values written this way begin with; 0, which is none, where it says nothing.
        var tag: UInt8 {
            switch self {
            case .number(let tag): tag
            case .bool: PayloadTag.bool
            case .string: PayloadTag.shortString
            case .array(let kind): kind.arrayTag
            case .direct(let type): type.tag
            case .bytes: PayloadTag.uint8 | PayloadTag.arrayBit
            case .elements: PayloadTag.unkeyed
            case .optional, .general: 0
            }
        }
    }

    let type: Any.Type
    let fingerprint: UInt64
    let strategy: Strategy
    /// How values are written and read without a writer and reader; nil if they are not.
    let flat: FlatKind?

    /// Finds out about `type`; takes about a microsecond, so ``TypeTable`` remembers it.
    init(of type: Any.Type) {
        self.type = type
        fingerprint = TypeFingerprint.compute(for: type)
        strategy = Self.strategy(for: type)
        flat = FlatKind(of: type, strategy)
    }

    private static func strategy(for type: Any.Type) -> Strategy {
        if type == Bool.self { return .bool }
        if type == String.self { return .string }
        if let optional = optionalStrategy(for: type) { return optional }
        if let number = type as? any FixedWidthScalar.Type { return .number(tag: number.tag) }
        if let kind = NumberKind(arrayType: type) { return .array(of: kind) }
        if let direct = type as? any DirectPayload.Type { return .direct(direct) }
        if let array = type as? any ElementArray.Type { return .elements(array) }
        if let bytes = byteCollection(type) { return .bytes(bytes) }
        return .general
    }

    /// Foundation's `Data`, known by its name: importing Foundation would make every worker load it.
    private static func byteCollection(_ type: Any.Type) -> (any ByteCollection.Type)? {
        guard ["FoundationEssentials.Data", "Foundation.Data"].contains(_typeName(type)) else { return nil }
        return type as? any ByteCollection.Type
    }
}

/// What `Data` is, as far as the standard library knows.
typealias ByteCollection = RandomAccessCollection & RangeReplaceableCollection
