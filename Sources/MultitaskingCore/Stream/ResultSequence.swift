/// The results of a stream, for a caller that blocks while waiting; see `Executor.stream`.
///
/// ```swift
/// for (offset, result) in try pool.stream(parse, lines) { print(offset, try result.get()) }
/// ```
///
/// Each iteration starts again from the first input. No input is submitted before the first result is requested. The
/// loop's own thread takes the inputs: if the next input takes a long time to arrive, available results wait for it. An
/// ``AsyncResultSequence`` returns them immediately.
public struct ResultSequence<Inputs: Sequence, Output: Portable>: Sequence where Inputs.Element: Portable {
    @usableFromInline let makeEngine: () -> StreamEngine<Inputs.Element, Output>
    @usableFromInline let inputs: Inputs

    init(_ inputs: Inputs, makeEngine: @escaping () -> StreamEngine<Inputs.Element, Output>) {
        self.inputs = inputs
        self.makeEngine = makeEngine
    }

    /// Creates an iterator that submits the inputs and returns their results.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    @inlinable
    public func makeIterator() -> Iterator { Iterator(StreamFeed(of: inputs), makeEngine()) }

    /// Returns the results one by one. Releasing the iterator ends the stream.
    public struct Iterator: IteratorProtocol {
        private let lifetime: StreamLifetime<Inputs.Element, Output>
        private var feed: StreamFeed<Inputs.Element>
        @usableFromInline var batch = StreamBatch<Output>()

        @usableFromInline
        init(_ feed: StreamFeed<Inputs.Element>, _ engine: StreamEngine<Inputs.Element, Output>) {
            lifetime = StreamLifetime(engine)
            self.feed = feed
        }

        /// Blocks until there is a result; nil after the last one.
        @available(*, noasync, message: "this blocks the thread; use `for try await`")
        @inlinable
        public mutating func next() -> (offset: Int, result: Result<Output, any Error>)? {
            if let item = batch.next() { return item }
            guard takeBatch() else { return nil }
            return batch.next()
        }

        /// Blocks until there are results; false after the last ones.
        @available(*, noasync)
        @usableFromInline
        mutating func takeBatch() -> Bool {
            let engine = lifetime.engine
            engine.noteRead()
            while true {
                // What waits for room may wait for what the reader does with a result that is there.
                if engine.waitsForRoom, let next = engine.nextBatch() {
                    batch = next
                    return true
                }
                // One task each time, however many there is room for: inputs may take long to come.
                let hasSubmitted = feed.submit(to: engine, mayBlock: true)
                if let next = engine.nextBatch() {
                    batch = next
                    return true
                }
                if hasSubmitted { continue }
                if engine.isEmpty, feed.hasEnded { return false }
                engine.waitForResult()
            }
        }
    }
}
