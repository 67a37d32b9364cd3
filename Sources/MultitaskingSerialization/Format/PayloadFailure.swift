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
            "a value of type \(String(reflecting: type)) cannot be encoded: \(what); "
                + "change the value or the type's Encodable conformance",
            cause: cause)
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
            "the payload cannot be decoded as \(String(reflecting: type)): \(what); "
                + "check that init(from:) reads what encode(to:) writes",
            cause: cause)
    }

    private static func describe(_ path: [any CodingKey], _ what: String) -> String {
        path.isEmpty ? what : "at \(path.map(\.stringValue).joined(separator: ".")): \(what)"
    }
}
