/// What a stream has submitted as one task: an element, or neighbouring ones as a chunk.
final class StreamUnit<Element: Portable, Output: Portable>: Sendable {
    private enum Work {
        case element(Future<Output>)
        case chunk(MapResults<Element, Output>)
        /// It could not be submitted.
        case refused(any Error)
    }

    private let work: Work

    /// The offset of its first element among the inputs.
    let offset: Int
    /// How many elements it has.
    let count: Int
    private let gathering: Duration
    private let submission: Duration

    /// Submits elements.
    ///
    /// - Parameters:
    ///   - offset: the offset of the first one among the inputs.
    ///   - gathering: how long it took to take them from where they come from.
    ///   - wait: how long to wait for room now; nil for as long as the stream's options say. What is left of a chunk
    ///     whose worker died waits as long as they say.
    ///   - timeline: the pool's time; nil for the machine's.
    ///   - now: the time.
    init(
        _ elements: [Element], offset: Int, gathering: Duration, by submitter: StreamSubmitter<Element, Output>,
        waitingForRoom wait: WaitLimit?, in timeline: (any Timeline)?, now: () -> Duration
    ) {
        self.offset = offset
        self.gathering = gathering
        count = elements.count
        let start = now()
        do {
            work =
                if submitter.submitsElements, let element = elements.first {
                    .element(try submitter.submit(element, offset, wait))
                } else {
                    .chunk(
                        try MapResults(
                            elements, chunkSize: elements.count, in: timeline, waitForRoom: submitter.waitForRoom,
                            waitingNow: wait
                        ) { try submitter.submitChunk($0, offset + $1, $2) })
                }
        } catch { work = .refused(error) }
        submission = now() - start
    }

    /// The error with which it could not be submitted.
    var refusal: MultitaskingError? {
        if case .refused(let error as MultitaskingError) = work { error } else { nil }
    }

    /// Whether all elements have a result. What is left of a chunk whose worker died is submitted again by this.
    var isDone: Bool {
        switch work {
        case .element(let future): future.isDone
        case .chunk(let results): results.isDone
        case .refused: true
        }
    }

    /// The results, if all elements have one.
    func batch() -> StreamBatch<Output> {
        let chunks: [MapChunk<Output>] =
            switch work {
            case .element(let future): [MapChunk(Result { try (future.outcome() ?? .cancelled).get() })]
            case .chunk(let results): results.chunks
            case .refused(let error): [MapChunk(failure: error, count: count)]
            }
        return StreamBatch(chunks, offset: offset)
    }

    /// What it has cost; nil if that is not known, because a worker died or nothing was measured.
    ///
    /// - Parameter reading: how long it took to read the results.
    func cost(reading: Duration) -> StreamChunkSize.Cost? {
        guard case .chunk(let results) = work, let calls = results.duration else { return nil }
        return StreamChunkSize.Cost(
            count: count, calls: calls, gathering: gathering, passing: max(submission, reading))
    }

    /// Calls `body` when there is something new: the unit, or a task of it, has ended. False if it will not be called,
    /// as the unit waits for room in the pool.
    func whenProgressed(_ body: @escaping @Sendable () -> Void) -> Bool {
        switch work {
        case .element(let future): future.whenDone(body)
        case .chunk(let results): return results.whenProgressed(body)
        case .refused: body()
        }
        return true
    }

    /// Blocks until there is something new, or the limit passes; false if the unit waits for room in the pool, of which
    /// nobody tells.
    @available(*, noasync)
    func waitForProgress(_ wait: WaitLimit) -> Bool {
        switch work {
        case .element(let future): _ = future.waitUntilDone(wait)
        case .chunk(let results): return results.waitForProgress(wait)
        case .refused: break
        }
        return true
    }

    /// Suspends where the blocking method of the same name blocks.
    func waitForProgress(_ wait: WaitLimit) async throws -> Bool {
        switch work {
        case .element(let future): _ = try await future.waitUntilDone(wait)
        case .chunk(let results): return try await results.waitForProgress(wait)
        case .refused: break
        }
        return true
    }

    /// Cancels what waits.
    func cancelUnlessStarted() {
        switch work {
        case .element(let future): future.cancelUnlessStarted()
        case .chunk(let results): results.cancel()
        case .refused: break
        }
    }

    /// Cancels what waits, and asks what runs to end, by force if it does not; see ``Future/cancel(force:)``.
    func askToEnd() {
        switch work {
        case .element(let future): future.askToEnd(force: true)
        case .chunk(let results): results.cancel(force: true)
        case .refused: break
        }
    }
}

/// How a stream submits its function, with the offset of the first element among the inputs, and how long to wait for
/// room, if that is not what the stream's options say.
@usableFromInline
package struct StreamSubmitter<Element: Portable, Output: Portable>: Sendable {
    let submit: @Sendable (Element, Int, WaitLimit?) throws -> Future<Output>
    let submitChunk: @Sendable ([Element], Int, WaitLimit?) throws -> Future<MapChunk<Output>>
    /// Whether each element is a task: time limits and retries are an element's.
    let submitsElements: Bool
    /// How long to wait for room, as the stream's options say.
    let waitForRoom: WaitLimit
}
