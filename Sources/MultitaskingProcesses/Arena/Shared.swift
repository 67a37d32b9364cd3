/// A value that a 64-bit word of shared memory holds.
///
/// A broken task may have written any word, so every word is a value: one that no healthy process writes counts as
/// something as well.
protocol SharedValue: RawRepresentable, Sendable where RawValue == UInt64 {
    /// The value of a word, which may be damaged.
    init(word: UInt64)
}

/// A value made of bit fields: every word is one as it is.
protocol BitFields: SharedValue, Equatable {
    init(rawValue: UInt64)
}

extension BitFields {
    @inline(__always)
    init(word: UInt64) { self.init(rawValue: word) }
}

/// A word in shared memory that holds values of one type; see ``SharedWord`` for what each method orders.
struct Shared<Value: SharedValue>: Sendable {
    /// The word itself.
    let word: SharedWord

    @inline(__always)
    init(_ word: SharedWord) { self.word = word }

    @inline(__always) func load() -> Value { Value(word: word.load()) }
    @inline(__always) func loadRelaxed() -> Value { Value(word: word.loadRelaxed()) }
    @inline(__always) func store(_ value: Value) { word.store(value.rawValue) }
    @inline(__always) func storeRelaxed(_ value: Value) { word.storeRelaxed(value.rawValue) }

    /// Replaces `expected` by `desired`; false, with nothing changed, if the word was something else.
    @inline(__always)
    func compareExchange(_ expected: Value, _ desired: Value) -> Bool {
        word.compareExchange(expected.rawValue, desired.rawValue)
    }

    /// Like ``compareExchange(_:_:)``, in the one order of all ordered accesses and fences if it succeeds.
    @inline(__always)
    func compareExchangeOrdered(_ expected: Value, _ desired: Value) -> Bool {
        word.compareExchangeOrdered(expected.rawValue, desired.rawValue)
    }
}
