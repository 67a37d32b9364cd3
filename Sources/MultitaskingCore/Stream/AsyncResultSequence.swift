/// The results of a stream, for a caller that suspends while it waits; see
/// `Executor.stream`.
///
/// ```swift
/// for try await (offset, result) in pool.stream(parse, lines) { print(offset, try result.get()) }
/// ```
///
/// Each iteration begins anew with the inputs. Nothing is submitted before the first result is asked for.
public struct AsyncResultSequence<Element: Portable, Output: Portable>: AsyncSequence {
    private let makeSource: () -> any AsyncStreamSource<Element, Output>

    init(_ makeSource: @escaping () -> any AsyncStreamSource<Element, Output>) { self.makeSource = makeSource }

    /// Begins to submit the inputs and to read their results.
    public func makeAsyncIterator() -> Iterator { Iterator(makeSource()) }

    /// Gives one result after the other; what is under way ends when it is dropped.
    public struct Iterator: AsyncIteratorProtocol {
        private let source: any AsyncStreamSource<Element, Output>

        init(_ source: any AsyncStreamSource<Element, Output>) { self.source = source }

        /// Suspends until there is a result; nil after the last one.
        ///
        /// - Throws: what the sequence of inputs throws, after the results of what it gave before; `invalidArgument`
        ///   for a bound below 1; `CancellationError` when the awaiting task is cancelled. Not what the function
        ///   throws: that is an element's result.
        public mutating func next() async throws -> (offset: Int, result: Result<Output, any Error>)? {
            try await source.next()
        }
    }
}

/// What an asynchronous stream reads from.
protocol AsyncStreamSource<Element, Output>: AnyObject {
    associatedtype Element: Portable
    associatedtype Output: Portable

    func next() async throws -> (offset: Int, result: Result<Output, any Error>)?
}

/// A stream that cannot begin.
final class FailedStreamSource<Element: Portable, Output: Portable>: AsyncStreamSource {
    private let error: any Error

    init(_ error: any Error) { self.error = error }

    func next() async throws -> (offset: Int, result: Result<Output, any Error>)? { throw error }
}

/// A stream over a sequence, whose inputs are taken by the one that reads the results.
final class SequenceStreamSource<Inputs: Sequence, Output: Portable>: AsyncStreamSource where Inputs.Element: Portable {
    typealias Element = Inputs.Element

    private let lifetime: StreamLifetime<Element, Output>
    private var feed: StreamFeed<Inputs>

    init(_ inputs: Inputs, _ engine: StreamEngine<Element, Output>) {
        lifetime = StreamLifetime(engine)
        feed = StreamFeed(inputs.makeIterator())
    }

    func next() async throws -> (offset: Int, result: Result<Output, any Error>)? {
        let engine = lifetime.engine
        while true {
            try Task.checkCancellation()
            feed.fill(engine)
            if let item = engine.next() { return item }
            if engine.isEmpty, feed.hasEnded { return nil }
            try await engine.waitForResult()
        }
    }
}

extension StreamEngine {
    /// Suspends until there may be a result, or something else has changed.
    func waitForResult() async throws {
        if order == .input, let head { return try await head.waitUntilDone() }
        let timeline = (executor as? any HasTimeline)?.timeline
        _ = try await awaitCallback(.forever, in: timeline, register: mailbox.onPost)
    }
}
