import MultitaskingCore
import MultitaskingSerialization
import Synchronization

/// Finds out whether closures lie in memory as this module believes, by closures of its own: reads their contexts,
/// compares what is found there with what was captured, puts them together again, calls them and frees them.
struct SelfCheck {
    /// Whether everything was as expected.
    let passes: Bool

    init() {
        #if os(Linux) && _pointerBitWidth(_64) && _endian(little)
            do { passes = try Self.run() } catch { passes = false }
        #else
            passes = false
        #endif
    }

    static func run() throws -> Bool {
        // Larger than any address: under the address sanitizer, smaller numbers are addresses of its own memory.
        let number = Int.random(in: 1 << 60..<1 << 61)
        let closures: [Specimen] = [
            numbers(number), mixed(number), list(number), choice(number), error(number), function(number),
            generic(String(number), number),
        ]
        for closure in closures {
            guard try closure.liesAsExpected(), try closure.survives() else { return false }
        }
        return try refusesVariables(number) && countsObjects(number)
    }

    // MARK: Specimens

    // Each captures in a function of its own, by a parameter: constants that the optimizer knows would not be captured.

    @inline(never)
    static func numbers(_ number: Int) -> Specimen {
        let small = Int8(truncatingIfNeeded: number)
        return Specimen(
            SelfCheckFunction { ["\($0 &+ number)", "\(small)"] }, slots: [(16, 8), (24, 1)],
            words: [(16, UInt(bitPattern: number), 8), (24, UInt(UInt8(bitPattern: small)), 1)])
    }

    @inline(never)
    private static func mixed(_ number: Int) -> Specimen {
        let text = "a text that does not fit a string's own words: \(number)"
        let small = Int8(truncatingIfNeeded: number)
        let list = [number, number &+ 1]
        // SAFETY: a string is two words and an array one, which are compared and nothing else.
        let words = unsafe unsafeBitCast(text, to: (UInt, UInt).self)
        let listWord = unsafe unsafeBitCast(list, to: UInt.self)
        return Specimen(
            SelfCheckFunction { [text, "\(small) \(list) \($0)"] }, slots: [(16, 16), (32, 1), (40, 8)],
            words: [(16, words.0, 8), (24, words.1, 8), (40, listWord, 8)])
    }

    @inline(never)
    private static func list(_ number: Int) -> Specimen {
        let list = [number, number &+ 2]
        return Specimen(SelfCheckFunction { ["\(list) \($0)"] })
    }

    private enum Choice: Codable, Sendable {
        case number(Int)
        case text(String)
    }

    @inline(never)
    private static func choice(_ number: Int) -> Specimen {
        let first = number % 2 == 0 ? Choice.text("even") : .number(number)
        let value: any Codable & Sendable = [number]
        return Specimen(SelfCheckFunction { ["\(first) \(value) \($0)"] })
    }

    private struct Mishap: Error, Codable {
        var number: Int
    }

    @inline(never)
    private static func error(_ number: Int) -> Specimen {
        let error: any Error = Mishap(number: number)
        return Specimen(SelfCheckFunction { ["\(error) \($0)"] })
    }

    @inline(never)
    private static func function(_ number: Int) -> Specimen {
        let inner: @Sendable (Int) -> Int = { $0 &* number }
        // A function by itself would be given another calling convention on its way to `unsafeBitCast`.
        struct Held {
            let function: @Sendable (Int) -> Int
        }
        // SAFETY: a function is two words, which are compared and nothing else.
        let words = unsafe unsafeBitCast(Held(function: inner), to: FunctionWords.self)
        return Specimen(
            SelfCheckFunction { ["\(inner($0)) \(number)"] }, slots: [(16, 16), (32, 8)],
            words: [(16, words.code, 8), (24, words.context, 8), (32, UInt(number), 8)])
    }

    @inline(never)
    private static func generic<Value: Codable & Sendable>(_ value: Value, _ number: Int) -> Specimen {
        Specimen(SelfCheckFunction { ["\([value]) \(Value.self) \($0 &+ number)"] })
    }

    // MARK: What must not be sent

    @inline(never)
    private static func refusesVariables(_ number: Int) throws -> Bool {
        nonisolated(unsafe) var list = [number]
        let change: @Sendable (Int) -> Void = { unsafe list.append($0) }
        let closure = SelfCheckFunction {
            change($0)
            return unsafe ["\(list)"]
        }
        do { _ = try ClosureTrace.take(closure) } catch is CaptureRefusal { return true }
        return false
    }

    /// Counts its objects.
    private final class Counted: Codable, Sendable {
        static let count = Atomic<Int>(0)
        let number: Int

        init(_ number: Int) {
            self.number = number
            Self.count.add(1, ordering: .relaxed)
        }

        init(from decoder: any Decoder) throws {
            number = try decoder.singleValueContainer().decode(Int.self)
            Self.count.add(1, ordering: .relaxed)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(number)
        }

        deinit { Self.count.subtract(1, ordering: .relaxed) }
    }

    @inline(never)
    private static func countsObjects(_ number: Int) throws -> Bool {
        let before = Counted.count.load(ordering: .relaxed)
        func check() throws -> Bool {
            let object = Counted(number)
            let specimen = Specimen(SelfCheckFunction { ["\(object.number) \($0) \(number)"] })
            return try specimen.survives()
        }
        return try check() && Counted.count.load(ordering: .relaxed) == before
    }
}

/// The type of the self-check's closures.
struct SelfCheckFunction: PortableFunction {
    private let function: @Sendable (Int) throws -> [String]

    init(_ function: @escaping @Sendable (Int) throws -> [String]) { self.function = function }

    func call(_ argument: ArgumentList<Int>, in environment: any TaskEnvironment) throws -> [String] {
        try function(argument.values)
    }

    func call(_ argument: Int) throws -> [String] { try function(argument) }
}

/// A closure of the self-check.
struct Specimen {
    let function: SelfCheckFunction
    /// Where its captures should lie; empty if the optimizer decides that.
    var slots: [(offset: Int, size: Int)] = []
    /// What should be found there, in so many bytes: behind the last capture, the context may end.
    var words: [(offset: Int, word: UInt, size: Int)] = []

    init(
        _ function: SelfCheckFunction, slots: [(offset: Int, size: Int)] = [],
        words: [(offset: Int, word: UInt, size: Int)] = []
    ) {
        self.function = function
        self.slots = slots
        self.words = words
    }

    /// The metadata of the closure's context.
    var metadata: RawAddress? { FunctionWords(of: function).flatMap { RawAddress($0.context) }?.address() }

    /// Whether the description says what is expected, and the context has it there.
    func liesAsExpected() throws -> Bool {
        guard !slots.isEmpty else { return true }
        guard let context = FunctionWords(of: function).flatMap({ RawAddress($0.context) }), let metadata,
            metadata.load(as: UInt.self) == MetadataKind.context
        else { return false }
        let layout = try ContextLayout(try CaptureDescriptor(ofContext: metadata), bindings: [])
        return layout.slots.count == slots.count
            && zip(layout.slots, slots).allSatisfy { $0.offset == $1.offset && $0.size == $1.size }
            && words.allSatisfy { offset, word, size in
                (0..<size).allSatisfy { byte in
                    context.load(offset + byte, as: UInt8.self) == UInt8(truncatingIfNeeded: word >> (byte * 8))
                }
            }
    }

    /// Whether a copy of the closure returns what the closure returns.
    func survives() throws -> Bool {
        let writer = PayloadWriter()
        guard let trace = try ClosureTrace.take(function, writer) else { return false }
        let bytes = try writer.bytes()
        let receiver = try ClosureReceiver(unchecked: try trace.shape())
        for argument in [3, 4] {
            // SAFETY: the reader is gone before the closure returns the array's bytes.
            let copy = try unsafe bytes.withUnsafeBytes {
                try receiver.function(as: SelfCheckFunction.self, from: unsafe PayloadReader($0))
            }
            guard try copy.call(argument) == function.call(argument) else {
                return false
            }
        }
        return true
    }
}
