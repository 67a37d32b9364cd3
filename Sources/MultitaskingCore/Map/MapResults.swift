import Synchronization

/// The results of a `map`, which may still be pending.
///
/// ```swift
/// let results = try pool.map(findPrimes, ranges)
/// for case .failure(let error) in try results.results() { print(error) }
/// ```
///
/// This is a handle; releasing it doesn't cancel the calls. If a worker dies, the rest of its chunk is resubmitted by
/// the next call that waits for results or reads ``isDone``; nothing is resubmitted before that. If the pool is full
/// then, those that wait try again until there is room, for as long as ``TaskOptions/waitForRoom`` says.
///
/// The handle doesn't keep the pool alive. If the pool is released, it finishes the submitted calls and ends; elements
/// that would have to be resubmitted after that fail with `shutDown`.
public final class MapResults<Element: Portable, Output: Portable>: Sendable {
    typealias Chunk = MapChunk<Output>

    private struct State {
        var parts = MapParts<Element, Output>()
        var stopwatch: Stopwatch
    }

    /// What a caller that waits for all results has to do next.
    private enum Step {
        case wait(Future<Chunk>)
        /// Something is to be submitted again, and the pool has no room for it.
        case waitForRoom
    }

    private let state: Lock<State>
    /// What goes on while somebody waits.
    let attendance = Lock<Attendance?>(nil)
    /// Submits a chunk, waiting for room as long as the limit says; nil for as long as the map's options say.
    private let submit: @Sendable ([Element], _ offset: Int, WaitLimit?) throws -> Future<Chunk>
    /// How long what is submitted again may wait for room.
    private let waitForRoom: WaitLimit
    private let timeline: (any Timeline)?

    /// How many elements there are.
    public let count: Int

    /// Submits all elements.
    ///
    /// - Parameters:
    ///   - timeline: the pool's time; nil for the machine's.
    ///   - waitForRoom: how long the options let a chunk wait for room.
    ///   - firstWait: how long to wait for it now; nil for as long as the options say.
    ///   - submit: submits neighbouring elements, the first of which has this offset among all.
    /// - Throws: whatever `submit` throws, after cancelling the chunks that were already submitted.
    init(
        _ elements: [Element], chunkSize: Int, in timeline: (any Timeline)?, waitForRoom: WaitLimit,
        waitingNow firstWait: WaitLimit? = nil,
        submit: @escaping @Sendable ([Element], _ offset: Int, WaitLimit?) throws -> Future<Chunk>
    ) throws {
        self.submit = submit
        self.waitForRoom = waitForRoom
        self.timeline = timeline
        count = elements.count
        var state = State(stopwatch: Stopwatch(timeline))
        do {
            for start in stride(from: 0, to: elements.count, by: chunkSize) {
                let slice = elements[start..<Swift.min(start + chunkSize, elements.count)]
                state.parts.append(slice, try submit(Array(slice), start, firstWait))
            }
        } catch {
            for future in state.parts.cancel().running { future.cancelUnlessStarted() }
            throw error
        }
        self.state = Lock(state)
    }

    // MARK: The end

    /// Whether all elements have a result. Never blocks.
    public var isDone: Bool { nextStep(waitingForRoom: .never) == nil }

    /// Cancels the chunks that haven't started. The results of their elements are errors with the code `cancelled`.
    ///
    /// If the worker of a running chunk dies later, the rest of the chunk is cancelled, too.
    /// - Parameter force: whether to end running chunks, too, if the pool can.
    public func cancel(force: Bool = false) {
        let futures = state.withLock { $0.parts.cancel() }
        for future in futures.submitting { future.end(.cancelled) }
        for future in futures.running { future.backend.requestCancellation(force: force) }
    }

    /// Blocks until all elements have a result; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    public func waitUntilDone(_ wait: WaitLimit = .forever) -> Bool {
        let attendant = beginAttendance(of: wait)
        defer { attendant?.end() }
        let deadline = WaitDeadline(wait, timeline: timeline)
        while let step = nextStep(waitingForRoom: roomLimit(until: deadline)) {
            switch step {
            case .wait(let future): guard future.waitUntilDone(deadline.remaining) else { return false }
            case .waitForRoom:
                if deadline.remaining.isOver { return false }
                settleEnded()
            }
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
        let deadline = WaitDeadline(wait, timeline: timeline)
        while let step = nextStep(waitingForRoom: .never) {
            switch step {
            case .wait(let future): guard try await future.waitUntilDone(deadline.remaining) else { return false }
            case .waitForRoom:
                if deadline.remaining.isOver { return false }
                settleEnded()
                // Nobody tells when there is room.
                _ = try await awaitCallback(deadline.remaining.limited(to: .roomPatience), in: timeline) { _ in }
            }
        }
        return true
    }

    /// How long a thread that waits for results waits for room before it looks at them again: what has ended leaves
    /// room when it is read, and a cancelled chunk needs none.
    private func roomLimit(until deadline: WaitDeadline) -> WaitLimit {
        // A simulation finds that nobody makes room only if its callers wait as long as they can.
        deadline.remaining.limited(to: timeline == nil ? .roomPatience : .forever)
    }

    /// Blocks until a task has ended that has not by now, or the limit passes; false if there is none, as the pool has
    /// no room for it.
    @available(*, noasync)
    func waitForProgress(_ wait: WaitLimit) -> Bool {
        switch nextStep(waitingForRoom: .never) {
        case .wait(let future)?: _ = future.waitUntilDone(wait)
        case .waitForRoom?: return false
        case nil: break
        }
        return true
    }

    /// Suspends where the blocking method of the same name blocks.
    func waitForProgress(_ wait: WaitLimit) async throws -> Bool {
        switch nextStep(waitingForRoom: .never) {
        case .wait(let future)?: _ = try await future.waitUntilDone(wait)
        case .waitForRoom?: return false
        case nil: break
        }
        return true
    }

    /// Calls `body` when a task has ended that has not by now, at once if all have; false if it will not be called, as
    /// the pool has no room for the task.
    func whenProgressed(_ body: @escaping @Sendable () -> Void) -> Bool {
        switch nextStep(waitingForRoom: .never) {
        case .wait(let future)?: future.whenDone(body)
        case .waitForRoom?: return false
        case nil: body()
        }
        return true
    }

    /// How long the calls took in all; nil if a worker has died, or not all have ended.
    var duration: Duration? {
        state.withLock { state in
            var sum = Duration.zero
            for part in state.parts.all {
                guard case .settled(let chunk) = part.phase, let duration = chunk.duration else { return nil }
                sum += duration
            }
            return sum
        }
    }

    // MARK: Parts

    @usableFromInline
    var chunks: [MapChunk<Output>] { state.withLock { $0.parts.chunks } }

    /// How many elements have a result for sure; unlike `isDone`, it runs nothing again.
    var settledCount: Int { chunks.reduce(0) { $0 + $1.count } }

    /// What to do until every element has a result; nil if each has one.
    ///
    /// Never called, like everything that submits or reads results, with the lock held: both run code of the user's.
    private func nextStep(waitingForRoom limit: WaitLimit) -> Step? {
        var hasRoom = true
        var look = state.withLock { $0.parts.look() }
        while let first = look.first {
            if look.isAnyWaiting, hasRoom {
                hasRoom = submitAgain(waitingForRoom: limit)
                look = state.withLock { $0.parts.look() }
                continue
            }
            switch first.phase {
            case .running(let elements, let future):
                guard let next = settle(elements, future) else { return .wait(future) }
                look = next
            case .submitting(let future): return .wait(Future(future))
            case .waiting: return .waitForRoom
            case .settled: look = state.withLock { $0.parts.look() }
            }
        }
        return nil
    }

    /// Replaces a task that has ended by what its elements came to, and looks at what is left; nil if it has not ended.
    private func settle(_ elements: ArraySlice<Element>, _ future: Future<Chunk>) -> MapParts<Element, Output>.Look? {
        guard let outcome = future.outcome() else { return nil }
        let deadline = WaitDeadline(waitForRoom, timeline: timeline)
        // Takes the lock once for both: reading a map of small elements does little else.
        return state.withLock { state in
            state.parts.end(elements, with: outcome, deadline: deadline)
            return state.parts.look()
        }
    }

    /// Reads the results of all tasks that have ended.
    private func settleEnded() {
        for part in state.withLock({ $0.parts.all }) {
            if case .running(let elements, let future) = part.phase { _ = settle(elements, future) }
        }
    }

    /// Submits what is to be submitted again; false if something is left, as there is no room for it within the limit.
    private func submitAgain(waitingForRoom limit: WaitLimit) -> Bool {
        while let claim = state.withLock({ $0.parts.claim(in: timeline) }) {
            defer { claim.future.end(.cancelled) }
            let left = claim.deadline.remaining
            let mayTryAgain = limit.isShorter(than: left)
            do {
                let future = try submit(Array(claim.elements), claim.elements.startIndex, limit.limited(to: left))
                if !state.withLock({ $0.parts.start(claim, future) }) { future.cancel(force: true) }
            } catch let error as MultitaskingError where mayTryAgain && error.meansNoRoom {
                state.withLock { $0.parts.takeBack(claim) }
                return false
            } catch {
                state.withLock { $0.parts.fail(claim, error) }
            }
        }
        return true
    }

    /// How many elements are queued, are running, and have ended. Never blocks.
    ///
    /// An element counts as queued or running together with its chunk. Like ``isDone``, this resubmits the rest of a
    /// chunk whose worker died if the pool has room for it. O(*n*) in the number of chunks until all have ended.
    public var progress: Progress {
        settleEnded()
        _ = submitAgain(waitingForRoom: .never)
        // Futures are asked outside of the lock: a pool may look after its supervisor meanwhile, and call others.
        let parts = state.withLock { $0.parts.all }
        var progress = Progress()
        for part in parts {
            switch part.phase {
            case .settled(let chunk): progress.count(chunk)
            case .running(_, let future) where future.isRunning: progress.running += part.range.count
            case .running, .waiting, .submitting: progress.queued += part.range.count
            }
        }
        let isFinished = progress.isFinished
        progress.elapsed = state.withLock { state in
            if isFinished { state.stopwatch.stop() }
            return state.stopwatch.elapsed
        }
        return progress
    }

    /// Returns the progress as it changes, until all elements have a result.
    ///
    /// - Parameter interval: how often to check; at least a millisecond. If a check takes a long time, checks are less
    ///   frequent; see ``ProgressUpdates``.
    public func progressUpdates(every interval: Duration = .milliseconds(100)) -> ProgressUpdates {
        ProgressUpdates(every: interval, timeline: timeline) { self.progress }
    }
}

extension MapResults: CustomStringConvertible {
    /// How many elements have a result, as far as a caller has waited for them: `MapResults(40 of 100)`. Never blocks.
    public var description: String { "MapResults(\(settledCount) of \(count))" }
}
