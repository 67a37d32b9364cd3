// How errors cross from a worker to its client; for the backends of this package.

package import MultitaskingCore

/// What a task's function threw, as it crosses from the worker to the client.
package struct ThrownError: Codable, Sendable {
    package var stand: RemoteError
    /// The mangled name of the error's type if the value itself follows.
    package var codableType: String?
}

/// What the pool says went wrong with a task, as it crosses from the worker to the client.
package struct PoolFailure: Codable, Sendable {
    package var code: String
    package var message: String
    package var cause: RemoteError?

    package init(_ error: MultitaskingError) {
        code = error.code.name
        message = error.message
        cause = error.cause.map { $0 as? RemoteError ?? RemoteError($0) }
    }

    package var error: MultitaskingError { MultitaskingError(.init(code), message, cause: cause) }
}

extension PayloadWriter {
    /// Writes an error that a task's function threw: the value itself where its type is `Codable`.
    package func encodeThrown(_ error: any Error) throws {
        let stand = RemoteError(error)
        if let error = error as? any Error & Encodable, type(of: error) is any (Error & Decodable).Type,
            let name = _mangledTypeName(type(of: error)), _typeByName(name) == type(of: error)
        {
            do {
                try encode(ThrownError(stand: stand, codableType: name))
                return try encode(error)
            } catch {
                // An error that cannot be encoded still arrives, by its name and description.
                reset()
            }
        }
        try encode(ThrownError(stand: stand, codableType: nil))
    }
}

extension PayloadReader {
    /// Reads what `encodeThrown(_:)` wrote.
    package func decodeThrown() throws -> any Error {
        let thrown = try decode(ThrownError.self)
        guard let name = thrown.codableType, let type = _typeByName(name) as? any (Error & Decodable).Type else {
            return thrown.stand
        }
        return (try? decodeError(type)) ?? thrown.stand
    }

    private func decodeError<Failure: Error & Decodable>(_ type: Failure.Type) throws -> any Error {
        try decode(type)
    }
}
