/// Which task's slot is meant: its index plus 1, so that 0 is none.
struct SlotNumber: BitFields {
    let rawValue: UInt64

    static let none = SlotNumber(rawValue: 0)

    init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always)
    init(index: Int) { rawValue = UInt64(index + 1) }

    var isNone: Bool { rawValue == 0 }

    /// The index of the slot; nil if there is none, or none that a pool with so many slots could have.
    @inline(__always)
    func index(of capacity: Int) -> Int? { rawValue &- 1 < UInt64(capacity) ? Int(rawValue &- 1) : nil }
}
