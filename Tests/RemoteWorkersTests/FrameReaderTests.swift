import CMultitaskingLinux
import Foundation
import MultitaskingCore
import RemoteWorkers
import Testing

/// The bytes of a frame.
func frameBytes(_ kind: UInt8, _ id: UInt64, _ payload: [UInt8]) -> [UInt8] { FrameCases.frame(kind, id, payload) }

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

    @Test func streamsThatFit_areReadInPiecesAsAWhole() {
        for seed in FrameCases.seeds() { FrameCases.run(seed) }
    }

    @Test func mutationsOfStreams_neverTrap() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed of the mutations:", seed)
        var generator = SplitMix64(seed: seed)
        let seeds = FrameCases.seeds()
        for _ in 0..<4000 {
            FrameCases.run(mutate(seeds.randomElement(using: &generator) ?? [], using: &generator))
        }
    }

    private func mutate(_ stream: [UInt8], using generator: inout SplitMix64) -> [UInt8] {
        var bytes = stream
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard !bytes.isEmpty else { break }
            let index = Int.random(in: bytes.indices, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[index] = .random(in: 0...255, using: &generator)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: bytes.removeLast(bytes.count - index)
            case 3: bytes.remove(at: index)
            case 4: bytes.insert(.random(in: 0...255, using: &generator), at: index)
            default: bytes.insert(contentsOf: stream.dropFirst(2), at: index)
            }
        }
        return bytes
    }

    @Test func whatTheFuzzerKept_neverTraps() throws {
        let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fuzz/FrameCorpus")
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        #expect(files.count > 20)
        var size = 0
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: file))
            FrameCases.run(bytes)
            size += bytes.count
        }
        #expect(size < 100_000, "the corpus is to stay small: make fuzz minimizes it")
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
