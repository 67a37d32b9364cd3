/// An error as it crosses from a worker: the value itself where its type is `Codable`, otherwise what is known of it.
///
/// What is read is input: somebody may have written over it. So the type is looked up by ``MangledName`` alone, and an
/// error whose type is not found, or whose value cannot be decoded, is the ``RemoteError`` that stands for it.
package struct ErrorEnvelope: Codable, Sendable {
    /// What was sent.
    package let error: any Error

    /// Makes an envelope for `error`.
    package init(_ error: any Error) { self.error = error }

    private enum Key: CodingKey {
        case stand, type, value, code, message, cause, origin
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        if let error = error as? MultitaskingError {
            try container.encode(error.code.name, forKey: .code)
            try container.encode(error.message, forKey: .message)
            try container.encodeIfPresent(error.cause.map(Self.stand), forKey: .cause)
            return try container.encode(error.origin, forKey: .origin)
        }
        try container.encode(Self.stand(for: error), forKey: .stand)
        if let codable = error as? any Error & Encodable, type(of: codable) is any (Error & Decodable).Type,
            let name = MangledName(of: type(of: codable))
        {
            try container.encode(name.text, forKey: .type)
            try container.encode(codable, forKey: .value)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let code = try container.decodeIfPresent(String.self, forKey: .code) {
            error = MultitaskingError(
                .init(code), try container.decode(String.self, forKey: .message),
                cause: try container.decodeIfPresent(RemoteError.self, forKey: .cause),
                origin: try container.decode(MultitaskingError.Origin.self, forKey: .origin))
            return
        }
        let stand = try container.decode(RemoteError.self, forKey: .stand)
        guard let name = try container.decodeIfPresent(String.self, forKey: .type),
            let type = MangledName(name).type as? any (Error & Decodable).Type
        else {
            error = stand
            return
        }
        error = (try? container.decode(type, forKey: .value)) ?? stand
    }

    private static func stand(for error: any Error) -> RemoteError { error as? RemoteError ?? RemoteError(error) }
}

extension PayloadEncoder {
    /// Writes an error. One that cannot be encoded still arrives, by its name and description.
    package mutating func encode(error: any Error) throws {
        let envelope = ErrorEnvelope(error)
        do { try encode(envelope) } catch { try encode(ErrorEnvelope(RemoteError(envelope.error))) }
    }
}

extension PayloadDecoder {
    /// Reads what ``PayloadEncoder/encode(error:)`` wrote.
    ///
    /// - Throws: `decodeFailed` if the bytes are not an error's.
    package mutating func decodeError() throws -> any Error { try decode(ErrorEnvelope.self).error }
}
