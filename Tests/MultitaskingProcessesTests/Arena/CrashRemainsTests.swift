import CMultitaskingLinux
import MultitaskingCore
import Testing

@testable import MultitaskingProcesses

/// What a dead process leaves may be anything: it is read without a trap, and bounded.
@Suite struct CrashRemainsTests {
    /// A packed stack: the number of frames, three words for each, and the paths of their images.
    private static func stack(frames: [(address: UInt64, offset: UInt64, image: UInt32, kind: UInt32)], names: [UInt8])
        -> [UInt8]
    {
        func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            unsafe withUnsafeBytes(of: number.littleEndian) { unsafe Array($0) }
        }
        return bytes(UInt64(frames.count))
            + frames.flatMap { bytes($0.address) + bytes($0.offset) + bytes($0.image) + bytes($0.kind) } + names
    }

    @Test func framesThatWerePacked_areReadWithTheirImages() throws {
        let stack = Self.stack(
            frames: [(100, 10, 1, 0), (200, 20, 5, 1), (300, 0, 0, 1)], names: Array("a/b\0c\0".utf8))
        let frames = try #require(CrashArea.backtrace(stack)).frames
        #expect(frames.map(\.image) == ["a/b", "c", nil])
        #expect(frames.map(\.address) == [100, 200, 300])
        #expect(frames.map(\.isReturnAddress) == [false, true, true])
        #expect(frames.allSatisfy { $0.symbol == nil })
    }

    @Test(arguments: [
        [], [0], stack(frames: [], names: []), [UInt8](repeating: 0xff, count: 4096),
        Array(stack(frames: [(1, 1, 1, 1)], names: []).dropLast()),
        [65] + [UInt8](repeating: 0, count: 4000),
    ])
    func damagedStack_isNone(_ bytes: [UInt8]) { #expect(CrashArea.backtrace(bytes) == nil) }

    @Test func imageBehindTheNames_isUnknown() throws {
        for image: UInt32 in [0, 4, 5, .max] {
            let bytes = Self.stack(frames: [(1, 1, image, 0)], names: Array("abc".utf8))
            #expect(try #require(CrashArea.backtrace(bytes)).frames[0].image == nil)
        }
    }

    @Test func remainsThatWerePacked_areTheSame() {
        let remains = CrashRemains(output: Array("text".utf8), stack: [1, 2, 3])
        let again = CrashRemains(remains.bytes)
        #expect(again.output == remains.output && again.stack == remains.stack)
    }

    @Test func randomBytes_areReadWithoutATrap() {
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...200)).map { _ in UInt8.random(in: 0...255) & .random(in: 0...255) }
            let remains = CrashRemains(bytes)
            #expect(remains.output.count <= OutputLog.byteLimit)
            _ = CrashArea.backtrace(remains.stack)
            _ = CrashArea.backtrace([UInt8.random(in: 0...70), 0, 0, 0, 0, 0, 0, 0] + bytes)
        }
    }

    @Test func layout_fitsWhereItIsKept() {
        #expect(MemoryLayout<mt_crash_area>.size <= ArenaLayout.crashStride)
        #expect(CrashRemains.byteLimit <= 8192)
        #expect(MemoryLayout<mt_crash_frame>.size == 24)
    }
}
