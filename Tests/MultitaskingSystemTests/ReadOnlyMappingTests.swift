import Foundation
import MultitaskingSystem
import Testing

@Suite
struct ReadOnlyMappingTests {
    /// As where pages are larger than what the offset is a multiple of.
    @Test(arguments: [0, 1, 4095, 4096, 10_000])
    func partThatBeginsInsideOfAPage_hasItsBytes(_ offset: Int) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("mapping-\(UUID())")
        let content = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 % 251) }
        try Data(content).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forReadingFrom: file)
        let mapping = try ReadOnlyMapping(handle.fileDescriptor, offset: offset, count: 5000)
        try handle.close()
        #expect(unsafe Array(mapping.bytes) == Array(content[offset..<offset + 5000]))
    }
}
