import Testing

@testable import MultitaskingSystem

struct SpinHistoryTests {
    /// Long enough for a busy machine to let it look more than once.
    private static let limit: Int64 = 20_000_000

    /// How often a wait looks for what does not come.
    private func looks(_ history: SpinHistory, of limit: Int64 = limit) -> Int {
        var count = 0
        #expect(
            !history.look(upTo: limit) {
                count += 1; return false
            })
        return count
    }

    /// Waits in vain until it looks no more.
    private func discourage(_ history: SpinHistory, of limit: Int64 = limit) {
        for _ in 0..<100 where looks(history, of: limit) > 0 {}
    }

    @Test func new_looksUntilItIsThere() {
        var count = 0
        #expect(
            SpinHistory().look(upTo: .max) {
                count += 1; return count == 100
            })
        #expect(count == 100)
    }

    @Test func afterLooksThatFoundNothing_doesNotLook() {
        let history = SpinHistory()
        discourage(history)
        #expect(looks(history) == 0)
    }

    @Test func afterLooksThatFoundNothing_sleepsThatAreShort_makeItTryAgain() {
        let history = SpinHistory()
        discourage(history)
        for _ in 0..<2000 { history.slept(for: Self.limit / 2, of: Self.limit) }
        #expect(looks(history) > 0)
    }

    @Test func afterLooksThatFoundNothing_sleepsThatAreLong_doNot() {
        let history = SpinHistory()
        discourage(history)
        for _ in 0..<2000 { history.slept(for: Self.limit, of: Self.limit) }
        #expect(looks(history) == 0)
    }

    /// Each try that fails makes the next one rarer.
    @Test func afterTriesThatFoundNothing_triesAreRare() {
        let history = SpinHistory()
        var tries = 0
        discourage(history)
        for _ in 0..<10_000 {
            history.slept(for: 1, of: Self.limit)
            if looks(history) > 0 {
                tries += 1
                discourage(history)
            }
        }
        #expect(1...30 ~= tries)
    }

    @Test func whatIsFoundAtOnce_makesItLookAgain() {
        let history = SpinHistory()
        discourage(history)
        history.foundAtOnce(of: Self.limit)
        #expect(looks(history) > 0)
    }

    /// Somebody else has had the core for longer than anything that is worth looking for takes.
    @Test func interruptedLook_endsAtOnce() {
        let history = SpinHistory()
        var count = 0
        let isFound = history.look(upTo: .max) {
            count += 1
            if count == 3 {
                let start = monotonicNanoseconds()
                while monotonicNanoseconds() < start + 1_000_000 {}
            }
            return false
        }
        #expect(!isFound)
        #expect(count <= 4)
    }

    /// What is there after an interruption was done on this core, while nobody looked.
    @Test func whatIsFoundAfterAnInterruption_makesTheNextLooksShorter() {
        let history = SpinHistory()
        for _ in 0..<20 {
            let isFound = history.look(upTo: Self.limit) {
                let start = monotonicNanoseconds()
                while monotonicNanoseconds() < start + 100_000 {}
                return true
            }
            guard isFound else { break }
        }
        #expect(history.isDiscouraged)
    }
}
