import MultitaskingCore
import MultitaskingSerialization

@testable import MultitaskingCaptures

/// A function that was taken apart.
struct Sent {
    var shape: ClosureShape
    let values: [UInt8]

    /// - Throws: what taking it apart throws; `notSubmitted` if it captures nothing.
    init<Function: PortableFunction>(_ function: Function) throws {
        let writer = PayloadWriter()
        guard let trace = try ClosureTrace.write(function, into: writer) else {
            throw MultitaskingError(.notSubmitted, "captures nothing")
        }
        shape = try trace.shape()
        let count = writer.byteCount
        values = try unsafe [UInt8](unsafeUninitializedCapacity: count) { target, written in
            try unsafe writer.copy(into: UnsafeMutableRawBufferPointer(target))
            written = count
        }
    }

    init(shape: ClosureShape, values: [UInt8]) {
        self.shape = shape
        self.values = values
    }

    func received<Function: PortableFunction>(as type: Function.Type) throws -> Function {
        let receiver = try ClosureReceiver(shape)
        return try unsafe values.withUnsafeBytes { try receiver.function(as: type, from: unsafe PayloadReader($0)) }
    }
}

/// Sends a closure to this very process, and calls what arrives.
func sendAndCall<Output: Portable>(_ function: @escaping @Sendable (Int) throws -> Output) throws -> Output {
    let literal = Literal(function)
    return try Sent(literal).received(as: Literal<Int, Output>.self)(7)
}

/// The refusal of a closure; nil if it is sent.
func refusal<Output: Portable>(of function: @escaping @Sendable (Int) throws -> Output) throws -> CaptureRefusal? {
    do { _ = try Sent(Literal(function)) } catch let refusal as CaptureRefusal { return refusal }
    return nil
}

/// A function that is handed over as it is.
struct Literal<Input: Portable, Output: Portable>: PortableFunction {
    private let function: @Sendable (Input) throws -> Output

    init(_ function: @escaping @Sendable (Input) throws -> Output) { self.function = function }

    func call(_ arguments: ArgumentList<Input>, in environment: any TaskEnvironment) throws -> Output {
        try function(arguments.values)
    }

    func callAsFunction(_ input: Input) throws -> Output { try function(input) }
}
