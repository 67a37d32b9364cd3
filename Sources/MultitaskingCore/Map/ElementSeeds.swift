/// The seeds of the elements of a chunk, one after the other.
package struct ElementSeeds {
    private let base: UInt64
    private var offset = 0
    /// The elements that are not called, and so ask for no seed.
    private var undecoded: ArraySlice<ElementFailure>

    /// They follow from the chunk's seed, and are random if it has none.
    package init(of elements: ChunkElements<some Portable>, in environment: any TaskEnvironment) {
        base = environment.seed ?? .random(in: 0 ... .max)
        undecoded = elements.failures[...]
    }

    /// The seed of the next element that is called.
    package mutating func next() -> UInt64 {
        while undecoded.first?.offset == offset {
            undecoded.removeFirst()
            offset += 1
        }
        defer { offset += 1 }
        return TaskRandom.seed(base, at: offset)
    }
}
