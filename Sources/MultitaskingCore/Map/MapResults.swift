import Synchronization

/// The results of a `map`, which may still be pending.
///
/// ```swift
/// let results = try pool.map(findPrimes, ranges)
/// for case .failure(let error) in try results.results() { print(error) }
/// ```
///
/// This is a handle; releasing it doesn't cancel the calls. If a worker dies, the rest of its chunk is resubmitted by
/// the next call that waits for results or reads ``isDone``; nothing is resubmitted before that.
///
/// The handle doesn't keep the pool alive. If the pool is released, it finishes the submitted calls and ends; elements
/// that would have to be resubmitted after that fail with `shutDown`.
public final class MapResults<Element: Portable, Output: Portable>: Sendable {
    typealias Chunk = MapChunk<Output>

    /// Neighbouring elements that are one task, in one of two states.
    private enum Part {
        /// Under way. The elements are kept for another task if the worker dies.
        case running(ArraySlice<Element>, Future<Chunk>)
        case settled(Chunk)
    }

    private struct State {
        /// The parts, in the order of their elements.
        var parts: [Part] = []
        /// How many of them from the first on are known to be settled.
        var settled = 0
        var stopwatch: Stopwatch
    }

    private let state: Lock<State>
    /// What goes on while somebody waits.
    let attendance = Lock<Attendance?>(nil)
    /// Submits a chunk once more.
    private let submit: @Sendable ([Element], _ offset: Int) throws -> Future<Chunk>

    /// How many elements there are.
    public let count: Int

    /// Submits all elements.
    ///
    /// - Parameter submit: submits neighbouring elements, the first of which has this offset among all.
    /// - Throws: whatever `submit` throws, after cancelling the chunks that were already submitted.
    init(
        _ elements: [Element], chunkSize: Int, on executor: (any Executor)? = nil,
        submit: @escaping @Sendable ([Element], _ offset: Int) throws -> Future<Chunk>
    ) throws {
        self.submit = submit
        count = elements.count
        let stopwatch = Stopwatch(in: executor)
        var parts: [Part] = []
        do {
            for start in stride(from: 0, to: elements.count, by: chunkSize) {
                let slice = elements[start..<min(start + chunkSize, elements.count)]
                parts.append(.running(slice, try submit(Array(slice), start)))
            }
        } catch {
            for case .running(_, let future) in parts { future.cancel() }
            throw error
        }
        state = Lock(State(parts: parts, stopwatch: stopwatch))
    }

    // MARK: The end

    /// Whether all elements have a result. Never blocks.
    public var isDone: Bool { nextRunning() == nil }

    /// Cancels the chunks that haven't started. The results of their elements are errors with the code `cancelled`.
    ///
    /// - Parameter force: whether to end running chunks, too, if the pool can.
    public func cancel(force: Bool = false) {
        let futures = state.withLock { state in
            state.parts.compactMap { if case .running(_, let future) = $0 { future } else { nil } }
        }
        for future in futures { future.cancel(force: force) }
    }

    /// Blocks until all elements have a result; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    public func waitUntilDone(_ wait: WaitLimit = .forever) -> Bool {
        let attendant = beginAttendance(of: wait)
        defer { attendant?.end() }
        let deadline = wait.deadline
        while let future = nextRunning() {
            guard future.waitUntilDone(Self.limit(until: deadline)) else { return false }
        }
        return true
    }

    /// Suspends until all elements have a result; false if the limit passes first.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    public func waitUntilDone(_ wait: WaitLimit = .forever) async throws -> Bool {
        guard let attendant = beginAttendance(of: wait) else { return try await waitForAll(wait) }
        let result: Result<Bool, any Error>
        do { result = .success(try await waitForAll(wait)) } catch { result = .failure(error) }
        await attendant.end()
        return try result.get()
    }

    private func waitForAll(_ wait: WaitLimit) async throws -> Bool {
        let deadline = wait.deadline
        while let future = nextRunning() {
            guard try await future.waitUntilDone(Self.limit(until: deadline)) else { return false }
        }
        return true
    }

    /// Calls `body` when a task has ended that has not by now, at once if all have.
    func whenProgressed(_ body: @escaping @Sendable () -> Void) {
        if let future = nextRunning() { future.whenDone(body) } else { body() }
    }

    /// How long the calls took in all; nil if a worker has died, or not all have ended.
    var duration: Duration? {
        state.withLock { state in
            var sum = Duration.zero
            for part in state.parts {
                guard case .settled(let chunk) = part, let duration = chunk.duration else { return nil }
                sum += duration
            }
            return sum
        }
    }

    private static func limit(until deadline: ContinuousClock.Instant?) -> WaitLimit {
        deadline.map { .upTo($0 - .now) } ?? .forever
    }

    // MARK: Results

    /// Blocks until all elements have a result, and returns the value or error of each, in order.
    ///
    /// - Throws: `timedOut` if the time limit passes first, in which case the calls continue.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @inlinable
    public func results(timeout: Duration? = nil) throws -> [Result<Output, any Error>] {
        guard waitUntilDone(WaitLimit(timeout: timeout)) else { throw MultitaskingError.notDone(within: timeout) }
        return joinedResults()
    }

    /// Suspends until all elements have a result, and returns the value or error of each, in order.
    ///
    /// - Throws: `timedOut` if the time limit passes first, in which case the calls continue. `CancellationError`.
    @inlinable
    public func results(timeout: Duration? = nil) async throws -> [Result<Output, any Error>] {
        guard try await waitUntilDone(WaitLimit(timeout: timeout)) else {
            throw MultitaskingError.notDone(within: timeout)
        }
        return joinedResults()
    }

    /// Blocks until all elements have a result, and returns the values in order.
    ///
    /// - Throws: the error of the first element that failed; `timedOut`.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    @inlinable
    public func values(timeout: Duration? = nil) throws -> [Output] {
        guard waitUntilDone(WaitLimit(timeout: timeout)) else { throw MultitaskingError.notDone(within: timeout) }
        return try joinedValues()
    }

    /// Suspends until all elements have a result, and returns the values in order.
    ///
    /// - Throws: the error of the first element that failed; `timedOut`; `CancellationError`.
    @inlinable
    public func values(timeout: Duration? = nil) async throws -> [Output] {
        guard try await waitUntilDone(WaitLimit(timeout: timeout)) else {
            throw MultitaskingError.notDone(within: timeout)
        }
        return try joinedValues()
    }

    @usableFromInline
    var chunks: [MapChunk<Output>] {
        state.withLock { state in
            state.parts.compactMap { if case .settled(let chunk) = $0 { chunk } else { nil } }
        }
    }

    @inlinable
    func joinedResults() -> [Result<Output, any Error>] {
        var results: [Result<Output, any Error>] = []
        results.reserveCapacity(count)
        for chunk in chunks {
            var values = chunk.values[...]
            var offset = 0
            for failure in chunk.failures {
                for value in values.prefix(failure.offset - offset) { results.append(.success(value)) }
                values = values.dropFirst(failure.offset - offset)
                results.append(.failure(failure.error))
                offset = failure.offset + 1
            }
            for value in values { results.append(.success(value)) }
        }
        return results
    }

    @inlinable
    func joinedValues() throws -> [Output] {
        var values: [Output] = []
        values.reserveCapacity(count)
        for chunk in chunks {
            if let failure = chunk.failures.first { throw failure.error }
            values.append(contentsOf: chunk.values)
        }
        return values
    }

    // MARK: Chunks

    /// How many elements have a result for sure; unlike `isDone`, it runs nothing again.
    var settledCount: Int { chunks.reduce(0) { $0 + $1.count } }

    /// The first task that has not ended; nil if every element has a result.
    private func nextRunning() -> Future<Chunk>? {
        state.withLock { state in
            while state.settled < state.parts.count {
                guard case .running(_, let future) = state.parts[state.settled] else {
                    state.settled += 1
                    continue
                }
                guard settle(&state, at: state.settled) else { return future }
            }
            return nil
        }
    }

    /// Replaces a task that has ended by what its elements came to; false if it has not ended.
    private func settle(_ state: inout State, at index: Int) -> Bool {
        guard case .running(let elements, let future) = state.parts[index], let outcome = future.outcome() else {
            return false
        }
        state.parts.replaceSubrange(index...index, with: parts(after: outcome, of: elements))
        return true
    }

    /// How many elements are queued, are running, and have ended. Never blocks.
    ///
    /// An element counts as queued or running together with its chunk. Like ``isDone``, this resubmits the rest of a
    /// chunk whose worker died. O(*n*) in the number of chunks until all have ended.
    public var progress: Progress {
        state.withLock { state in
            var progress = Progress()
            var index = 0
            while index < state.parts.count {
                switch state.parts[index] {
                case .settled(let chunk): progress.count(chunk)
                case .running(let elements, let future):
                    if settle(&state, at: index) { continue }
                    let path: WritableKeyPath<Progress, Int> = future.isRunning ? \.running : \.queued
                    progress[keyPath: path] += elements.count
                }
                index += 1
            }
            if progress.isFinished { state.stopwatch.stop() }
            progress.elapsed = state.stopwatch.elapsed
            return progress
        }
    }

    /// Returns the progress as it changes, until all elements have a result.
    ///
    /// - Parameter interval: how often to check; at least a millisecond.
    public func progressUpdates(every interval: Duration = .milliseconds(100)) -> ProgressUpdates {
        ProgressUpdates(every: interval, in: nextRunning()?.source) { self.progress }
    }

    /// What a task's end means for its elements.
    private func parts(after outcome: TaskOutcome<Chunk>, of elements: ArraySlice<Element>) -> [Part] {
        switch outcome {
        case .success(let chunk) where chunk.count == elements.count: [.settled(chunk)]
        case .success(let chunk):
            failed(
                elements,
                MultitaskingError(.decodeFailed, "\(elements.count) elements have \(chunk.count) results"))
        case .cancelled:
            failed(elements, MultitaskingError(.cancelled, "the element was cancelled and has no result"))
        case .failure(let error): parts(afterFailure: error, of: elements)
        }
    }

    /// If the worker died, only the element that it was at is to blame, and the others are run elsewhere.
    private func parts(afterFailure error: any Error, of elements: ArraySlice<Element>) -> [Part] {
        guard let error = error as? MultitaskingError, error.origin == .pool,
            let failure = error.cause as? WorkerFailure, elements.count > 1
        else {
            return failed(elements, error)
        }
        guard failure.phase == .running, let progress = failure.progress, progress < elements.count else {
            // Nobody knows which it was at: alone, the one that kills shows itself.
            return elements.indices.flatMap { again(elements[$0...$0]) }
        }
        let guilty = elements.startIndex + progress
        return again(elements[..<guilty]) + failed(elements[guilty...guilty], error) + again(elements[(guilty + 1)...])
    }

    private func failed(_ elements: ArraySlice<Element>, _ error: any Error) -> [Part] {
        [.settled(MapChunk(failure: error, count: elements.count))]
    }

    private func again(_ elements: ArraySlice<Element>) -> [Part] {
        guard !elements.isEmpty else { return [] }
        do { return [.running(elements, try submit(Array(elements), elements.startIndex))] } catch {
            return failed(elements, error)
        }
    }
}

extension MapResults: CustomStringConvertible {
    /// How many elements have a result, as far as a caller has waited for them: `MapResults(40 of 100)`. Never blocks.
    public var description: String { "MapResults(\(settledCount) of \(count))" }
}
