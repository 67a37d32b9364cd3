/// A message that has arrived.
package struct Frame: Sendable {
    package let kind: FrameKind
    package let id: UInt64
    /// The payload, or what is before its tail.
    package let head: [UInt8]
    /// The tail of the payload, if it came by a descriptor.
    package let blob: Blob?

    package init(kind: FrameKind, id: UInt64, head: [UInt8], blob: Blob? = nil) {
        self.kind = kind
        self.id = id
        self.head = head
        self.blob = blob
    }

    /// Reads the fields of the payload.
    package var reader: ByteReader { ByteReader(head) }

    /// The tail, which begins where `reader` stands.
    ///
    /// - Throws: ``FrameError`` if the reader has left something before a tail that came by a descriptor.
    package func tail(_ reader: inout ByteReader) throws(FrameError) -> FrameTail {
        guard let blob else { return .bytes(reader.rest()) }
        guard reader.isAtEnd else { throw FrameError("a frame has more before its tail than its kind allows") }
        return .blob(blob)
    }
}

/// Takes a stream of bytes and descriptors apart into frames.
///
/// It is given what a peer sends, and believes nothing of it: memory is taken in proportion to what has arrived, and
/// anything that isn't a frame is an error, after which the stream cannot be read any further.
package struct FrameReader: ~Copyable {
    private var buffer: [UInt8] = []
    /// Where in the buffer the next frame begins.
    private var start = 0
    /// The descriptors that no frame has taken yet.
    private var descriptors: [OwnedDescriptor] = []
    /// The parts of a payload that came before its frame, and their id.
    private var parts: (id: UInt64, bytes: [UInt8])?

    private static let headerSize = 13
    /// The most descriptors that wait for their frames: no sender is so far ahead.
    private static let descriptorLimit = 1024

    package init() {}

    /// Appends what has arrived.
    package mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0, start == buffer.count || start >= 1 << 16 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Appends a descriptor that came with what is appended next or was last.
    package mutating func append(_ descriptor: OwnedDescriptor) { descriptors.append(descriptor) }

    /// The next frame; nil if it has not arrived as a whole.
    package mutating func next() throws(FrameError) -> Frame? {
        while let (kind, id, payload) = try nextPart() {
            if kind == FrameKind.more.rawValue {
                try keep(payload, of: id)
                continue
            }
            return try frame(kind, id, payload)
        }
        return nil
    }

    private mutating func nextPart() throws(FrameError) -> (kind: UInt8, id: UInt64, payload: ArraySlice<UInt8>)? {
        guard descriptors.count <= Self.descriptorLimit else { throw FrameError("descriptors came without frames") }
        guard buffer.count - start >= Self.headerSize else { return nil }
        var reader = ByteReader(buffer[start...])
        let size = Int(try reader.next(UInt32.self))
        guard size >= Self.headerSize - 4, size <= FrameKind.sizeLimit else {
            throw FrameError("a frame says that it has \(size) bytes")
        }
        guard buffer.count - start - 4 >= size else { return nil }
        let kind = try reader.next(UInt8.self)
        let id = try reader.next(UInt64.self)
        let payload = try reader.next(size - (Self.headerSize - 4))
        start += 4 + size
        return (kind, id, payload)
    }

    private mutating func keep(_ payload: ArraySlice<UInt8>, of id: UInt64) throws(FrameError) {
        guard parts == nil || parts?.id == id, (parts?.bytes.count ?? 0) + payload.count <= FrameKind.payloadLimit
        else {
            throw FrameError("the parts of a payload do not belong together")
        }
        if parts == nil { parts = (id, []) }
        parts?.bytes += payload
    }

    private mutating func frame(_ kind: UInt8, _ id: UInt64, _ payload: ArraySlice<UInt8>) throws(FrameError) -> Frame {
        guard let known = FrameKind(rawValue: kind & ~FrameKind.blobFlag), known != .more else {
            throw FrameError("there is no frame of kind \(kind)")
        }
        var bytes = Array(payload)
        if let parts {
            guard parts.id == id else { throw FrameError("the parts of a payload do not belong together") }
            bytes = parts.bytes + bytes
            self.parts = nil
        }
        guard kind & FrameKind.blobFlag != 0 else { return Frame(kind: known, id: id, head: bytes) }
        guard !descriptors.isEmpty else { throw FrameError("a frame came without its descriptor") }
        var reader = ByteReader(bytes)
        let count = try reader.next(UInt64.self)
        let blob = try Blob(descriptors.removeFirst(), count: count)
        return Frame(kind: known, id: id, head: Array(reader.rest()), blob: blob)
    }
}
