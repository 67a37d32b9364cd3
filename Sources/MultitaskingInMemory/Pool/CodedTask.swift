internal import MultitaskingCore
internal import MultitaskingSerialization
internal import Synchronization

/// One call of a function whose arguments, result and error pass through the codec as between processes.
final class CodedTask<Function: PortableFunction>: TaskBody {
    private let function: SimulatedFunction<Function>
    /// What the function captures, and the arguments.
    private let payload: [UInt8]
    /// The shared values that these refer to.
    private let held: Mutex<[any SharedObject]>

    /// - Parameter shares: the values whose handles may be among the arguments.
    /// - Throws: `encodeFailed`; `capturesState`.
    init(_ call: Invocation<Function>, captures: CapturePolicy, shares: SimulatedShares? = nil) throws {
        let writer = PayloadWriter(home: shares)
        do {
            function = try SimulatedFunction(call.function, captures, into: writer)
            var encoder = writer
            try Function.encode(call.arguments, into: &encoder)
            let written = try SimulatedPayload(writer)
            payload = written.bytes
            held = Mutex(written.held)
        } catch {
            if let error = error as? MultitaskingError,
                [.encodeFailed, .capturesState, .noSuchObject].contains(error.code)
            {
                throw error
            }
            throw MultitaskingError(
                .encodeFailed, "an argument could not be encoded, and nothing was submitted; fix its encode(to:)",
                cause: error)
        }
    }

    var byteCount: Int { payload.count }

    /// The shared values that the call refers to, for a caller that holds them from now on: until the task has ended.
    func takeHeld() -> [any SharedObject] { held.withLock { exchange(&$0, with: []) } }

    func run(in environment: InMemoryEnvironment, phase: (WorkerFailure.Phase) -> Void) -> TaskResultBytes {
        let call: Invocation<Function>
        do {
            // SAFETY: the reader is gone before the closure returns the array's bytes.
            call = try unsafe payload.withUnsafeBytes { bytes in
                var reader = unsafe PayloadReader(bytes, environment: environment)
                let function = try function.received(from: reader)
                return Invocation(function, try Function.decodeArguments(from: &reader))
            }
        } catch {
            return Self.failure(.undecodable(error))
        }
        phase(.running)
        let result = Result { try call(in: environment) }
        phase(.encoding)
        do {
            switch result {
            case .success(let output):
                return .value(
                    try SimulatedPayload(environment.simulation.shares) {
                        try Function.encode(output: output, into: &$0)
                    })
            case .failure(let error as MultitaskingError):
                return Self.failure(error.thrownByTask)
            case .failure(let error):
                return .thrown(
                    try SimulatedPayload(environment.simulation.shares) { try $0.encode(error: error) }, error)
            }
        } catch {
            return Self.failure(.unstorable(error))
        }
    }

    /// An error of the pool, as it comes out of a worker: its cause is a description.
    private static func failure(_ failure: MultitaskingError) -> TaskResultBytes {
        return .failure(
            MultitaskingError(
                failure.code, failure.message, cause: failure.cause.map { $0 as? RemoteError ?? RemoteError($0) },
                origin: failure.origin))
    }
}
