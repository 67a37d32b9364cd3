/// Takes inputs from a sequence as far as a stream has room for them.
@usableFromInline
struct StreamFeed<Element: Portable> {
    /// Gives so many inputs, or fewer if there are no more.
    private let take: (Int) -> [Element]
    /// Whether there are only so many inputs, so that each can have a result even if the pool refuses them all.
    private let isFinite: Bool
    private var isAtEnd = false
    /// What was taken, and for which there was no room.
    private var kept: (elements: [Element], gathering: Duration)?

    /// Whether there is nothing more to submit.
    var hasEnded: Bool { isAtEnd && kept == nil }

    /// Takes the inputs of a sequence; compiled where its type is known.
    @inlinable
    init<Inputs: Sequence>(of inputs: Inputs) where Inputs.Element == Element {
        self.init(isFinite: inputs is any Collection, takingInputs(of: inputs))
    }

    @usableFromInline
    init(isFinite: Bool, _ take: @escaping (Int) -> [Element]) {
        self.isFinite = isFinite
        self.take = take
    }

    /// Submits the next inputs as one task; false if there is no room for any, or there are none.
    ///
    /// - Parameter mayBlock: whether the calling thread may wait for room in the pool.
    mutating func submit<Output>(to engine: StreamEngine<Element, Output>, mayBlock: Bool) -> Bool {
        guard !hasEnded, case let room = engine.room, room > 0, let next = next(room, engine) else { return false }
        let count = engine.submit(next.elements, gathering: next.gathering, mayBlock: mayBlock)
        kept = count == next.elements.count ? nil : (Array(next.elements.dropFirst(count)), next.gathering)
        // Whatever else there is would be refused as well, without end if the inputs have none.
        if engine.poolHasEnded, !isFinite { isAtEnd = true }
        return count > 0
    }

    private mutating func next<Output>(
        _ room: Int, _ engine: StreamEngine<Element, Output>
    ) -> (elements: [Element], gathering: Duration)? {
        if let kept { return kept }
        let start = engine.now
        let elements = take(room)
        isAtEnd = elements.count < room
        return elements.isEmpty ? nil : (elements, engine.now - start)
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
