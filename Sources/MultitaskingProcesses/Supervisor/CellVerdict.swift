/// What becomes of the cell of a channel that a dead member's journal names.
enum CellVerdict: Equatable {
    /// No element will ever be here; it is counted as void, unless that was done.
    case void(isCounted: Bool)
    /// Its element was being taken, and is gone; it is counted as done.
    case drop
    /// Its element was taken, and the cell not given back.
    case finish
    /// The cell was given back; its segment may not have been.
    case retire
    /// Its element is there for others, or it never was the dead member's. The sender may not have moved the tail, and
    /// has a block that nobody else has if `freesBlock` is true.
    case leave(movesTail: Bool, freesBlock: Bool)
}

/// What is known about the cell of a channel that a dead member's journal names: everything that decides what becomes
/// of it.
struct CellRemains: Equatable {
    var state: CellWord.State
    /// Whether the cell's word names the dead member, and the segment that its journal names.
    var isOwn: Bool
    /// Whether the segment is still the one that the journal names.
    var isOfThatTime = true
    /// Whether the segment says that the cell was given back.
    var isGivenBack = false
    /// Whether the block that the journal names is the element's.
    var holdsBlock = false

    var verdict: CellVerdict {
        switch state {
        case .writing where isOwn, .void where isOwn: .void(isCounted: isGivenBack)
        case .reading where isOwn, .settling where isOwn: .drop
        case .consumed where isOwn: isGivenBack ? .retire : .finish
        case .free, .writing, .full, .reading, .consumed, .void, .taken, .settling:
            .leave(movesTail: isOfThatTime && state != .free, freesBlock: !isOfThatTime || !holdsBlock)
        }
    }
}
