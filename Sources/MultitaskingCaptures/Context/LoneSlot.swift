import CMultitaskingCaptures
import MultitaskingCore
import MultitaskingSerialization

/// A trivial value that is a context's only capture.
///
/// It may be what the description says. Or the context is the box of a variable, and the description that of another
/// type of the same stride and alignment (see `ContextLayout`). So the bytes are sent as they are, which is right for
/// both, unless they mean something in this process only:
///
/// - Addresses are found by looking whether there is memory, and refused. One case remains: a raw pointer inside a
///   larger trivial value, in a variable that is a `nonisolated(unsafe) var` and the only capture, where the type that
///   is described has padding.
/// - A type with a `Codable` of its own may stand for something else, such as an entry of a table of names. It is coded
///   as well, and if what is decoded is not what the bytes say, it cannot be known which of the two is right, and the
///   call fails.
final class LoneSlot<Value>: SlotCoder, @unchecked Sendable {
    // SAFETY: constants only.
    private let coded = TrivialValue.ownCodable(in: Value.self)

    override func write(_ context: RawAddress, to sink: inout CaptureSink) throws {
        let place = context + offset
        let count = available(in: context)
        for start in stride(from: 0, to: MemoryLayout<Value>.stride, by: 8) {
            let bytes = start..<max(start, min(start + 8, count))
            let word = bytes.reduce(UInt(0)) { $0 | UInt((place + $1).load(as: UInt8.self)) << (8 * UInt($1 - start)) }
            if bytes.count == 8, TrivialValue.mayBeAddress(word), !isPadding(bytes, of: place) {
                throw CaptureRefusal.address
            }
            try sink.writer.encode(word)
        }
        guard !coded.isEmpty else { return }
        // Otherwise `encode(to:)` would be called with what is no value of the type.
        guard TrivialValue.isValid(place, Value.self) else { throw CaptureRefusal.variable(nil) }
        for part in coded {
            func encode<Part: Codable>(_: Part.Type) throws {
                // SAFETY: the bytes are a valid value of the type, and the caller holds the context.
                try unsafe sink.writer.encode((place + part.offset).pointer.assumingMemoryBound(to: Part.self).pointee)
            }
            try encode(part.type)
        }
    }

    /// Whether some of the bytes are no part of the value that the description speaks of: then they are whatever was
    /// there before.
    private func isPadding(_ bytes: Range<Int>, of place: RawAddress) -> Bool {
        guard TrivialValue.isValid(place, Value.self) else { return false }
        let significant = TrivialValue.significantBytes(of: place, Value.self)
        return !bytes.allSatisfy(significant.contains)
    }

    /// How many bytes there are that may be the variable's: as many as the type's stride, unless the context has less.
    private func available(in context: RawAddress) -> Int {
        let size = MemoryLayout<Value>.size
        guard size < MemoryLayout<Value>.stride else { return size }
        guard MemoryLayout<Value>.alignment <= 16, Images.segment(containing: context.bits) == nil else { return size }
        // SAFETY: contexts that lie in no image were allocated by `swift_allocObject`, which takes those of common
        // alignment from the C library.
        let allocated = unsafe mc_allocated_size(UnsafeMutableRawPointer(mutating: context.pointer))
        return max(size, min(MemoryLayout<Value>.stride, allocated - offset))
    }

    override func receiver(for shape: CaptureShape, _ images: LoadedImages) throws -> SlotReceiver {
        guard case .value = shape else { throw LoadedImages.damaged }
        return LoneReceiver<Value>(coded, offset: offset)
    }
}

private final class LoneReceiver<Value>: SlotReceiver, @unchecked Sendable {
    // SAFETY: constants only.
    private let coded: [TrivialValue.Part]

    init(_ coded: [TrivialValue.Part], offset: Int) {
        self.coded = coded
        super.init(offset: offset)
    }

    override var room: Int { MemoryLayout<Value>.stride - MemoryLayout<Value>.size }

    override func read(from reader: PayloadReader, into context: UnsafeMutableRawPointer) throws {
        // SAFETY: the context was made with room for the type's stride, and all bytes are written.
        let place = unsafe context + offset
        for start in stride(from: 0, to: MemoryLayout<Value>.stride, by: 8) {
            let word = try reader.decode(UInt.self)
            for index in start..<min(start + 8, MemoryLayout<Value>.stride) {
                unsafe place.storeBytes(
                    of: UInt8(truncatingIfNeeded: word >> (8 * UInt(index - start))), toByteOffset: index,
                    as: UInt8.self)
            }
        }
        for part in coded {
            func check<Part: Codable>(_: Part.Type) throws {
                var decoded = try reader.decode(Part.self)
                let isSame = unsafe withUnsafeMutablePointer(to: &decoded) {
                    TrivialValue.isSame(
                        unsafe RawAddress(UnsafeRawPointer($0)), unsafe RawAddress(place + part.offset), Part.self)
                }
                guard isSame else {
                    throw MultitaskingError(
                        .decodeFailed,
                        """
                        a captured \(Part.self) doesn't survive encoding and decoding unchanged, and if it is the only \
                        capture, it can't be distinguished from a variable; pass it as an argument
                        """)
                }
            }
            try check(part.type)
        }
    }
}
