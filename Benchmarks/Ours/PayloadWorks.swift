import Multitasking
import MultitaskingProcesses
import MultitaskingSerialization
import Reporting

@Sendable func echo(_ bytes: [UInt8]) -> [UInt8] { bytes }

/// Payloads of both kinds, the same in all programs: noise, and words.
enum Payload: String, CaseIterable {
    case random, text

    func bytes(_ count: Int) -> [UInt8] {
        var state: UInt64 = 88_172_645_463_325_252
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let words = ["the ", "worker ", "of ", "a ", "pool ", "takes ", "one ", "task ", "after ", "another.\n"]
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            switch self {
            case .random: withUnsafeBytes(of: next()) { bytes.append(contentsOf: $0) }
            case .text: bytes.append(contentsOf: words[Int(next() % 10)].utf8)
            }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

let payloadSizes = [(1 << 10, 2000), (1 << 16, 500), (1 << 20, 60), (1 << 26, 4)]

/// Megabytes a second of sending a payload to a worker and getting it back; the payload counts once.
private func echoSpeed(_ bytes: [UInt8], _ rounds: Int, on pool: ProcessPool) throws -> Double {
    Double(bytes.count) / (try median(of: rounds) { try microseconds { _ = try pool.submit(echo, bytes).value() } })
}

/// W3: echo of payloads of 1 KiB to 64 MiB.
func echoes() throws {
    try withPool(2) { pool in
        for kind in Payload.allCases {
            for (size, rounds) in payloadSizes {
                report("w3.\(kind).\(size)", try echoSpeed(kind.bytes(size), rounds, on: pool), "MB/s")
            }
        }
    }
}

/// W3 with compression: at which size it would pay.
func compressionBreakEven() throws {
    for (name, policy) in [("none", CompressionPolicy.none), ("zstd1", .zstd(level: 1))] {
        let pool = try ProcessPool(maxWorkers: 2, compression: policy)
        defer { pool.shutdown(.drain) }
        for kind in Payload.allCases {
            for shift in stride(from: 10, through: 26, by: 4) {
                let speed = try echoSpeed(kind.bytes(1 << shift), shift < 20 ? 50 : 3, on: pool)
                report("zstd.\(name).\(kind).\(1 << shift)", speed, "MB/s")
            }
        }
    }
}

/// What W4 gives back, made once in each worker.
enum Numbers {
    static let all = Array(0..<348_513)
}

@Sendable func numbers() -> [Int] { Numbers.all }

/// W4: an array of 348,513 numbers as the result.
func arrayAsResult() throws {
    try withPool(1) { pool in
        let time = try median(of: 60, warmUp: 5) { try microseconds { _ = try pool.submit(numbers).value() } }
        report("w4", time / 1e3, "ms")
    }
}
