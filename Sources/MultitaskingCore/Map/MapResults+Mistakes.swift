// What a loop over the handle itself would need, so that the compiler says what to iterate over instead.

@available(*, unavailable, message: "iterate over values() or results(), which wait; stream returns results one by one")
extension MapResults: Sequence {
    /// Nothing: the results may still be pending.
    public func makeIterator() -> EmptyCollection<Output>.Iterator { EmptyCollection<Output>.Iterator() }
}
