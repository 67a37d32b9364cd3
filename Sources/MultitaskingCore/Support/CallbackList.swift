/// Callbacks in the order in which they were added, each of which can be taken back.
///
/// What is taken out is returned, so that it can be released outside of the lock that the list is kept under.
package struct CallbackList<Callback: Sendable>: Sendable {
    private var callbacks = NumberedLine<Callback>()
    private var lastNumber: UInt64 = 0

    package init() {}

    package var count: Int { callbacks.count }

    /// Returns the number by which to take it back.
    package mutating func add(_ callback: Callback) -> UInt64 {
        lastNumber += 1
        callbacks.append(callback, lastNumber)
        return lastNumber
    }

    /// Takes one callback out; nil if it is not there.
    package mutating func remove(_ number: UInt64) -> Callback? { callbacks.remove(number) }

    package mutating func removeAll() -> [Callback] { callbacks.removeAll() }
}
