import CMultitaskingLinux
import Glibc
import MultitaskingCore
import MultitaskingSerialization
import RemoteWorkers

/// What a peer may send is given to the reader of frames here, and each frame to everything that reads one.
///
/// The fuzzer (`Tests/Fuzz`) looks for bytes that trap, hang or allocate too much; the tests give it mutations,
/// and what the fuzzer has kept.
enum FrameCases {
    /// Reads bytes as a stream: the first byte says how many descriptors come with it, and of what kind, the second in
    /// what pieces it arrives. Traps if it is read as something else in pieces than as a whole.
    static func run(_ bytes: [UInt8]) {
        guard bytes.count > 2 else { return }
        let stream = bytes[2...]
        let whole = read(stream, in: stream.count, bytes[0])
        let cut = read(stream, in: 1 + Int(bytes[1]), bytes[0])
        precondition(whole == cut, "a stream that arrives in pieces is another one")
        precondition(whole.size <= stream.count, "more was read than has arrived")
    }

    private struct Reading: Equatable {
        var frames: [String] = []
        var size = 0
        var error: String?
    }

    private static func read(_ stream: ArraySlice<UInt8>, in size: Int, _ descriptors: UInt8) -> Reading {
        var reader = FrameReader()
        for index in 0..<Int(descriptors & 3) {
            guard let descriptor = descriptor(isSealed: descriptors >> (4 + index) & 1 == 1) else { continue }
            reader.append(descriptor)
        }
        var reading = Reading()
        var rest = stream
        do {
            while !rest.isEmpty {
                reader.append(rest.prefix(size))
                rest = rest.dropFirst(size)
                while let frame = try reader.next() {
                    reading.size += frame.head.count
                    reading.frames.append("\(frame.kind) \(frame.id) \(frame.head) \(frame.blob != nil)")
                    take(frame)
                }
            }
        } catch { reading.error = error.description }
        return reading
    }

    /// Memory of 64 bytes, as it comes with a frame.
    private static func descriptor(isSealed: Bool) -> OwnedDescriptor? {
        let number = unsafe mt_memfd_create("test")
        guard number >= 0, ftruncate(number, 64) == 0 else { return nil }
        if isSealed { mt_seal_size(number) }
        return OwnedDescriptor(number)
    }

    /// Reads a frame as everything that it might be.
    private static func take(_ frame: Frame) {
        _ = try? RunReport(frame)
        _ = try? HubAnswer(frame)
        var reader = frame.reader
        _ = try? RunOrder(&reader)
        _ = try? unsafe frame.tail(&reader).withBytes { unsafe try PortableCall.read($0) }
        var place = frame.reader
        _ = try? RunPlace(&place)
    }

    // MARK: What is well formed

    /// A stream of frames of all kinds, with payloads that fit.
    static func seeds() -> [[UInt8]] {
        let all = FrameKind.allCases.filter { $0 != .more }.flatMap { frame($0.rawValue, 1, [1, 2, 3]) }
        var order = ByteWriter()
        RunOrder(attempt: 1, worker: 2, tasksRun: 3, made: 4, seed: 5, outputLimit: 6, setUp: .call(7)).write(
            to: &order)
        let parts = frame(127, 3, [1, 2]) + frame(127, 3, [3]) + frame(4, 3, report(0, [4, 5]))
        let blob = frame(4 | 0x80, 1, [64, 0, 0, 0, 0, 0, 0, 0] + report(0, []))
        let streams =
            [
                all, frame(64, 1, order.bytes + call), parts, blob,
                frame(8, 9, [1] + Array(repeating: 0, count: 8) + [7]),
            ]
            + (0...8).map { frame(4, 1, report($0, death)) }
        return streams.flatMap { [[0, 255] + $0, [0x31, 0] + $0] }
    }

    static func frame(_ kind: UInt8, _ id: UInt64, _ payload: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.add(UInt32(9 + payload.count))
        writer.add(kind)
        writer.add(id)
        writer.add(payload)
        return writer.bytes
    }

    /// A report of an end.
    static func report(
        _ end: UInt8, started: Bool = true, output: [UInt8] = [], _ body: [UInt8] = [], node: String = "n1"
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.add(end)
        writer.add(UInt8(started ? 1 : 0))
        for time in [10, 20, 30] as [UInt64] { writer.add(time) }
        writer.add(UInt32(42))
        writer.add(UInt8(node.utf8.count))
        writer.add(node.utf8)
        writer.add(UInt32(output.count))
        writer.add(output)
        writer.add(body)
        return writer.bytes
    }

    /// How a child has died.
    static let death: [UInt8] = {
        var writer = ByteWriter()
        writer.add(Int32(42))
        writer.add(UInt32(3))
        writer.add(WorkerFailure.Phase.running.rawValue)
        writer.add(Int32(11))
        writer.add(Int32(-1))
        writer.add(UInt64(1 << 20))
        writer.add(UInt32(2))
        writer.add(Int64(5))
        writer.add(UInt16(8))
        writer.add("10.0.0.2".utf8)
        writer.add(UInt16(1))
        writer.add(UInt16(3))
        writer.add("end".utf8)
        return writer.bytes
    }()

    private static let call: [UInt8] = {
        var writer = ByteWriter()
        writer.add(UInt8(1))
        writer.add(UInt64(4096))
        for text in ["abc", "", "Si", ""] {
            writer.add(UInt32(text.utf8.count))
            writer.add(text.utf8)
        }
        return writer.bytes
    }()
}
