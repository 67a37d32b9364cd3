import Foundation
import Testing

/// Gives everything that the fuzzer has kept, because it takes ways of its own through the decoder, to the decoder
/// again.
@Suite struct FuzzCorpusTests {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fuzz/Corpus")

    @Test func whatTheFuzzerKept_neverTraps() throws {
        let files = try FileManager.default.contentsOfDirectory(at: Self.directory, includingPropertiesForKeys: nil)
        #expect(files.count > 100)
        var size = 0
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: file))
            FuzzCases.run(bytes)
            size += bytes.count
        }
        #expect(size < 500_000, "the corpus is to stay small: make fuzz minimizes it")
    }

    @Test func aPayloadOfEachShape_neverTraps() throws {
        let seeds = try FuzzCases.seeds()
        #expect(seeds.count > FuzzCases.count)
        for seed in seeds { FuzzCases.run(seed) }
    }
}
