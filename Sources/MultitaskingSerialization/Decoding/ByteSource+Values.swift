extension ByteSource {
    // MARK: Text

    /// Reads a string; nil if something else was written here.
    mutating func readStringIfPresent() throws(ReadFailure) -> String? {
        guard let byteCount = try readStringLengthIfPresent() else { return nil }
        return try readUTF8(byteCount)
    }

    mutating func readString() throws(ReadFailure) -> String {
        guard let string = try readStringIfPresent() else { throw .mismatch(tag: try peekByte()) }
        return string
    }

    /// Reads a string and says whether it is `string`.
    mutating func readString(equals string: String) throws(ReadFailure) -> Bool {
        guard let byteCount = try readStringLengthIfPresent() else { throw .mismatch(tag: try peekByte()) }
        return try readUTF8(byteCount, equals: string)
    }

    private mutating func readStringLengthIfPresent() throws(ReadFailure) -> Int? {
        switch try peekByte() {
        case PayloadTag.shortString:
            try advance(1)
            return try readCount(UInt8.self, width: 1)
        case PayloadTag.longString:
            try advance(1)
            return try readCount(UInt64.self, width: 1)
        default: return nil
        }
    }

    // MARK: Numbers

    mutating func readBool() throws(ReadFailure) -> Bool {
        let tag = try peekByte()
        guard tag == PayloadTag.bool else { throw .mismatch(tag: tag) }
        try advance(1)
        switch try readByte() {
        case 0: return false
        case 1: return true
        default: throw .invalid("a Bool is neither 0 nor 1")
        }
    }

    /// Reads an integer; one of another type will do if it has the same value.
    ///
    /// A floating-point number will not, not even a whole one: a value of a type that tries integers first would come
    /// back as another one.
    @inline(__always) mutating func readInteger<Number: FixedWidthInteger & FixedWidthScalar>(
        _: Number.Type
    ) throws(ReadFailure) -> Number {
        let tag = try peekByte()
        guard tag == Number.tag else { return try convertInteger(tag) }
        try advance(1)
        return try readRaw(Number.self)
    }

    /// Reads a floating-point number; another number will do if it has the same value.
    @inline(__always) mutating func readReal<Number: BinaryFloatingPoint & FixedWidthScalar>(
        _: Number.Type
    ) throws(ReadFailure) -> Number {
        let tag = try peekByte()
        guard tag == Number.tag else { return try convertReal(tag) }
        try advance(1)
        return try readRaw(Number.self)
    }

    @inline(never) private mutating func convertInteger<Number: FixedWidthInteger>(
        _ tag: UInt8
    ) throws(ReadFailure) -> Number {
        let number: Number? =
            switch try readAnyNumber(tag) {
            case .signed(let value): Number(exactly: value)
            case .unsigned(let value): Number(exactly: value)
            case .real: throw .mismatch(tag: tag)
            }
        guard let number else { throw .unrepresentable }
        return number
    }

    @inline(never) private mutating func convertReal<Number: BinaryFloatingPoint>(
        _ tag: UInt8
    ) throws(ReadFailure) -> Number {
        let number: Number? =
            switch try readAnyNumber(tag) {
            case .signed(let value): Number(exactly: value)
            case .unsigned(let value): Number(exactly: value)
            case .real(let value): value.isNaN ? Number.nan : Number(exactly: value)
            }
        guard let number else { throw .unrepresentable }
        return number
    }

    private enum AnyNumber {
        case signed(Int128)
        case unsigned(UInt128)
        case real(Double)
    }

    private mutating func readAnyNumber(_ tag: UInt8) throws(ReadFailure) -> AnyNumber {
        guard tag != PayloadTag.bool, PayloadTag.width(ofNumber: tag) != nil else { throw .mismatch(tag: tag) }
        try advance(1)
        return switch tag {
        case PayloadTag.int8: .signed(Int128(try readRaw(Int8.self)))
        case PayloadTag.int16: .signed(Int128(try readRaw(Int16.self)))
        case PayloadTag.int32: .signed(Int128(try readRaw(Int32.self)))
        case PayloadTag.int64: .signed(Int128(try readRaw(Int64.self)))
        case PayloadTag.int128: .signed(try readRaw(Int128.self))
        case PayloadTag.uint8: .unsigned(UInt128(try readRaw(UInt8.self)))
        case PayloadTag.uint16: .unsigned(UInt128(try readRaw(UInt16.self)))
        case PayloadTag.uint32: .unsigned(UInt128(try readRaw(UInt32.self)))
        case PayloadTag.uint64: .unsigned(UInt128(try readRaw(UInt64.self)))
        case PayloadTag.uint128: .unsigned(try readRaw(UInt128.self))
        case PayloadTag.float: .real(Double(try readRaw(Float.self)))
        default: .real(try readRaw(Double.self))
        }
    }

    // MARK: Skipping

    /// A container that is being skipped.
    private struct OpenContainer {
        var remaining: UInt32
        let isKeyed: Bool
        let start: Int
        /// The beginning of the innermost container that is to be kept in mind, this one or one around it.
        var kept = Int.min
    }

    /// Goes beyond one value, whatever it is; without recursion, as the bytes may be nested without limit.
    mutating func skipValue(knowing known: inout SkippedValues) throws(ReadFailure) {
        let start = position
        guard let container = try skipHead(), container.remaining > 0 else { return }
        if let end = try known.end(ofContainerAt: container.start) { return seek(to: end) }
        defer { known.count(position &- start) }
        try skip(container, knowing: &known)
    }

    @inline(never) private mutating func skip(
        _ outermost: OpenContainer, knowing known: inout SkippedValues
    ) throws(ReadFailure) {
        var open = [outermost]
        open[0].kept = outermost.start
        do throws(ReadFailure) { try skip(&open, knowing: &known) } catch {
            // What is damaged is damaged in all that it stands in.
            if known.isKeeping {
                for container in open where container.kept == container.start {
                    known.keep(container.start, failure: error)
                }
            }
            throw error
        }
    }

    /// Goes beyond containers of which each stands in the one before, the innermost first.
    private mutating func skip(
        _ open: inout [OpenContainer], knowing known: inout SkippedValues
    ) throws(ReadFailure) {
        let isKeeping = known.isKeeping
        while let last = open.indices.last {
            guard open[last].remaining > 0 else {
                let container = open.removeLast()
                if isKeeping, container.kept == container.start, position - container.start >= SkippedValues.smallest {
                    known.keep(container.start, end: position)
                }
                continue
            }
            open[last].remaining -= 1
            if open[last].isKeyed { try skipKey() }
            guard var container = try skipHead() else { continue }
            if let end = try known.end(ofContainerAt: container.start) {
                seek(to: end)
                continue
            }
            let kept = open[last].kept
            container.kept = container.start - kept >= SkippedValues.distance ? container.start : kept
            open.append(container)
        }
    }

    /// Goes beyond the reference to a key.
    mutating func skipKey() throws(ReadFailure) {
        if try readByte() == KeyReference.inline { _ = try skipHead() }
    }

    /// Goes beyond a value that is not a container, or to the first element of one that is.
    private mutating func skipHead() throws(ReadFailure) -> OpenContainer? {
        var tag = try readByte()
        // No type has as many optionals in each other: each takes twice as long to make as the one before.
        var marks = 0
        while tag == PayloadTag.some, marks < 64 {
            tag = try readByte()
            marks += 1
        }
        switch tag {
        case PayloadTag.absent, PayloadTag.null: break
        case PayloadTag.shortString: try advance(try readCount(UInt8.self, width: 1))
        case PayloadTag.longString: try advance(try readCount(UInt64.self, width: 1))
        case PayloadTag.keyed: return try skipContainerHead(width: 2)
        case PayloadTag.unkeyed: return try skipContainerHead(width: 1)
        default: try skipNumbers(tag)
        }
        return nil
    }

    /// Goes beyond the count of a container whose elements take at least `width` bytes each.
    private mutating func skipContainerHead(width: Int) throws(ReadFailure) -> OpenContainer {
        let start = position &- 1
        let count = try readCount(UInt32.self, width: width)
        return OpenContainer(remaining: UInt32(truncatingIfNeeded: count), isKeyed: width == 2, start: start)
    }

    private mutating func skipNumbers(_ tag: UInt8) throws(ReadFailure) {
        if let width = PayloadTag.width(ofNumber: tag) { return try advance(width) }
        guard let element = PayloadTag.element(ofArray: tag), let width = PayloadTag.width(ofNumber: element) else {
            throw .mismatch(tag: tag)
        }
        let count = try readCount(UInt64.self, width: width)
        try advance(count * width)
    }
}
