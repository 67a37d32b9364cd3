/// Takes inputs from a sequence as far as a stream has room for them.
@usableFromInline
struct StreamFeed<Element: Portable> {
    /// Gives so many inputs, or fewer if there are no more.
    private let take: (Int) -> [Element]
    private(set) var hasEnded = false

    @usableFromInline
    init(_ take: @escaping (Int) -> [Element]) { self.take = take }

    /// Submits the next inputs as one task; false if there is no room for any, or there are none.
    mutating func submit<Output>(to engine: StreamEngine<Element, Output>) -> Bool {
        guard !hasEnded, case let room = engine.room, room > 0 else { return false }
        let start = engine.now
        let elements = take(room)
        hasEnded = elements.count < room
        guard !elements.isEmpty else { return false }
        engine.submit(elements, gathering: engine.now - start)
        return true
    }
}

/// What takes inputs from a sequence, so many at a time; compiled where the type of the sequence is known.
@inlinable
func takingInputs<Inputs: Sequence>(of inputs: Inputs) -> (Int) -> [Inputs.Element] {
    var iterator = inputs.makeIterator()
    return { count in
        var elements: [Inputs.Element] = []
        elements.reserveCapacity(count)
        while elements.count < count, let input = iterator.next() { elements.append(input) }
        return elements
    }
}
