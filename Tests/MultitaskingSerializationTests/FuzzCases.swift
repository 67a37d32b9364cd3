import Foundation
import MultitaskingCore
import MultitaskingSerialization

/// What bytes from anywhere are given to: the decoder, for one type of each shape, and zstd. The first byte chooses.
///
/// The fuzzer (`Tests/Fuzz`) looks for bytes that trap, hang or allocate too much here; the test of its corpus gives
/// those that it has found to be different from each other to the same function.
enum FuzzCases {
    /// What a case does with the bytes behind the first one.
    private typealias Body = @Sendable (ArraySlice<UInt8>) throws -> Void

    private static let cases: [Body] = [
        decode(Int.self), decode(UInt8?.self), decode(Int64??.self), decode(Double.self), decode(Bool.self),
        decode(String.self), decode(Data.self), decode([UInt8].self), decode([Double].self), decode([Bool].self),
        decode([Int32?].self), decode([[UInt16]].self), decode([String].self), decode(Order.self),
        decode(Shape.self), decode([Shape].self), decode([Level].self), decode([Word].self), decode(Tree.self),
        decode(Shuffled.self), decodeUnordered(Everything.self), decodeUnordered([Everything].self),
        decodeUnordered(Node.self), decodeUnordered(Dog.self), decodeUnordered(Cat.self),
        decodeUnordered([String: Int].self), decodeUnordered([Int: [String: Double]].self),
        decodeUnordered([Point: Level].self), decodeUnordered([PointKey: String].self),
        decodeUnordered(Set<String>.self), decode(Date.self), decode(UUID.self), decode(URL.self), decode(Decimal.self),
        severalValues, decompress, compress,
    ]

    /// How many cases there are: bytes that begin with a number below this are given to that case.
    static var count: Int { cases.count }

    /// Gives bytes to the case that their first one chooses; traps if what comes out is wrong.
    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        do { try cases[Int(first) % cases.count](bytes.dropFirst()) } catch let error as MultitaskingError {
            precondition(error.code == .decodeFailed, "another error than decodeFailed: \(error)")
        } catch {
            preconditionFailure("an error that is no MultitaskingError: \(error)")
        }
    }

    /// Decoding; what was decoded is the same after it was encoded and decoded once more.
    private static func decode<Value: Codable & SendableMetatype>(_ type: Value.Type) -> Body {
        { bytes in
            let value = try decodePayload(type, from: Array(bytes))
            let first = try encodeAgain(value)
            guard let first else { return }
            let second = try encodeAgain(decodePayload(type, from: first))
            precondition(first == second, "\(type) is another value after a round trip")
        }
    }

    /// Decoding of values that may be encoded in more than one order, or are references.
    private static func decodeUnordered<Value: Codable & SendableMetatype>(_ type: Value.Type) -> Body {
        { bytes in _ = try decodePayload(type, from: Array(bytes)) }
    }

    /// Nil if the value does not encode, for a reason of its own.
    private static func encodeAgain<Value: Codable>(_ value: Value) throws -> [UInt8]? {
        do { return try encodePayload(value) } catch let error as MultitaskingError where error.code == .encodeFailed {
            return nil
        }
    }

    /// Several values in one payload, also after one that failed.
    private static let severalValues: Body = { bytes in
        unsafe Array(bytes).withUnsafeBytes { bytes in
            let reader = unsafe PayloadReader(bytes)
            defer { unsafe reader.reset(UnsafeRawBufferPointer(start: nil, count: 0)) }
            for _ in 0..<8 where !reader.isAtEnd {
                _ = try? reader.decode(Order.self)
                _ = try? reader.decode([Int].self)
                _ = try? reader.decode(String.self)
            }
        }
    }

    /// Decompressing a frame that may say anything into as many bytes as the first three say.
    private static let decompress: Body = { bytes in
        let size = bytes.prefix(3).reduce(0) { $0 << 8 | Int($1) } & 0xf_ffff
        var target = [UInt8](repeating: 0, count: size)
        try unsafe target.withUnsafeMutableBytes { target in
            try unsafe Array(bytes.dropFirst(3)).withUnsafeBytes { try unsafe ZstdCodec.decompress($0, into: target) }
        }
    }

    /// Compressing, at a level that the first byte says: the same comes out.
    private static let compress: Body = { bytes in
        let level = Int(bytes.first ?? 0) % 8 - 3
        let source = Array(bytes.dropFirst())
        let frame = try unsafe source.withUnsafeBytes { try unsafe ZstdCodec.compress($0, level: level) }
        var target = [UInt8](repeating: 0, count: source.count)
        try unsafe target.withUnsafeMutableBytes { target in
            try unsafe frame.withUnsafeBytes { try unsafe ZstdCodec.decompress($0, into: target) }
        }
        precondition(target == source, "another value after compression")
    }

    /// A payload of each shape for the fuzzer to begin with.
    static func seeds() throws -> [[UInt8]] {
        var seeds: [[UInt8]] = (0..<count).map { [UInt8($0), 0, 1, 2, 3] }
        func add<Value: Encodable>(_ value: Value) throws {
            let payload = try encodePayload(value)
            // Of every type as every other one, which differ in their first byte only.
            seeds += (0..<count).map { [UInt8($0)] + payload }
        }
        try add(Everything())
        try add([Shape.circle(radius: 1), .group(.point, .polygon([1], name: "x"))])
        try add(Order(id: 1, customer: "c", price: 2, isPaid: true, note: nil, quantities: [1, 2]))
        try add(Tree(name: "r", children: [Tree(name: "c", children: [])]))
        try add(["a": [1: "b"]])
        try add(Cat(name: "Tom", lives: 9))
        try add(Dog(name: "Rex", age: 1))
        try add(Node.chain(3))
        let text = Array("to be compressed, to be compressed, to be compressed".utf8)
        let frame = try unsafe text.withUnsafeBytes { try unsafe ZstdCodec.compress($0, level: 1) }
        seeds.append([UInt8(count - 2), 0, 0, UInt8(text.count)] + frame)
        return seeds
    }
}
