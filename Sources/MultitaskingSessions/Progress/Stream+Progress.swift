public import MultitaskingCore
import Synchronization

extension ResultSequence {
    /// Returns the same results, and displays the progress while they are read.
    ///
    /// ```swift
    /// for (offset, result) in try pool.stream(parse, lines).showing(.progressBar, total: lines.count) { … }
    /// ```
    ///
    /// An element counts as done when its result is read. The display ends with the iteration.
    /// - Parameter total: the number of results; nil if it is unknown, in which case no fraction is shown.
    public func showing(_ display: ProgressDisplay, total: Int? = nil) -> ShownResultSequence<Inputs, Output> {
        ShownResultSequence(base: self, display: display, total: total)
    }
}

extension AsyncResultSequence {
    /// Returns the same results, and displays the progress while they are read.
    ///
    /// ```swift
    /// for try await (offset, result) in pool.stream(parse, lines).showing(.progressBar) { … }
    /// ```
    ///
    /// An element counts as done when its result is read. The display ends with the iteration.
    /// - Parameter total: the number of results; nil if it is unknown, in which case no fraction is shown.
    public func showing(_ display: ProgressDisplay, total: Int? = nil) -> ShownAsyncResultSequence<Inputs, Output> {
        ShownAsyncResultSequence(base: self, display: display, total: total)
    }
}

/// The results of a stream whose progress is displayed; see `ResultSequence.showing(_:total:)`.
///
/// ```swift
/// for (_, result) in try pool.stream(parse, lines).showing(.progressBar, total: lines.count) { … }
/// ```
public struct ShownResultSequence<Inputs: Sequence, Output: Portable>: Sequence where Inputs.Element: Portable {
    let base: ResultSequence<Inputs, Output>
    let display: ProgressDisplay
    let total: Int?

    /// Creates an iterator that submits the inputs, returns their results, and displays the progress.
    @available(*, noasync, message: "this blocks the thread; use `for try await`")
    public func makeIterator() -> Iterator {
        Iterator(base: base.makeIterator(), tally: StreamTally(display, total: total))
    }

    /// Returns the results one by one. Releasing the iterator ends the stream and the display.
    public struct Iterator: IteratorProtocol {
        var base: ResultSequence<Inputs, Output>.Iterator
        let tally: StreamTally

        /// Blocks until there is a result; nil after the last one.
        @available(*, noasync, message: "this blocks the thread; use `for try await`")
        public mutating func next() -> (offset: Int, result: Result<Output, any Error>)? {
            let item = base.next()
            tally.count(item?.result)
            return item
        }
    }
}

/// The results of a stream whose progress is displayed; see `AsyncResultSequence.showing(_:total:)`.
///
/// ```swift
/// for try await (_, result) in pool.stream(parse, lines).showing(.progressBar) { … }
/// ```
public struct ShownAsyncResultSequence<Inputs, Output: Portable>: AsyncSequence {
    let base: AsyncResultSequence<Inputs, Output>
    let display: ProgressDisplay
    let total: Int?

    /// Creates an iterator that submits the inputs, returns their results, and displays the progress.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator(), tally: StreamTally(display, total: total))
    }

    /// Returns the results one by one. Releasing the iterator ends the stream and the display.
    public struct Iterator: AsyncIteratorProtocol {
        var base: AsyncResultSequence<Inputs, Output>.Iterator
        let tally: StreamTally

        /// Suspends until there is a result; nil after the last one.
        ///
        /// - Throws: whatever the stream's own iterator throws.
        public mutating func next() async throws -> (offset: Int, result: Result<Output, any Error>)? {
            let item = try await base.next()
            tally.count(item?.result)
            return item
        }
    }
}

extension ShownAsyncResultSequence: Sendable where Inputs: Sendable {}

/// Counts the results of a stream as they are read, and shows how many there are until it is dropped.
final class StreamTally: Sendable {
    private let counted: Counted
    private let presenter: ProgressPresenter?

    /// What the thread that shows it reads: it must not keep the tally.
    private final class Counted: Sendable {
        let state: Mutex<(progress: Progress, stopwatch: Stopwatch)>
        let total: Int?

        init(total: Int?) {
            self.total = total.map { max(0, $0) }
            state = Mutex((Progress(), Stopwatch(in: nil)))
        }

        var snapshot: ProgressSnapshot {
            var progress = state.withLock { state in
                state.progress.elapsed = state.stopwatch.elapsed
                return state.progress
            }
            if let total { progress.queued = max(0, total - progress.done) }
            return ProgressSnapshot(progress: progress, hasTotal: total != nil)
        }
    }

    init(_ display: ProgressDisplay, total: Int?) {
        let counted = Counted(total: total)
        self.counted = counted
        presenter = ProgressPresenter(display) { counted.snapshot }
    }

    deinit { presenter?.end() }

    /// Counts a result; nil stops the clock.
    func count(_ result: Result<some Any, any Error>?) {
        counted.state.withLock { state in
            switch result {
            case .success: state.progress.succeeded += 1
            case .failure(let error as MultitaskingError) where error.code == .cancelled && error.origin == .pool:
                state.progress.cancelled += 1
            case .failure: state.progress.failed += 1
            case nil: state.stopwatch.stop()
            }
        }
    }
}

/// How many elements there are, if a sequence knows without being gone through.
func knownCount(of inputs: some Sequence) -> Int? { (inputs as? any RandomAccessCollection)?.count }
