import Foundation
import MultitaskingSerialization
import Reporting

/// What programs send: a few fields of the usual types.
struct Order: Codable, Equatable {
    var id: Int
    var customer: String
    var product: String
    var quantity: Int
    var price: Double
    var isPaid: Bool

    init(_ number: Int) {
        id = number
        customer = "customer \(number % 100)"
        product = "a product with a longer name, number \(number)"
        quantity = number % 10
        price = Double(number) * 1.25
        isPaid = number.isMultiple(of: 2)
    }
}

/// Measures this package's coder, or one of Foundation's, on an array of 10,000 structs and on a million doubles.
@main
enum CodecProgram {
    static let orders = (0..<10_000).map(Order.init)

    static func measure(encode: ([Order]) throws -> Data, decode: (Data) throws -> [Order]) throws {
        let data = try encode(orders)
        guard try decode(data) == orders else { throw CocoaError(.coderReadCorrupt) }
        let encoding = try median(of: 15) { try microseconds { _ = try encode(orders) } }
        report("codec.encode", encoding / 1e3, "ms")
        let decoding = try median(of: 15) { try microseconds { _ = try decode(data) } }
        report("codec.decode", decoding / 1e3, "ms")
    }

    static func measureOurs() throws {
        let bytes = try encodePayload(orders)
        guard try decodePayload([Order].self, from: bytes) == orders else { throw CocoaError(.coderReadCorrupt) }
        report("codec.encode", try median(of: 15) { try microseconds { _ = try encodePayload(orders) } } / 1e3, "ms")
        let decoding = try median(of: 15) { try microseconds { _ = try decodePayload([Order].self, from: bytes) } }
        report("codec.decode", decoding / 1e3, "ms")
    }

    static let doubles = (0..<1_000_000).map(Double.init)
    static var megabytes: Double { Double(doubles.count * 8) / 1e6 }

    /// Megabytes a second of writing the array's bytes to memory that is there, and of making an array of them.
    static func measureArrays() throws {
        let writer = PayloadWriter()
        try writer.encode(doubles)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: writer.byteCount, alignment: 64)
        defer { memory.deallocate() }
        let encoding = try median(of: 30) {
            try microseconds {
                writer.reset()
                try writer.encode(doubles)
                try writer.copy(into: memory)
            }
        }
        report("codec.doubles.encode", megabytes / encoding * 1e6, "MB/s")
        let decoding = try median(of: 30) {
            try microseconds { _ = try PayloadReader(UnsafeRawBufferPointer(memory)).decode([Double].self) }
        }
        report("codec.doubles.decode", megabytes / decoding * 1e6, "MB/s")
    }

    /// The same by nothing but `memcpy`.
    static func measureCopies() {
        let byteCount = doubles.count * 8
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
        defer { memory.deallocate() }
        let writing = median(of: 30) {
            microseconds { doubles.withUnsafeBytes { memory.copyMemory(from: $0) } }
        }
        report("codec.doubles.encode", megabytes / writing * 1e6, "MB/s")
        let reading = median(of: 30) {
            microseconds {
                _ = [Double](unsafeUninitializedCapacity: doubles.count) { array, count in
                    UnsafeMutableRawBufferPointer(array).copyMemory(from: UnsafeRawBufferPointer(memory))
                    count = doubles.count
                }
            }
        }
        report("codec.doubles.decode", megabytes / reading * 1e6, "MB/s")
    }

    static func main() throws {
        try runWork([
            "ours": {
                try measureOurs()
                try measureArrays()
            },
            "memcpy": measureCopies,
            "json": {
                let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
                try measure(encode: encoder.encode, decode: { try decoder.decode([Order].self, from: $0) })
            },
            "plist": {
                let (encoder, decoder) = (PropertyListEncoder(), PropertyListDecoder())
                encoder.outputFormat = .binary
                try measure(encode: encoder.encode, decode: { try decoder.decode([Order].self, from: $0) })
            },
        ])
    }
}
