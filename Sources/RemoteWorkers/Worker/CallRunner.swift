internal import MultitaskingCore
internal import MultitaskingSerialization

#if CaptureSending
    internal import MultitaskingCaptures
#endif

/// A function of this program, ready to be called with arguments from elsewhere.
protocol CallRunner: AnyObject, Sendable {
    /// Decodes the arguments, calls the function and writes what came of it.
    func run(
        _ arguments: UnsafeRawBufferPointer, in environment: RemoteEnvironment, into writer: PayloadWriter,
        enter: (WorkerFailure.Phase) -> Void
    ) -> CallEnd
}

extension PortableCall {
    /// Finds the function in this process.
    ///
    /// - Throws: `functionNotFound`, including if this is another build; `decodeFailed`.
    func runner() throws -> any CallRunner {
        let (address, type) = try resolve()
        func plain<Function: PortableFunction>(_ type: Function.Type) throws -> any CallRunner {
            guard let function = address.function(as: type) else {
                throw MultitaskingError(.functionNotFound, "\(type) is not the size of a function")
            }
            return FunctionRunner { _ in function }
        }
        guard !attachment.isEmpty else { return try plain(type) }
        #if CaptureSending
            let receiver = try ClosureReceiver(try decodePayload(ClosureShape.self, from: attachment))
            func capturing<Function: PortableFunction>(_ type: Function.Type) -> any CallRunner {
                FunctionRunner<Function> { try receiver.function(as: Function.self, from: $0) }
            }
            return capturing(type)
        #else
            throw MultitaskingError(
                .functionNotFound, "the function captures values, and this program was built without `CaptureSending`")
        #endif
    }
}

private final class FunctionRunner<Function: PortableFunction>: CallRunner {
    /// Gives the function, which one that captures is made anew for each call, of what precedes the arguments.
    private let function: @Sendable (PayloadReader) throws -> Function

    init(_ function: @escaping @Sendable (PayloadReader) throws -> Function) { self.function = function }

    func run(
        _ arguments: UnsafeRawBufferPointer, in environment: RemoteEnvironment, into writer: PayloadWriter,
        enter: (WorkerFailure.Phase) -> Void
    ) -> CallEnd {
        Function.perform(into: writer, in: environment, enter: enter) {
            // SAFETY: the reader is gone before the caller's bytes are.
            var reader = unsafe PayloadReader(arguments, environment: environment)
            let function = try function(reader)
            return Invocation(function, try Function.decodeArguments(from: &reader))
        }
    }
}
