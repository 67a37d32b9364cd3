/// A number that something must not exceed, and what sets it, for messages.
package struct Bound<Number: Comparable & Sendable>: Sendable {
    package var number: Number
    /// What sets it, in words that go on after "because of".
    package var source: String

    package init(_ number: Number, _ source: @autoclosure () -> String) {
        self.number = number
        self.source = source()
    }

    /// The lower one; the one there is, if there is but one.
    package static func lower(_ first: Self?, _ second: Self?) -> Self? {
        guard let first, let second else { return first ?? second }
        return second.number < first.number ? second : first
    }
}
