public enum CompressionPolicy: Sendable, Equatable { case none, automatic, zstd(level: Int)
 func compress(_ w: PayloadWriter, memoryInFlight: Double) throws -> [UInt8]? { nil } }
enum ZstdCodec { static func decompress(_ a: UnsafeRawBufferPointer, into: UnsafeMutableRawBufferPointer) throws {} }
import MultitaskingSerialization
