import MultitaskingCore
import MultitaskingSerialization

#if CaptureSending
    import MultitaskingCaptures
#endif

extension FunctionTable {
    /// A function of the table, ready to be called.
    ///
    /// - Throws: `functionNotFound` if this process does not have it.
    func caller(of index: Int) throws -> any TaskCaller {
        let (address, type) = try resolve(index)
        let attachment = try attachment(of: index)
        guard !attachment.isEmpty else { return try address.caller(as: type) }
        #if CaptureSending
            let receiver = try ClosureReceiver(try decodePayload(ClosureShape.self, from: attachment))
            func make<Function: PortableFunction>(_ type: Function.Type) -> any TaskCaller {
                CapturingCaller<Function, Function.Arguments, Function.Output>(receiver)
            }
            return make(type)
        #else
            throw MultitaskingError(
                .functionNotFound, "the function captures values, and this program was built without `CaptureSending`")
        #endif
    }
}

#if CaptureSending
    /// Makes the function anew for each call, of what it captured.
    private final class CapturingCaller<Function: PortableFunction, Arguments, Output>: TaskCaller
    where Function.Arguments == Arguments, Function.Output == Output {
        private let receiver: ClosureReceiver

        init(_ receiver: ClosureReceiver) { self.receiver = receiver }

        var namedCode: (first: UInt, second: UInt)? { nil }

        func run(_ runner: TaskRunner, in environment: WorkerEnvironment, reader: PayloadFieldReader) -> TaskRunner.End
        {
            runner.run(in: environment) {
                try reader.read(runner.arguments) { reader in
                    (
                        try receiver.function(as: Function.self, from: reader),
                        try Function.decodeArguments(from: &reader)
                    )
                }
            }
        }

        func call(
            _ reader: inout PayloadReader, in environment: WorkerEnvironment, into writer: inout PayloadWriter
        ) throws {
            let function = try receiver.function(as: Function.self, from: reader)
            let arguments = try Function.decodeArguments(from: &reader)
            try Function.encode(output: try function.call(arguments, in: environment), into: &writer)
        }
    }
#endif
