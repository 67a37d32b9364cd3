/// One of several sequences that are zipped.
final class RowSource<Element> {
    private let nextElement: () -> Element?

    init(_ elements: some Sequence<Element>) {
        var iterator = elements.makeIterator()
        nextElement = { iterator.next() }
    }

    func next() throws(EndOfRows) -> Element {
        guard let element = nextElement() else { throw EndOfRows() }
        return element
    }
}

/// Thrown by the first sequence that has no further element.
///
/// It is an error because nothing else leaves the expansion of a parameter pack in its middle.
struct EndOfRows: Error {}

/// The tuples of the elements of several sequences, as long as all of them have one; none if there is no sequence.
struct Rows<each Element>: IteratorProtocol {
    private let sources: (repeat RowSource<each Element>)
    private let isEmpty: Bool

    init(_ sources: repeat RowSource<each Element>) {
        self.sources = (repeat each sources)
        var isEmpty = true
        for _ in repeat each sources { isEmpty = false }
        self.isEmpty = isEmpty
    }

    mutating func next() -> (repeat each Element)? {
        if isEmpty { return nil }
        do { return (repeat try (each sources).next()) } catch { return nil }
    }
}

/// Like ``Rows``, with each tuple as a list of arguments.
struct ArgumentRows<each Element: Portable>: IteratorProtocol {
    private var rows: Rows<repeat each Element>

    init(_ sources: repeat RowSource<each Element>) { rows = Rows(repeat each sources) }

    mutating func next() -> ArgumentList<repeat each Element>? {
        guard let row = rows.next() else { return nil }
        return ArgumentList(repeat each row)
    }
}

/// Like ``Rows``, with each tuple in a struct, which closures can take and keep.
struct PackedRows<each Element: Sendable>: IteratorProtocol {
    private var rows: Rows<repeat each Element>

    init(_ sources: repeat RowSource<each Element>) { rows = Rows(repeat each sources) }

    mutating func next() -> Packed<repeat each Element>? {
        guard let row = rows.next() else { return nil }
        return Packed(repeat each row)
    }
}

/// A tuple of arguments in a struct: closures can capture it, which they cannot do with a parameter pack.
struct Packed<each Value: Sendable>: Sendable {
    let values: (repeat each Value)

    init(_ values: repeat each Value) { self.values = (repeat each values) }
}
