import Foundation
import MultitaskingCore

/// An executor over another one that treats every call as if it had to cross to another process.
///
/// The arguments are encoded when the call is submitted; a worker gets them and the address of the function, decodes
/// and calls it, and encodes and decodes the result.
final class EncodingExecutor: Executor {
    private let inner: any InProcessExecutor

    init(_ inner: any InProcessExecutor) { self.inner = inner }

    var maxWorkers: Int { inner.maxWorkers }

    func submit<Function: PortableFunction>(
        _ call: Invocation<Function>, options: TaskOptions
    ) throws -> Future<Function.Output> {
        guard let address = FunctionAddress(of: call.function) else {
            throw MultitaskingError(.capturesState, "the function captures something; pass it as an argument")
        }
        var arguments = ItemEncoder()
        try Function.encode(call.arguments, into: &arguments)
        let items = arguments.items
        return try inner.submit(options: options) { environment in
            var decoder = ItemDecoder(items: items, environment: environment)
            let arguments = try Function.decodeArguments(from: &decoder)
            guard let function: Function = address.function(as: Function.self) else {
                throw MultitaskingError(.functionNotFound, "the function's address is of no use")
            }
            var result = ItemEncoder()
            try Function.encode(output: try function.call(arguments, in: environment), into: &result)
            var resultDecoder = ItemDecoder(items: result.items, environment: environment)
            return try Function.decodeOutput(from: &resultDecoder)
        }
    }

    func makeChannel(_ options: ChannelOptions) throws -> any Channel { try inner.makeChannel(options) }

    func makeCancelSignal() throws -> any CancelSignal { try inner.makeCancelSignal() }

    func shutdown(_ mode: ShutdownMode) { inner.shutdown(mode) }
}

/// Encodes each value as JSON.
private struct ItemEncoder: PayloadEncoder {
    var items: [Data] = []

    mutating func encode<Value: Encodable>(_ value: Value) throws { items.append(try JSONEncoder().encode(value)) }
}

/// Decodes what ``ItemEncoder`` wrote, in a worker.
private struct ItemDecoder: PayloadDecoder {
    var items: [Data]
    let environment: any TaskEnvironment

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let decoder = JSONDecoder()
        decoder.userInfo[.taskEnvironment] = environment
        return try decoder.decode(type, from: items.removeFirst())
    }
}
