import Dispatch
import MultitaskingCaptures
import MultitaskingCore
import MultitaskingSerialization

// Functions of the shapes that are handed to a pool: as one that takes them concretely, and as those of the package,
// whose parameters are packs.

/// A closure of a shape, and what it is called with.
struct Held {
    /// What the closure returns here.
    let expected: () throws -> String
    /// Takes it apart.
    let send: () throws -> Parcel?
    /// Puts it together of what was sent, and calls it.
    let receive: (Parcel) throws -> String
}

/// A closure on its way.
struct Parcel: Codable {
    let shape: ClosureShape
    let values: [UInt8]
}

func hold<Function: PortableFunction>(_ function: Function, _ argument: Function.Arguments) -> Held {
    Held(
        expected: { "\(try function.call(argument, in: Calls()))" },
        send: {
            let writer = PayloadWriter()
            guard let trace = try ClosureTrace.write(function, into: writer) else { return nil }
            return Parcel(shape: try trace.shape(), values: try writer.bytes())
        },
        receive: { parcel in
            let receiver = try ClosureReceiver(parcel.shape)
            return try parcel.values.withUnsafeBytes { bytes in
                "\(try receiver.function(as: Function.self, from: PayloadReader(bytes)).call(argument, in: Calls()))"
            }
        })
}

func hold(_ function: S1) -> Held { hold(function, 7) }
func hold(_ function: A1) -> Held { hold(function, 7) }
func hold(_ function: T1) -> Held { hold(function, 7) }
func hold(_ function: M1) -> Held { hold(function, 7) }

/// The coding that the concrete functions below have in common: none, as their argument is always the same.
protocol TestFunction: PortableFunction where Arguments == Int, Output == String {}

extension TestFunction {
    static func encode(_ arguments: Int, into encoder: inout some PayloadEncoder) throws {}
    static func decodeArguments(from decoder: inout some PayloadDecoder) throws -> Int { 7 }
    static func encode(output: String, into encoder: inout some PayloadEncoder) throws {}
    static func decodeOutput(from decoder: inout some PayloadDecoder) throws -> String { "" }
}

struct S1: TestFunction {
    let f: @Sendable (Int) throws -> String
    init(_ f: @escaping @Sendable (Int) throws -> String) { self.f = f }
    func call(_ argument: Int, in environment: any TaskEnvironment) throws -> String { try f(argument) }
}

struct A1: TestFunction {
    let f: @Sendable (Int) async throws -> String
    init(_ f: @escaping @Sendable (Int) async throws -> String) { self.f = f }
    func call(_ argument: Int, in environment: any TaskEnvironment) throws -> String {
        let f = f
        return try environment.wait { try await f(argument) }
    }
}

struct T1: TestFunction {
    let f: @Sendable (Int) throws(Bad) -> String
    init(_ f: @escaping @Sendable (Int) throws(Bad) -> String) { self.f = f }
    func call(_ argument: Int, in environment: any TaskEnvironment) throws -> String { try f(argument) }
}

struct M1: TestFunction {
    let f: @MainActor @Sendable (Int) -> String
    init(_ f: @escaping @MainActor @Sendable (Int) -> String) { self.f = f }
    func call(_ argument: Int, in environment: any TaskEnvironment) throws -> String {
        let f = f
        return try environment.wait { await f(argument) }
    }
}

/// A function whose parameters are a pack, handed over as it is and not in an autoclosure.
struct Pack<each Argument: Portable, Output: Portable>: PortableFunction {
    let f: @Sendable (repeat each Argument) throws -> Output
    init(_ f: @escaping @Sendable (repeat each Argument) throws -> Output) { self.f = f }
    func call(_ arguments: ArgumentList<repeat each Argument>, in environment: any TaskEnvironment) throws -> Output {
        try f(repeat each arguments.values)
    }
}

struct APack<each Argument: Portable, Output: Portable>: PortableFunction {
    let f: @Sendable (repeat each Argument) async throws -> Output
    init(_ f: @escaping @Sendable (repeat each Argument) async throws -> Output) { self.f = f }
    func call(_ arguments: ArgumentList<repeat each Argument>, in environment: any TaskEnvironment) throws -> Output {
        let f = f
        return try environment.wait { try await f(repeat each arguments.values) }
    }
}

typealias Named = ValueFunction

func hold(_ function: Pack<Int, String>) -> Held { hold(function, ArgumentList(7)) }
func hold(_ function: APack<Int, String>) -> Held { hold(function, ArgumentList(7)) }
func hold(_ function: Named<Int, String>) -> Held { hold(function, ArgumentList(7)) }
func holdP<T: Portable, U: Portable>(_ function: Pack<T, U>, _ argument: T) -> Held {
    hold(function, ArgumentList(argument))
}

/// The environment of the calls: what is asynchronous runs elsewhere, while this thread waits.
private struct Calls: TaskEnvironment, TaskClock {
    func channel(_ reference: SharedObjectID) throws -> any Channel { throw missing }
    func cancelSignal(_ reference: SharedObjectID) throws -> any CancelSignal { throw missing }
    var clock: any TaskClock { self }
    var now: Duration { .zero }
    func sleep(for duration: Duration) {}
    private var missing: MultitaskingError { MultitaskingError(.noSuchObject, "there are no objects here") }

    func wait<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let done = DispatchSemaphore(value: 0)
        nonisolated(unsafe) var result: Result<Value, any Error>?
        Task.detached {
            do { result = .success(try await body()) } catch { result = .failure(error) }
            done.signal()
        }
        done.wait()
        guard let result else { throw missing }
        return try result.get()
    }
}

extension PayloadWriter {
    func bytes() throws -> [UInt8] {
        let count = byteCount
        return try [UInt8](unsafeUninitializedCapacity: count) { target, written in
            try copy(into: UnsafeMutableRawBufferPointer(target))
            written = count
        }
    }
}
