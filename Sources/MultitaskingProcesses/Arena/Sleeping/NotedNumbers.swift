/// A set of small numbers that any process adds to, and one process takes as a whole.
///
/// A bit for each number, and one for each 64 of these, so that what was noted is found without looking at every word.
struct NotedNumbers {
    let arena: Arena
    /// Where the bits of the numbers lie, and those of their words.
    let bits: Int
    let groups: Int
    /// All numbers are below this.
    let limit: Int

    private func bits(_ index: Int) -> SharedWord { arena.word(bits + index * 8) }
    private func groups(_ index: Int) -> SharedWord { arena.word(groups + index * 8) }

    /// Adds a number; the event must be raised afterwards.
    ///
    /// ORDERING: the number's bit, then the group's. Taking clears them in the other order, so a bit that is set behind
    /// its back is found by the next look.
    func note(_ number: Int) {
        bits(number / 64).formUnion(1 << UInt64(number % 64))
        groups(number / 4096).formUnion(1 << UInt64(number / 64 % 64))
    }

    /// Takes what was noted.
    ///
    /// - Parameter count: how many numbers are in use: those above are not looked for.
    func take(below count: Int, _ body: (Int) -> Void) {
        let words = ArenaLayout.wordsOfBits(ArenaLayout.wordsOfBits(min(count, limit)))
        for group in 0..<words {
            Self.take(groups(group)) { bit in
                let word = group * 64 + bit
                // A broken task may have written there.
                guard word * 64 < limit else { return }
                Self.take(bits(word)) { body(word * 64 + $0) }
            }
        }
    }

    /// Clears a word's bits, and calls `body` with the place of each.
    private static func take(_ word: SharedWord, _ body: (Int) -> Void) {
        guard word.loadRelaxed() != 0 else { return }
        var set = word.formClear(.max)
        while set != 0 {
            body(set.trailingZeroBitCount)
            set &= set - 1
        }
    }
}
