/// The results of neighbouring elements, which the reader of a stream takes one by one.
///
/// Reading it is compiled where the stream is read: a call through unknown types for each element would take longer
/// than short elements do.
@usableFromInline
struct StreamBatch<Output: Portable> {
    @usableFromInline var chunk: MapChunk<Output>
    /// The chunks behind it, the next one last.
    @usableFromInline var rest: [MapChunk<Output>]
    /// How many values and failures of the chunk were taken.
    @usableFromInline var values = 0
    @usableFromInline var failures = 0
    /// The next element's offset among the inputs.
    @usableFromInline var offset: Int

    /// - Parameter chunks: neighbouring ones, in order.
    init(_ chunks: [MapChunk<Output>] = [], offset: Int = 0) {
        rest = chunks.reversed()
        chunk = rest.popLast() ?? MapChunk()
        self.offset = offset
    }

    @usableFromInline
    var isEmpty: Bool { values + failures >= chunk.count && rest.allSatisfy { $0.count == 0 } }

    /// Takes the next element's result; nil after the last one.
    @inlinable
    mutating func next() -> (offset: Int, result: Result<Output, any Error>)? {
        while true {
            let isFailure =
                failures < chunk.failures.count
                && (chunk.failures[failures].offset == values + failures || values >= chunk.values.count)
            if isFailure {
                defer { (failures, offset) = (failures + 1, offset + 1) }
                return (offset, .failure(chunk.failures[failures].error))
            }
            if values < chunk.values.count {
                defer { (values, offset) = (values + 1, offset + 1) }
                return (offset, .success(chunk.values[values]))
            }
            guard let following = rest.popLast() else { return nil }
            (chunk, values, failures) = (following, 0, 0)
        }
    }
}
