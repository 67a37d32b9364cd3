/// Callbacks in the order in which they were added, each of which can be taken back.
///
/// What is taken out is returned, so that it can be released outside of the lock that the list is kept under.
/// Inlined where it is used: with closures whose type is not known, each wait would cost microseconds more.
@usableFromInline
package struct CallbackList<Callback: Sendable>: Sendable {
    @usableFromInline var callbacks = NumberedLine<Callback>()
    @usableFromInline var lastNumber: UInt64 = 0

    @inlinable
    package init() {}

    @inlinable package var count: Int { callbacks.count }

    /// Returns the number by which to take it back.
    @inlinable
    package mutating func add(_ callback: Callback) -> UInt64 {
        lastNumber += 1
        callbacks.append(callback, lastNumber)
        return lastNumber
    }

    /// Takes one callback out; nil if it is not there.
    @inlinable
    package mutating func remove(_ number: UInt64) -> Callback? { callbacks.remove(number) }

    @inlinable
    package mutating func removeAll() -> [Callback] { callbacks.removeAll() }
}
