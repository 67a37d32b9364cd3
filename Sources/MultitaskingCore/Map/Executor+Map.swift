extension Executor {
    @usableFromInline
    package func map<Function: ChunkFunction>(
        _ function: Function, over elements: [Function.Element], chunkSize: Int?, options: TaskOptions
    ) throws -> MapResults<Function.Element, Function.Value> {
        guard chunkSize ?? 1 >= 1 else {
            throw MultitaskingError(
                .invalidArgument, "chunkSize is \(chunkSize ?? 0); give at least 1, or nil for an automatic size")
        }
        guard options.retries.errors.isEmpty else {
            throw MultitaskingError(
                .invalidArgument,
                "map does not call the function again for an element that throws: the error is its result; retry in "
                    + "the "
                    + "function, or submit each element")
        }
        let size = chunkSize ?? ChunkSize.automatic(for: elements.count, workers: maxWorkers)
        // Results must not keep a pool with all its workers: without it, nothing is submitted once more.
        return try MapResults(
            elements, chunkSize: size, in: (self as? any HasTimeline)?.timeline, waitForRoom: options.waitForRoom
        ) { [weak self] chunk, offset, wait in
            guard let self else {
                throw MultitaskingError(
                    .shutDown,
                    "the pool is gone, so the element can't run again after its chunk's worker died; keep the "
                        + "pool until all results have arrived")
            }
            return try submit(
                Invocation(function, ChunkElements(chunk)), options: options.of(elementsFrom: offset).waiting(wait))
        }
    }
}

/// How many elements of a `map` are one task.
enum ChunkSize {
    /// With 16 chunks a worker, the last one to end is late by a sixteenth of a worker's share at most, if the elements
    /// take about the same time; and a chunk costs a few microseconds, which 16 elements of the shortest functions
    /// take.
    private static let chunksPerWorker = 16
    /// So that a crash has little to repeat, and the first results are there soon.
    private static let limit = 4096

    static func automatic(for count: Int, workers: Int) -> Int {
        min(limit, max(1, count / (workers * chunksPerWorker)))
    }
}
