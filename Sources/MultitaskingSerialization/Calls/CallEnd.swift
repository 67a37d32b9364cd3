package import MultitaskingCore

/// How a call in another process has ended, as its result's bytes say it.
package enum CallEnd: UInt8, Sendable, Hashable {
    /// The function returned; the bytes are its value.
    case value = 0
    /// The function threw; the bytes are an error.
    case thrown = 1
    /// The call failed before or after; the bytes are an error of this package.
    case failure = 2
}

extension PortableFunction {
    /// Makes a call in a worker: decodes, calls, and writes what came of it.
    ///
    /// - Parameters:
    ///   - writer: is empty, and has the value or the error afterwards.
    ///   - environment: what the function and its arguments can ask for.
    ///   - enter: is told what is done next.
    ///   - decode: gives the function and its arguments.
    package static func perform(
        into writer: PayloadWriter, in environment: any TaskEnvironment, enter: (WorkerFailure.Phase) -> Void,
        decode: () throws -> Invocation<Self>
    ) -> CallEnd {
        let call: Invocation<Self>
        do { call = try decode() } catch { return writer.write(failure: .undecodable(error)) }
        enter(.running)
        let result = Result { try call(in: environment) }
        enter(.encoding)
        var encoder = writer
        do {
            switch result {
            case .success(let output):
                try encode(output: output, into: &encoder)
                return .value
            case .failure(let error) where environment.isLeaving(with: error):
                return writer.write(failure: .taskTimedOut(nil))
            case .failure(let error as MultitaskingError):
                return writer.write(failure: error.thrownByTask)
            case .failure(let error):
                try encoder.encode(error: error)
                return .thrown
            }
        } catch {
            writer.reset()
            return writer.write(failure: .unstorable(error))
        }
    }
}

extension PayloadWriter {
    /// Writes an error of this package, which can always be encoded.
    package func write(failure: MultitaskingError) -> CallEnd {
        var encoder = self
        try? encoder.encode(error: failure)
        return .failure
    }
}

extension MultitaskingError {
    /// The error of a task whose arguments could not be read.
    package static func undecodable(_ error: any Error) -> Self {
        // An argument that is a channel or signal which no longer exists says so itself, and so does another build.
        guard let code = (error as? MultitaskingError)?.code, [.noSuchObject, .functionNotFound].contains(code) else {
            return Self(.decodeFailed, of: error)
        }
        return Self(code, of: error)
    }

    /// The error of a task whose result could not be stored: for lack of memory, or because of the value.
    package static func unstorable(_ error: any Error) -> Self {
        let isFull = (error as? MultitaskingError)?.code == .arenaLimitReached
        return Self(isFull ? .arenaLimitReached : .resultEncodeFailed, of: error)
    }

    /// An error with this code that says what another one says.
    package init(_ code: Code, of error: any Error) {
        switch error as? MultitaskingError {
        case let error? where error.code == code: self = error
        case let error?: self.init(code, error.message, cause: error.cause ?? error)
        case nil: self.init(code, String(describing: error), cause: error)
        }
    }
}
