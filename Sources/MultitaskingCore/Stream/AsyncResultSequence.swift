/// The results of a stream, for a caller that suspends while waiting; see `Executor.stream`.
///
/// ```swift
/// for try await (offset, result) in pool.stream(parse, lines) { print(offset, try result.get()) }
/// ```
///
/// Each iteration starts again from the first input, and calls the function again. No input is taken before the first
/// result is requested.
///
/// Inputs that can be read only once, as those of an `AsyncStream`, are for one iteration. If its reader leaves early
/// or is cancelled, or the stream ends because its pool has, the inputs are asked once more, in a cancelled task, and
/// what they return is dropped: an `AsyncStream` then ends, and tells its producer by `onTermination`.
///
/// If the inputs are `Sendable`, so are the results: a server can read them in a task of its own.
public struct AsyncResultSequence<Inputs, Output: Portable>: AsyncSequence {
    private let makeSource: () -> any AsyncStreamSource<Output>

    @usableFromInline
    init(of inputs: Inputs.Type, _ makeSource: @escaping () -> any AsyncStreamSource<Output>) {
        self.makeSource = makeSource
    }

    /// Creates an iterator that submits the inputs and returns their results.
    public func makeAsyncIterator() -> Iterator { Iterator(makeSource()) }

    /// Returns the results one by one. Releasing the iterator ends the stream, and so does a call of ``next()`` in a
    /// task that is cancelled.
    public struct Iterator: AsyncIteratorProtocol {
        private let source: any AsyncStreamSource<Output>
        @usableFromInline var batch = StreamBatch<Output>()

        init(_ source: any AsyncStreamSource<Output>) { self.source = source }

        /// Suspends until there is a result; nil after the last one, and after the call that threw
        /// `CancellationError`.
        ///
        /// - Throws: whatever the sequence of inputs throws, after the results of earlier inputs; `invalidArgument` if
        ///   `ahead` is below 1; `CancellationError` if the awaiting task is cancelled. Errors of the function itself
        ///   are results.
        @inlinable
        public mutating func next() async throws -> (offset: Int, result: Result<Output, any Error>)? {
            if Task.isCancelled { throw end() }
            if batch.isEmpty { try await takeBatch() }
            let item = batch.next()
            // What was read makes room for inputs that are taken meanwhile.
            if batch.isEmpty { noteRead() }
            return item
        }

        /// Suspends until there are results, or are no more.
        @usableFromInline
        mutating func takeBatch() async throws {
            do {
                if let next = try await source.nextBatch() { batch = next }
            } catch {
                if Task.isCancelled { throw end() }
                throw error
            }
        }

        @usableFromInline
        func noteRead() { source.noteRead() }

        /// Ends the stream, as the reading task is cancelled.
        @usableFromInline
        mutating func end() -> CancellationError {
            source.end()
            batch = StreamBatch()
            return CancellationError()
        }
    }
}

// SAFETY: what makes the sources has captured the inputs, which are `Sendable` here, and an executor, the function and
// numbers, which always are. The compiler has no type for a function that is `Sendable` if its captures are.
extension AsyncResultSequence: @unchecked Sendable where Inputs: Sendable {}

/// What an asynchronous stream reads from.
@usableFromInline
protocol AsyncStreamSource<Output>: AnyObject {
    associatedtype Output: Portable

    /// Suspends until there are results; nil after the last ones.
    func nextBatch() async throws -> StreamBatch<Output>?

    /// Notes that all results that were handed out were read.
    func noteRead()

    /// Takes no further input, and ends what was submitted; there are no more results.
    func end()
}

/// A stream that cannot begin.
final class FailedStreamSource<Output: Portable>: AsyncStreamSource {
    private let error: any Error

    init(_ error: any Error) { self.error = error }

    func nextBatch() async throws -> StreamBatch<Output>? { throw error }
    func noteRead() {}
    func end() {}
}

/// A stream over a sequence, whose inputs are taken by the one that reads the results.
final class SequenceStreamSource<Element: Portable, Output: Portable>: AsyncStreamSource {
    private let lifetime: StreamLifetime<Element, Output>
    private var feed: StreamFeed<Element>

    init(_ feed: StreamFeed<Element>, _ engine: StreamEngine<Element, Output>) {
        lifetime = StreamLifetime(engine)
        self.feed = feed
    }

    func nextBatch() async throws -> StreamBatch<Output>? {
        let engine = lifetime.engine
        if engine.isStopped { return nil }
        while true {
            try Task.checkCancellation()
            // One task each time, however many there is room for: inputs may take long to come.
            let hasSubmitted = feed.submit(to: engine, mayBlock: false)
            if let batch = engine.nextBatch() { return batch }
            if hasSubmitted { continue }
            if engine.isEmpty, feed.hasEnded { return nil }
            try await engine.waitForResult()
        }
    }

    func noteRead() { lifetime.engine.noteRead() }
    func end() { lifetime.engine.stop() }
}
