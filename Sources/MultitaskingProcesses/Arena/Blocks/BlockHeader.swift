/// The word of truth of one block: free, in use, or (large ones only) being given back by somebody.
struct BlockHeader: BitFields {
    enum State: UInt64 {
        case free = 0
        case used
        case freeing
    }

    /// Bits 0...1: state. Bits 2...11: the process that gives it back. Bits 12...42: the generation.
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ state: State, generation: UInt64, owner: Int = 0) {
        rawValue = state.rawValue | UInt64(owner) << 2 | (generation & BlockReference.generationMask) << 12
    }

    var state: State { State(rawValue: rawValue & 3) ?? .used }
    var owner: Int { Int(rawValue >> 2 & 0x3ff) }
    /// Whether the next allocation's generation is the first again.
    var isSpent: Bool { generation == BlockReference.generationMask }
    var generation: UInt64 { rawValue >> 12 & BlockReference.generationMask }
}
