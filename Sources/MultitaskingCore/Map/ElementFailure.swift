/// An element of a chunk that has no value: its call threw, its worker died, or it or its result could not be sent.
@usableFromInline
struct ElementFailure: Sendable {
    /// The element's place in the chunk.
    @usableFromInline let offset: Int
    @usableFromInline let error: any Error
}

extension [ElementFailure] {
    /// Adds failures of elements whose offsets count only the elements that are not among these.
    ///
    /// Both are in the order of their elements, and so is what comes of it.
    mutating func insert(amongOthers failures: [ElementFailure]) {
        guard !failures.isEmpty else { return }
        var (all, known) = ([ElementFailure](), self[...])
        for failure in failures {
            var offset = failure.offset + count - known.count
            while let next = known.first, next.offset <= offset {
                all.append(known.removeFirst())
                offset += 1
            }
            all.append(ElementFailure(offset: offset, error: failure.error))
        }
        self = all + known
    }
}
