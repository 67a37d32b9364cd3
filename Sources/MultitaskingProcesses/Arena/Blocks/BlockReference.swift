/// The name of one allocation of one block: where it is, and how often the block had been allocated by then.
///
/// Freeing needs both, so that freeing twice — by the process that meant to and by the supervisor that completes the
/// work of the dead — is the same as freeing once.
struct BlockReference: BitFields {
    /// Bits 0...32: the offset in units of 256 bytes, of 2 TiB. Bits 33...63: the generation.
    let rawValue: UInt64

    /// No block.
    static let none = BlockReference(rawValue: 0)
    static let offsetBits: UInt64 = 33
    static let generationMask: UInt64 = (1 << (64 - offsetBits)) - 1

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(offset: Int, generation: UInt64) {
        rawValue = UInt64(offset / ArenaLayout.smallestBlock) | (generation & Self.generationMask) << Self.offsetBits
    }

    var isNone: Bool { rawValue == 0 }
    var offset: Int { Int(rawValue & ((1 << Self.offsetBits) - 1)) * ArenaLayout.smallestBlock }
    var generation: UInt64 { rawValue >> Self.offsetBits }
}
