/// The word of truth of one chunk of the arena: the process that holds it, and for what.
struct ChunkWord: BitFields {
    enum State: UInt64 {
        /// Free, its pages not in memory.
        case cold = 0
        /// Free, its pages still in memory.
        case warm
        /// Cut into blocks of one size, from which its owner allocates.
        case blocks
        /// The first chunk of a large block that takes whole chunks.
        case run
        /// Another chunk of a large block.
        case tail
    }

    /// Bits 0...2: state. Bits 3...12: owner. Bits 16...23: size class. Bits 24...55: the length of a run, in chunks;
    /// for a tail, the number of the run's first chunk.
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ state: State, owner: Int = 0, sizeClass: Int = 0, value: Int = 0) {
        rawValue = state.rawValue | UInt64(owner) << 3 | UInt64(sizeClass) << 16 | UInt64(value) << 24
    }

    var state: State { State(rawValue: rawValue & 7) ?? .tail }
    var owner: Int { Int(rawValue >> 3 & 0x3ff) }
    var sizeClass: Int { Int(rawValue >> 16 & 0xff) }
    /// How many chunks a run has, or which is the first chunk of the run that a tail belongs to.
    var value: Int { Int(rawValue >> 24 & 0xffff_ffff) }
    var isFree: Bool { state == .cold || state == .warm }
}
