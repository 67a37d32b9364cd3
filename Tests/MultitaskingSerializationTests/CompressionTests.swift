import MultitaskingCore
import MultitaskingSerialization
import Testing

@Suite struct CompressionTests {
    private let text = Array(String(repeating: "to be or not to be; ", count: 20_000).utf8)

    private func compress(_ bytes: [UInt8], level: Int = 1) throws -> [UInt8] {
        try unsafe bytes.withUnsafeBytes { try unsafe ZstdCodec.compress($0, level: level) }
    }

    private func decompress(_ bytes: [UInt8], count: Int) throws -> [UInt8] {
        var target = [UInt8](repeating: 0, count: count)
        try unsafe bytes.withUnsafeBytes { source in
            try unsafe target.withUnsafeMutableBytes { try unsafe ZstdCodec.decompress(source, into: $0) }
        }
        return target
    }

    private func compress(_ bytes: [UInt8], by policy: CompressionPolicy, memoryInFlight: Double) throws -> [UInt8]? {
        try unsafe bytes.withUnsafeBytes { try unsafe policy.compress($0, memoryInFlight: memoryInFlight) }
    }

    private func random(_ count: Int) -> [UInt8] {
        var generator = SplitMix64(seed: 1)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    @Test(arguments: [-100, -7, -1, 1, 3, 19, 100])
    func roundTrip_atLevel(_ level: Int) throws {
        for bytes in [[], [1], text, random(5000)] {
            #expect(try decompress(try compress(bytes, level: level), count: bytes.count) == bytes)
        }
        #expect(try compress(text, level: level).count < text.count / 10)
    }

    @Test func decompress_toAnotherSize_throws() throws {
        let compressed = try compress(text)
        for count in [0, 1, text.count - 1, text.count + 1] {
            let error = #expect(throws: MultitaskingError.self) { try decompress(compressed, count: count) }
            #expect(error?.code == .decodeFailed)
        }
    }

    @Test func damage_ofAnyKind_isDetected() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix64(seed: seed)
        let original = Array(text.prefix(3000)) + random(500)
        let compressed = try compress(original)
        for _ in 0..<2000 {
            var damaged = compressed
            if Bool.random(using: &generator) {
                damaged.removeLast(Int.random(in: 1...damaged.count, using: &generator))
            } else {
                damaged[Int.random(in: damaged.indices, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            }
            do {
                // A few bits of the frame's header say nothing about the content.
                let result = try decompress(damaged, count: original.count)
                #expect(result == original, "seed \(seed)")
            } catch let error as MultitaskingError {
                #expect(error.code == .decodeFailed && error.message.contains("damaged"), "seed \(seed)")
            }
        }
    }

    @Test func compressAndDecompress_onManyThreads() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    for round in 0..<20 {
                        let bytes = Array(text.prefix(1000 * (task + 1) + round))
                        let result = try decompress(try compress(bytes), count: bytes.count)
                        #expect(result == bytes)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func automatic_compressesOnlyBigPayloads_whenMemoryIsScarce() throws {
        let policy = CompressionPolicy.automatic
        #expect(policy.level(forByteCount: 1 << 30, memoryInFlight: 0.49) == nil)
        #expect(policy.level(forByteCount: 1000, memoryInFlight: 1) == nil)
        #expect(policy.level(forByteCount: 16 << 10, memoryInFlight: 0.5) == 1)
        #expect(try compress(text, by: policy, memoryInFlight: 0) == nil)
        #expect(try compress(random(20_000), by: policy, memoryInFlight: 1) == nil)
        #expect(try compress(random(1 << 20), by: policy, memoryInFlight: 1) == nil)
        let compressed = try #require(try compress(text, by: policy, memoryInFlight: 0.9))
        #expect(try decompress(compressed, count: text.count) == text)
    }

    @Test func noneAndZstd_doAsTheySay() throws {
        #expect(CompressionPolicy.none.level(forByteCount: .max, memoryInFlight: 1) == nil)
        #expect(CompressionPolicy.zstd(level: 5).level(forByteCount: 1000, memoryInFlight: 0) == 5)
        #expect(CompressionPolicy.zstd(level: 99) == .zstd(level: 19))
        #expect(CompressionPolicy.zstd(level: -99) == .zstd(level: -7))
        #expect(try compress(text, by: .zstd(level: 1), memoryInFlight: 0) != nil)
        #expect(try compress(random(4000), by: .zstd(level: 1), memoryInFlight: 0) == nil)
    }
}
