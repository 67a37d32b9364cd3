/// The results of a stream, for a caller that blocks while it waits for them; see
/// `Executor.stream`.
///
/// ```swift
/// for (offset, result) in try pool.stream(parse, lines) { print(offset, try result.get()) }
/// ```
///
/// Each iteration begins anew with the inputs. Nothing is submitted before the first result is asked for.
public struct ResultSequence<Inputs: Sequence, Output: Portable>: Sequence where Inputs.Element: Portable {
    private let makeEngine: () -> StreamEngine<Inputs.Element, Output>
    private let inputs: Inputs

    init(_ inputs: Inputs, makeEngine: @escaping () -> StreamEngine<Inputs.Element, Output>) {
        self.inputs = inputs
        self.makeEngine = makeEngine
    }

    /// Begins to submit the inputs and to read their results.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    public func makeIterator() -> Iterator { Iterator(inputs.makeIterator(), makeEngine()) }

    /// Gives one result after the other; what is under way ends when it is dropped.
    public struct Iterator: IteratorProtocol {
        private let lifetime: StreamLifetime<Inputs.Element, Output>
        private var feed: StreamFeed<Inputs>
        private var arrival: (any CancelSignal)?

        init(_ inputs: Inputs.Iterator, _ engine: StreamEngine<Inputs.Element, Output>) {
            lifetime = StreamLifetime(engine)
            feed = StreamFeed(inputs)
        }

        /// Blocks until there is a result; nil after the last one.
        @available(*, noasync, message: "this blocks the thread; use `for try await`")
        public mutating func next() -> (offset: Int, result: Result<Output, any Error>)? {
            let engine = lifetime.engine
            while true {
                feed.fill(engine)
                if let item = engine.next() { return item }
                if engine.isEmpty, feed.hasEnded { return nil }
                wait(engine)
            }
        }

        @available(*, noasync)
        private mutating func wait(_ engine: StreamEngine<Inputs.Element, Output>) {
            guard engine.order == .completion else {
                engine.head?.waitUntilDone()
                return
            }
            // Waits as every backend can, also in a time of its own.
            guard let arrival = arrival ?? (try? engine.executor.makeCancelSignal()) else {
                engine.head?.waitUntilDone()
                return
            }
            self.arrival = arrival
            arrival.clear()
            engine.mailbox.onPost { arrival.set() }
            _ = arrival.waitUntilSet(.forever)
        }
    }
}

/// Takes inputs from a sequence as far as a stream has room for them.
struct StreamFeed<Inputs: Sequence> where Inputs.Element: Portable {
    private var inputs: Inputs.Iterator
    private(set) var hasEnded = false

    init(_ inputs: Inputs.Iterator) { self.inputs = inputs }

    mutating func fill<Output>(_ engine: StreamEngine<Inputs.Element, Output>) {
        while !hasEnded {
            let room = engine.room
            guard room > 0 else { return }
            var elements: [Inputs.Element] = []
            while elements.count < room {
                guard let input = inputs.next() else {
                    hasEnded = true
                    break
                }
                elements.append(input)
            }
            if !elements.isEmpty { engine.submit(elements) }
        }
    }
}
