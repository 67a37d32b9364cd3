/// An optional, which is coded as what it wraps, without a frame of its own.
///
/// `Optional`'s own conformance writes `.some(nil)` as it writes nil. Here a mark stands before a value that is there
/// but reads as nil, one for each level of optionals around it.
protocol OptionalPayload: Codable {
    /// Writes `value` where `frame` stands.
    static func encode(_ value: Self, in frame: EncodingFrame, _ step: PathStep) throws

    /// Reads the value at the cursor and leaves the cursor behind it.
    static func decode(in frame: DecodingFrame, _ step: PathStep) throws -> Self
}

/// Any optional, whatever it wraps.
private protocol AnyOptional {}

extension Optional: AnyOptional {}

extension Optional: OptionalPayload where Wrapped: Codable {
    static func encode(_ value: Wrapped?, in frame: EncodingFrame, _ step: PathStep) throws {
        guard let value else { return frame.end.append(PayloadTag.null) }
        try frame.encodePresent(value, step)
    }

    static func decode(in frame: DecodingFrame, _ step: PathStep) throws -> Wrapped? {
        let presence: Presence
        do throws(ReadFailure) { presence = try frame.source.readPresence() } catch {
            throw frame.error(error, Wrapped?.self, step)
        }
        return switch presence {
        case .null: nil
        case .value: try frame.core.decode(Wrapped.self, in: frame, step)
        case .mark: try frame.decodeMarked(Wrapped.self, step)
        }
    }
}

/// The prefix of a value that may be nil.
enum Presence {
    case null
    /// A value that is there but reads as nil; the cursor is behind its mark.
    case mark
    case value
}

extension ByteSource {
    /// Goes beyond nil or a mark, if one is next.
    @inline(__always) mutating func readPresence() throws(ReadFailure) -> Presence {
        switch try peekByte() {
        case PayloadTag.null:
            try advance(1)
            return .null
        case PayloadTag.some:
            try advance(1)
            return .mark
        default: return .value
        }
    }
}

extension DecodingFrame {
    /// Reads a value whose mark was read: nil where the type has no nil of its own, as somebody reads with fewer
    /// optionals than were written.
    @inline(never) func decodeMarked<Value: Decodable>(_ type: Value.Type, _ step: PathStep) throws -> Value? {
        let start = source.position
        do throws(ReadFailure) {
            let tag = try source.peekByte()
            guard tag == PayloadTag.null || tag == PayloadTag.some else {
                throw .invalid("a value is marked as nil but isn't")
            }
        } catch {
            throw self.error(error, type, step)
        }
        do { return try core.decode(type, in: self, step) } catch {
            source.seek(to: start)
            do throws(ReadFailure) { try core.skipValue() } catch { throw self.error(error, type, step) }
            return nil
        }
    }

    /// Goes beyond nil, marked or not; false if something else is next.
    func skipNil() -> Bool {
        guard let tag = try? source.peekByte(), tag == PayloadTag.null || tag == PayloadTag.some else { return false }
        return (try? core.skipValue()) != nil
    }
}

extension EncodingFrame {
    /// Writes a value that is there, with a mark before it if it reads as nil.
    @inline(__always) func encodePresent<Value: Encodable>(
        _ value: Value, _ step: @autoclosure () -> PathStep
    ) throws {
        let (end, start) = (end, end.count)
        try core.encode(value, in: self, step())
        end.markNil(at: start)
    }
}

extension TypeInfo {
    /// How an optional is written; nil for any other type.
    ///
    /// Asked before all others: to ask for another conformance takes twice as long for each level of optionals.
    static func optionalStrategy(for type: Any.Type) -> Strategy? {
        guard type is any AnyOptional.Type else { return nil }
        return (type as? any OptionalPayload.Type).map { .optional($0) } ?? .general
    }
}
