/// Which payloads are compressed when they are sent between processes, and how strongly.
///
/// ```swift
/// let pool = try ProcessPool(compression: .zstd(level: 3))
/// ```
///
/// On one machine, compression never saves time: copying between processes runs at 3–7 GB/s, whereas zstd at level 1
/// compresses text or sorted numbers at 0.4–0.6 GB/s and decompresses them at 1.1–1.8 GB/s. A compressed payload
/// therefore takes at least 10 to 20 times as long as a copied one. What compression saves is shared memory, by a
/// factor of 2.8 (text) to 7 (sorted numbers). For this reason, ``automatic`` compresses nothing while less than half
/// of the memory is in use; beyond that, waiting for memory would cost more. These rates and ratios apply to payloads
/// of at least 16 KiB (35 µs, about as long as waking a sleeping core); 1 KiB of text shrinks only by a factor of 1.7,
/// at half the rate.
public struct CompressionPolicy: Sendable, Hashable {
    private enum Rule: Sendable, Hashable {
        case none
        case always(level: Int)
        case automatic
    }

    private let rule: Rule

    private init(rule: Rule) { self.rule = rule }

    /// Never compresses.
    public static let none = Self(rule: .none)

    /// Compresses payloads of 16 KiB and more while at least half of the memory is in use. This is the default.
    ///
    /// This uses level 1. It first samples payloads of 128 KiB and more, and keeps the compressed form only if it has
    /// at most 70 % of the size, so random numbers and images stay uncompressed.
    public static let automatic = Self(rule: .automatic)

    /// Compresses every payload of 512 bytes and more with zstd, and keeps the compressed form if it is smaller.
    ///
    /// - Parameter level: from −7 (fastest) to 19 (smallest); other numbers are clamped to this range.
    public static func zstd(level: Int) -> Self {
        Self(rule: .always(level: min(max(level, levels.lowerBound), levels.upperBound)))
    }

    /// The range of levels for ``zstd(level:)``.
    public static let levels = -7...19

    /// The level at which a payload should be compressed; nil if it should not be.
    ///
    /// - Parameter memoryInFlight: the share of the memory for payloads that is taken, from 0 to 1.
    package func level(forByteCount byteCount: Int, memoryInFlight: Double) -> Int? {
        switch rule {
        case .none: nil
        case .always(let level): byteCount >= Self.smallestAlways ? level : nil
        case .automatic: byteCount >= Self.smallestAutomatic && memoryInFlight >= Self.scarce ? 1 : nil
        }
    }

    /// The policy as a number, by which a process tells another of its policy.
    package var rawValue: UInt64 {
        switch rule {
        case .none: 0
        case .automatic: 1
        case .always(let level): UInt64(Self.firstLevel + level)
        }
    }

    /// The policy that a number stands for; ``automatic`` if it stands for none.
    package init(rawValue: UInt64) {
        switch rawValue {
        case 0: self = .none
        case UInt64(Self.firstLevel + Self.levels.lowerBound)...UInt64(Self.firstLevel + Self.levels.upperBound):
            self = .zstd(level: Int(rawValue) - Self.firstLevel)
        default: self = .automatic
        }
    }

    private static let firstLevel = 1000

    /// Which share of its size a payload may keep for compression to be worth it.
    package var worthwhileRatio: Double { rule == .automatic ? 0.7 : 1 }

    private static let smallestAlways = 512
    private static let smallestAutomatic = 16 << 10
    private static let scarce = 0.5
}

extension CompressionPolicy {
    /// The payload in compressed form, or nil if it should stay as it is.
    ///
    /// - Throws: `systemError` if there is no memory for it.
    package func compress(_ payload: UnsafeRawBufferPointer, memoryInFlight: Double) throws -> [UInt8]? {
        let byteCount = payload.count
        guard let level = level(forByteCount: byteCount, memoryInFlight: memoryInFlight) else { return nil }
        let limit = Int(Double(byteCount) * worthwhileRatio)
        if byteCount >= Self.smallestSampled, try unsafe sampledRatio(payload, level: level) > worthwhileRatio {
            return nil
        }
        let compressed = try unsafe ZstdCodec.compress(payload, level: level)
        return compressed.count <= limit && compressed.count < byteCount ? compressed : nil
    }

    /// What is left of some samples of a big payload, as a share of their size.
    private func sampledRatio(_ payload: UnsafeRawBufferPointer, level: Int) throws -> Double {
        let step = (payload.count - Self.sampleSize) / (Self.sampleCount - 1)
        var compressed = 0
        for sample in 0..<Self.sampleCount {
            let range = sample * step..<sample * step + Self.sampleSize
            // SAFETY: the payload is big enough, and slicing checks it.
            compressed += try unsafe ZstdCodec.compress(.init(rebasing: payload[range]), level: level).count
        }
        return Double(compressed) / Double(Self.sampleCount * Self.sampleSize)
    }

    // As Dask does it: distributed/protocol/compression.py, `maybe_compress`.
    private static let smallestSampled = 128 << 10
    private static let sampleCount = 5
    private static let sampleSize = 10 << 10
}
