import CMultitaskingLinux

/// A set of cores as the system takes it: one bit each.
struct CoreMask: Equatable {
    static let wordCount = Int(mt_core_mask_words)

    var words: [UInt64]

    init(words: [UInt64]) { self.words = words }

    init(_ cores: Set<Int>) {
        words = Array(repeating: 0, count: Self.wordCount)
        for core in cores where core >= 0 && core < Self.wordCount * 64 { words[core / 64] |= 1 << UInt64(core % 64) }
    }

    /// The cores this process may run on.
    static var usable: CoreMask {
        var words = [UInt64](repeating: 0, count: wordCount)
        unsafe mt_get_cores(&words)
        return CoreMask(words: words)
    }

    func contains(_ core: Int) -> Bool {
        core >= 0 && core < words.count * 64 && words[core / 64] & 1 << UInt64(core % 64) != 0
    }

    /// The numbers of the cores, in order.
    var cores: [Int] { (0..<words.count * 64).filter(contains) }
}
