/// An error as it crosses from a worker: the value itself where its type is `Codable`, otherwise what is known of it.
struct SentError: Codable {
    let error: any Error

    init(_ error: any Error) { self.error = error }

    private enum Key: CodingKey {
        case stand, type, value, code, message, cause
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        if let error = error as? MultitaskingError {
            try container.encode(error.code.name, forKey: .code)
            try container.encode(error.message, forKey: .message)
            try container.encodeIfPresent(error.cause.map { $0 as? RemoteError ?? RemoteError($0) }, forKey: .cause)
            return
        }
        try container.encode(error as? RemoteError ?? RemoteError(error), forKey: .stand)
        if let codable = error as? any Error & Encodable, type(of: codable) is any (Error & Decodable).Type,
            let name = _mangledTypeName(type(of: codable)), _typeByName(name) == type(of: codable)
        {
            try container.encode(name, forKey: .type)
            try container.encode(codable, forKey: .value)
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let code = try container.decodeIfPresent(String.self, forKey: .code) {
            error = MultitaskingError(
                .init(code), try container.decode(String.self, forKey: .message),
                cause: try container.decodeIfPresent(RemoteError.self, forKey: .cause))
            return
        }
        let stand = try container.decode(RemoteError.self, forKey: .stand)
        guard let name = try container.decodeIfPresent(String.self, forKey: .type),
            let type = _typeByName(name) as? any (Error & Decodable).Type
        else {
            error = stand
            return
        }
        error = (try? container.decode(type, forKey: .value)) ?? stand
    }
}
