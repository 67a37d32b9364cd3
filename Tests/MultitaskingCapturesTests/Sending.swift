import MultitaskingCore
import MultitaskingSerialization

@testable import MultitaskingCaptures

/// A function that was taken apart.
struct Sent {
    let shape: ClosureShape
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
    let literal = LiteralFunction(function)
    return try Sent(literal).received(as: LiteralFunction<Int, Output>.self).call(7, in: Nowhere())
}

/// The refusal of a closure; nil if it is sent.
func refusal<Output: Portable>(of function: @escaping @Sendable (Int) throws -> Output) throws -> CaptureRefusal? {
    do { _ = try Sent(LiteralFunction(function)) } catch let refusal as CaptureRefusal { return refusal }
    return nil
}

/// An environment that has nothing.
struct Nowhere: TaskEnvironment, TaskClock {
    func channel(_ reference: ObjectReference) throws -> any JoinableChannel { throw missing }
    func cancelSignal(_ reference: ObjectReference) throws -> any CancelSignal { throw missing }
    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value { throw missing }
    var clock: any TaskClock { self }
    var now: Duration { .zero }
    func sleep(for duration: Duration) {}
    private var missing: MultitaskingError { MultitaskingError(.noSuchObject, "there is nothing here") }
}
