internal import CRemoteWorkers
internal import Glibc
internal import MultitaskingCore
package import MultitaskingSerialization
internal import MultitaskingSystem
internal import Synchronization

/// One end of a socket on which frames go both ways.
///
/// Senders never wait for the peer: what the socket does not take at once is kept and written by a thread, so that a
/// peer which is busy writing itself cannot hold up the thread that reads.
package final class FrameLink: Sendable {
    private let socket: OwnedDescriptor
    private let outbox = Mutex(Outbox())
    private let lastID = Atomic<UInt64>(0)

    private struct Outbox {
        var isOpen = true
        /// What is still to be written, in order.
        var waiting = FIFO<Outgoing>()
        /// Whether a thread writes what waits.
        var isWriting = false
    }

    private struct Outgoing: Sendable {
        var bytes: ArraySlice<UInt8>
        var descriptor: OwnedDescriptor?
    }

    /// Takes a socket over.
    package init(_ socket: Int32) { self.socket = OwnedDescriptor(socket) }

    /// A number that no other message of this end has.
    ///
    /// ORDERING: relaxed; it only counts.
    package func makeID() -> UInt64 { lastID.wrappingAdd(1, ordering: .relaxed).newValue }

    // MARK: Sending

    /// Sends a frame; false if the link is closed.
    @discardableResult
    package func send(_ kind: FrameKind, _ id: UInt64, _ head: [UInt8] = [], tail: [UInt8] = []) -> Bool {
        unsafe send(kind, id, head, tailCount: tail.count) { take in try unsafe tail.withUnsafeBytes(take) }
    }

    /// Sends a frame whose tail is a payload.
    @discardableResult
    package func send(_ kind: FrameKind, _ id: UInt64, _ head: [UInt8], payload: PayloadWriter) -> Bool {
        unsafe send(kind, id, head, tailCount: payload.byteCount) { try unsafe payload.forEachPiece($0) }
    }

    /// Sends a frame whose tail is a payload, by memory of the caller's if it is large.
    @discardableResult
    func send(
        _ kind: FrameKind, _ id: UInt64, _ head: [UInt8], payload: PayloadWriter, by memory: inout TailMemory
    ) -> Bool {
        let count = payload.byteCount
        if count > FrameKind.leastBlob,
            let descriptor = try? unsafe memory.fill(count: count, { try unsafe payload.forEachPiece($0) })
        {
            return send(kind, id, head, descriptor, count: count)
        }
        return send(kind, id, head, payload: payload)
    }

    /// Sends a frame whose tail is ready to be sent.
    @discardableResult
    package func send(_ kind: FrameKind, _ id: UInt64, _ head: [UInt8], parcel: Parcel) -> Bool {
        switch parcel.contents {
        case .bytes(let bytes): send(kind, id, head, tail: bytes)
        case .memory(let memory): send(kind, id, head, memory.descriptor, count: memory.count)
        }
    }

    private func send(
        _ kind: FrameKind, _ id: UInt64, _ head: [UInt8], _ descriptor: OwnedDescriptor, count: Int
    ) -> Bool {
        var writer = Self.header(kind.rawValue | FrameKind.blobFlag, id, 8 + head.count)
        writer.add(UInt64(count))
        writer.add(head)
        return enqueue([Outgoing(bytes: writer.bytes[...], descriptor: descriptor)])
    }

    /// Sends a frame whose tail is in pieces, each of which is copied to where it is needed.
    func send(
        _ kind: FrameKind, _ id: UInt64, _ head: [UInt8], tailCount: Int, _ pieces: TailPieces
    ) -> Bool {
        if tailCount > FrameKind.leastBlob, let descriptor = try? unsafe Blob.make(count: tailCount, pieces) {
            return send(kind, id, head, descriptor, count: tailCount)
        }
        var payload = head
        if tailCount > 0 {
            payload.reserveCapacity(head.count + tailCount)
            do { try unsafe pieces { unsafe payload.append(contentsOf: $0) } } catch { return false }
        }
        var frames: [Outgoing] = []
        var rest = payload[...]
        while rest.count > FrameKind.sizeLimit - 9 {
            frames.append(Self.outgoing(.more, id, rest.prefix(Self.partSize)))
            rest = rest.dropFirst(Self.partSize)
        }
        frames.append(Self.outgoing(kind, id, rest))
        return enqueue(frames)
    }

    /// How much of a payload that is too large for one frame goes in each.
    private static let partSize = 1 << 28

    private static func header(_ kind: UInt8, _ id: UInt64, _ payloadSize: Int) -> ByteWriter {
        var writer = ByteWriter()
        writer.add(UInt32(9 + payloadSize))
        writer.add(kind)
        writer.add(id)
        return writer
    }

    private static func outgoing(_ kind: FrameKind, _ id: UInt64, _ payload: ArraySlice<UInt8>) -> Outgoing {
        var writer = header(kind.rawValue, id, payload.count)
        writer.add(payload)
        return Outgoing(bytes: writer.bytes[...], descriptor: nil)
    }

    private func enqueue(_ frames: [Outgoing]) -> Bool {
        enum Next { case done, closed, startThread }
        let next: Next = outbox.withLock { outbox in
            guard outbox.isOpen else { return .closed }
            for frame in frames { outbox.waiting.append(frame) }
            guard !outbox.isWriting else { return .done }
            while var first = outbox.waiting.popFirst() {
                let sent = write(&first, mayBlock: false)
                if sent == -EAGAIN {
                    outbox.waiting.prepend(first)
                    outbox.isWriting = true
                    return .startThread
                }
                guard sent >= 0 else {
                    outbox = Outbox(isOpen: false)
                    return .closed
                }
                if !first.bytes.isEmpty { outbox.waiting.prepend(first) }
            }
            return .done
        }
        switch next {
        case .done: return true
        case .closed: return false
        case .startThread:
            if startDetachedThread({ self.writeWaiting() }) != 0 { writeWaiting() }
            return true
        }
    }

    /// Writes what waits, until nothing does.
    private func writeWaiting() {
        while var first = outbox.withLock({ outbox -> Outgoing? in
            if outbox.waiting.isEmpty { outbox.isWriting = false }
            return outbox.waiting.popFirst()
        }) {
            let sent = write(&first, mayBlock: true)
            outbox.withLock { outbox in
                guard sent >= 0, outbox.isOpen else { return outbox = Outbox(isOpen: false) }
                if !first.bytes.isEmpty { outbox.waiting.prepend(first) }
            }
        }
    }

    /// Writes a part; how many bytes, or the error.
    private func write(_ outgoing: inout Outgoing, mayBlock: Bool) -> Int {
        let sent = unsafe outgoing.bytes.withUnsafeBytes { bytes in
            // SAFETY: the bytes are read while they are borrowed.
            unsafe mr_send(socket.number, bytes.baseAddress, bytes.count, outgoing.descriptor?.number ?? -1, mayBlock)
        }
        if sent > 0 {
            outgoing.bytes = outgoing.bytes.dropFirst(sent)
            outgoing.descriptor = nil
        }
        return sent
    }

    // MARK: Receiving

    /// Calls `body` with each frame that arrives, on the calling thread, until the peer ends the link.
    ///
    /// - Returns: what was wrong with what arrived, or what `body` has thrown; nil at the end.
    package func receive(_ body: (Frame) throws -> Void) -> (any Error)? {
        var reader = FrameReader()
        let capacity = 1 << 16
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 8)
        defer { unsafe buffer.deallocate() }
        var descriptors = [Int32](repeating: -1, count: Int(mr_descriptor_limit))
        while true {
            var descriptorCount: Int32 = 0
            // SAFETY: there is room for so many bytes and descriptors.
            let count = unsafe mr_receive(
                socket.number, buffer.baseAddress, capacity, &descriptors, &descriptorCount)
            for number in descriptors.prefix(Int(descriptorCount)) { reader.append(OwnedDescriptor(number)) }
            guard count > 0 else { return count == -Int(EPROTO) ? FrameError("descriptors were lost") : nil }
            unsafe reader.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            do { while let frame = try reader.next() { try body(frame) } } catch { return error }
        }
    }

    /// Ends the link in both directions: the peer and a thread that receives here come to the end.
    package func close() {
        outbox.withLock { $0 = Outbox(isOpen: false) }
        shutdown(socket.number, Int32(SHUT_RDWR))
    }
}
