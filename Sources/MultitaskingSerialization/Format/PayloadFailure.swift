internal import MultitaskingCore

/// Makes the errors that leave this module out of what went wrong in a coder.
enum PayloadFailure {
    /// The error for a value that could not be encoded; a ``MultitaskingError`` is left as it is.
    static func encoding(_ cause: any Error, of type: Any.Type) -> MultitaskingError {
        if let error = cause as? MultitaskingError { return error }
        var what = "its encode(to:) threw"
        if case .invalidValue(_, let context)? = cause as? EncodingError {
            what = describe(context.codingPath, context.debugDescription)
        }
        return MultitaskingError(
            .encodeFailed,
            "a value of type \(qualifiedName(of: type)) cannot be encoded: \(what); "
                + "change the value or the type's Encodable conformance",
            cause: withShortPath(cause))
    }

    /// The error for bytes that could not be decoded; a ``MultitaskingError`` is left as it is.
    static func decoding(_ cause: any Error, of type: Any.Type) -> MultitaskingError {
        if let error = cause as? MultitaskingError { return error }
        var what = "its init(from:) threw"
        switch cause as? DecodingError {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            what = describe(context.codingPath, context.debugDescription)
        case .keyNotFound(let key, let context):
            what = describe(context.codingPath, "there is no value for the key \"\(key.stringValue)\"")
        default: break
        }
        return MultitaskingError(
            .decodeFailed,
            "the payload cannot be decoded as \(qualifiedName(of: type)): \(what); "
                + "check that init(from:) reads what encode(to:) writes",
            cause: withShortPath(cause))
    }

    private static func describe(_ path: [any CodingKey], _ what: String) -> String {
        path.isEmpty ? what : "at \(shortened(path).map(\.stringValue).joined(separator: ".")): \(what)"
    }

    // MARK: Deep values

    /// How many keys of a path are named at each of its ends.
    private static let namedKeys = 5

    /// The path without its middle: that of a value in a list of a thousand links would fill pages.
    private static func shortened(_ path: [any CodingKey]) -> [any CodingKey] {
        let left = path.count - 2 * namedKeys
        guard left > 1 else { return path }
        return path.prefix(namedKeys) + [LeftOutKeys(count: left)] + path.suffix(namedKeys)
    }

    /// The error with its path shortened.
    private static func withShortPath(_ cause: any Error) -> any Error {
        func short(_ context: DecodingError.Context) -> DecodingError.Context {
            DecodingError.Context(
                codingPath: shortened(context.codingPath), debugDescription: context.debugDescription,
                underlyingError: context.underlyingError)
        }
        switch cause {
        case EncodingError.invalidValue(let value, let context):
            return EncodingError.invalidValue(
                value,
                EncodingError.Context(
                    codingPath: shortened(context.codingPath), debugDescription: context.debugDescription,
                    underlyingError: context.underlyingError))
        case DecodingError.typeMismatch(let type, let context): return DecodingError.typeMismatch(type, short(context))
        case DecodingError.valueNotFound(let type, let context):
            return DecodingError.valueNotFound(type, short(context))
        case DecodingError.keyNotFound(let key, let context): return DecodingError.keyNotFound(key, short(context))
        case DecodingError.dataCorrupted(let context): return DecodingError.dataCorrupted(short(context))
        default: return cause
        }
    }
}

/// Stands for the keys in the middle of a long path.
private struct LeftOutKeys: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(count: Int) { stringValue = "… (\(count) more) …" }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
