import CMultitaskingLinux
import Glibc
import MultitaskingCore
import RemoteWorkers
import Testing

/// The bytes of a frame.
func frameBytes(_ kind: UInt8, _ id: UInt64, _ payload: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.add(UInt32(9 + payload.count))
    writer.add(kind)
    writer.add(id)
    writer.add(payload)
    return writer.bytes
}

@Suite struct FrameReaderTests {
    @Test func bytesCutAnywhere_becomeTheSameFrames() throws {
        let bytes =
            frameBytes(4, 7, [1, 2, 3]) + frameBytes(15, 0, []) + frameBytes(8, .max, Array(repeating: 9, count: 300))
        for size in 1...40 {
            var reader = FrameReader()
            var frames: [Frame] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                reader.append(rest.prefix(size))
                rest = rest.dropFirst(size)
                while let frame = try reader.next() { frames.append(frame) }
            }
            #expect(frames.map(\.kind) == [.done, .signals, .answer])
            #expect(frames.map(\.id) == [7, 0, .max])
            #expect(frames.map(\.head.count) == [3, 0, 300])
        }
    }

    @Test func payloadInParts_isPutTogether() throws {
        var reader = FrameReader()
        reader.append(frameBytes(127, 3, [1, 2]) + frameBytes(127, 3, [3]) + frameBytes(4, 3, [4, 5]))
        let frame = try #require(try reader.next())
        #expect(frame.kind == .done && frame.head == [1, 2, 3, 4, 5])
    }

    @Test(arguments: [
        frameBytes(200, 0, []), frameBytes(0, 0, []), frameBytes(63, 0, []), frameBytes(0xFF, 0, []),  // no kind
        [8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],  // shorter than a header
        [0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0, 0, 0, 0, 0],  // longer than any
        frameBytes(127, 1, [1]) + frameBytes(4, 2, [1]), frameBytes(127, 1, [1]) + frameBytes(127, 2, [1]),
        frameBytes(4 | 0x80, 1, [0, 0, 0, 0, 0, 0, 0, 0]),  // a descriptor that never came
    ])
    func whatIsNoFrame_isAnError(_ bytes: [UInt8]) {
        #expect(throws: FrameError.self) {
            var reader = FrameReader()
            reader.append(bytes)
            while try reader.next() != nil {}
        }
    }

    @Test func frameThatSaysItIsLarge_takesNoMemoryBeforeItIsThere() throws {
        var reader = FrameReader()
        reader.append([0, 0, 0, 0x40, 4, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3])
        #expect(try reader.next() == nil)
    }

    /// It neither traps nor goes on for ever; the types say that it throws nothing else.
    @Test(arguments: 0..<300 as Range<UInt64>) func anyBytes_areFramesOrAnError(_ seed: UInt64) {
        var random = TaskRandom(seed: seed)
        var reader = FrameReader()
        do {
            for _ in 0..<20 {
                var bytes: [UInt8] = []
                if Bool.random(using: &random) {
                    let payload = (0..<Int.random(in: 0...64, using: &random)).map { _ in
                        UInt8.random(in: 0...255, using: &random)
                    }
                    bytes = frameBytes(
                        .random(in: 0...255, using: &random), .random(in: 0...3, using: &random), payload)
                }
                for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                    bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
                }
                reader.append(bytes)
                while let frame = try reader.next() { take(frame) }
            }
        } catch { #expect(!error.description.isEmpty) }
    }

    /// Reads a frame as everything that it might be.
    private func take(_ frame: Frame) {
        _ = try? RunReport(frame)
        _ = try? HubAnswer(frame)
        var reader = frame.reader
        _ = try? RunOrder(&reader)
        _ = try? frame.tail(&reader).array
    }

    @Test func descriptorOfMemoryThatMayShrink_isRefused() throws {
        let number = unsafe mt_memfd_create("test")
        #expect(ftruncate(number, 100) == 0)
        var reader = FrameReader()
        reader.append(OwnedDescriptor(number))
        reader.append(frameBytes(4 | 0x80, 1, [100, 0, 0, 0, 0, 0, 0, 0]))
        #expect(throws: FrameError.self) { try reader.next() }
    }

    @Test func descriptorOfTooLittleMemory_isRefused() throws {
        let number = unsafe mt_memfd_create("test")
        #expect(ftruncate(number, 100) == 0 && mt_seal_size(number) == 0)
        var reader = FrameReader()
        reader.append(OwnedDescriptor(number))
        reader.append(frameBytes(4 | 0x80, 1, [101, 0, 0, 0, 0, 0, 0, 0]))
        #expect(throws: FrameError.self) { try reader.next() }
    }
}
