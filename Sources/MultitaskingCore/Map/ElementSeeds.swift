/// The seeds of the elements of a chunk, one after the other.
package struct ElementSeeds {
    private let base: UInt64
    private var offset = 0

    /// They follow from the chunk's seed, and are by chance if it has none.
    package init(in environment: any TaskEnvironment) { base = environment.seed ?? .random(in: 0 ... .max) }

    /// The next element's.
    package mutating func next() -> UInt64 {
        defer { offset += 1 }
        return TaskRandom.seed(base, at: offset)
    }
}
