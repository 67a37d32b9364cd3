internal import MultitaskingCore

extension SplitMix64 {
    /// A number below `bound`, which is at least 1.
    ///
    /// Not the standard library's, whose algorithm may change between versions; the bias is below `bound` · 2⁻⁶⁴.
    mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

    /// True with the given probability.
    mutating func chance(_ probability: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < probability
    }
}
