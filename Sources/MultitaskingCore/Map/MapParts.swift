/// The parts of a `map`: decides what to submit again and what the results are, and neither submits nor waits.
///
/// A part is running until its task ends, and then settled. If the worker has died, the elements that are not to blame
/// become parts of their own, which wait to be submitted again; while a thread does that, they are being submitted, and
/// then running.
struct MapParts<Element: Portable, Output: Portable> {
    typealias Chunk = MapChunk<Output>

    enum Phase {
        /// Leads to waiting and settled. The elements are kept for another task if the worker dies.
        case running(ArraySlice<Element>, Future<Chunk>)
        /// Leads to submitting, and to settled when the map is cancelled. The deadline is that of waiting for room.
        case waiting(ArraySlice<Element>, WaitDeadline)
        /// Leads to running, back to waiting, and to settled. The future ends when the thread has done its work.
        case submitting(DeferredFuture<Chunk>)
        case settled(Chunk)
    }

    /// Neighbouring elements that are one task.
    struct Part {
        /// Which elements. Of parts that are running, no two ever have the same.
        let range: Range<Int>
        var phase: Phase
    }

    /// What one thread alone is to submit.
    struct Claim {
        let elements: ArraySlice<Element>
        let deadline: WaitDeadline
        let future: DeferredFuture<Chunk>
    }

    /// In the order of their elements.
    private(set) var all: [Part] = []
    /// How many of them from the first on are known to be settled.
    private var settled = 0
    /// Those that wait, the next one first.
    private var waiting = FIFO<Range<Int>>()
    private var isCancelled = false

    mutating func append(_ elements: ArraySlice<Element>, _ future: Future<Chunk>) {
        all.append(Part(range: elements.indices, phase: .running(elements, future)))
    }

    /// The results of the parts that have them.
    var chunks: [Chunk] { all.compactMap { if case .settled(let chunk) = $0.phase { chunk } else { nil } } }

    /// What is left to do.
    struct Look {
        /// The first part that is not settled; nil if every element has a result.
        let first: Part?
        /// Whether something is to be submitted again.
        let isAnyWaiting: Bool
    }

    mutating func look() -> Look {
        while settled < all.count, case .settled = all[settled].phase { settled += 1 }
        return Look(first: settled < all.count ? all[settled] : nil, isAnyWaiting: !waiting.isEmpty)
    }

    // MARK: The end of a task

    /// Takes note of how the task of these elements has ended; another thread may have done so before.
    ///
    /// - Parameter deadline: until when what is submitted again may wait for room.
    mutating func end(_ elements: ArraySlice<Element>, with outcome: TaskOutcome<Chunk>, deadline: WaitDeadline) {
        guard let index = index(of: elements.indices), case .running = all[index].phase else { return }
        if case .success(let chunk) = outcome, chunk.count == elements.count {
            all[index].phase = .settled(chunk)
            return
        }
        let parts = parts(after: outcome, of: elements, deadline)
        all.replaceSubrange(index...index, with: parts)
        for part in parts { if case .waiting = part.phase { waiting.append(part.range) } }
    }

    /// What a task's end means for its elements, if they don't all have results.
    private func parts(
        after outcome: TaskOutcome<Chunk>, of elements: ArraySlice<Element>, _ deadline: WaitDeadline
    ) -> [Part] {
        switch outcome {
        case .success(let chunk):
            failed(
                elements.indices,
                MultitaskingError(.decodeFailed, "\(elements.count) elements have \(chunk.count) results"))
        case .cancelled: failed(elements.indices, Self.cancellation)
        case .failure(let error): parts(afterFailure: error, of: elements, deadline)
        }
    }

    /// If the worker died, only the element that it was at is to blame, and the others are run elsewhere. If the task
    /// met a limit, each element is run alone, with the limit for itself.
    private func parts(
        afterFailure error: any Error, of elements: ArraySlice<Element>, _ deadline: WaitDeadline
    ) -> [Part] {
        guard let error = error as? MultitaskingError, error.origin == .pool, elements.count > 1 else {
            return failed(elements.indices, error)
        }
        let failure = error.cause as? WorkerFailure
        // A limit holds for all that were together: that one was under way when it was reached does not make it guilty.
        let isLimit = error.code == .taskTimedOut || error.code == .memoryLimitExceeded
        // A task that leaves when its time is over leaves its worker alive.
        guard failure != nil || error.code == .taskTimedOut else { return failed(elements.indices, error) }
        guard !isLimit, let failure, failure.phase == .running, let progress = failure.progress,
            progress < elements.count
        else {
            // Nobody knows which is to blame: alone, it shows itself.
            return elements.indices.flatMap { again(elements[$0...$0], deadline) }
        }
        let guilty = elements.startIndex + progress
        return again(elements[..<guilty], deadline) + failed(guilty..<guilty + 1, error)
            + again(elements[(guilty + 1)...], deadline)
    }

    private func failed(_ range: Range<Int>, _ error: any Error) -> [Part] {
        [Part(range: range, phase: .settled(MapChunk(failure: error, count: range.count)))]
    }

    private func again(_ elements: ArraySlice<Element>, _ deadline: WaitDeadline) -> [Part] {
        if elements.isEmpty { return [] }
        if isCancelled { return failed(elements.indices, Self.cancellation) }
        return [Part(range: elements.indices, phase: .waiting(elements, deadline))]
    }

    private static var cancellation: MultitaskingError {
        MultitaskingError(.cancelled, "the element was cancelled and has no result")
    }

    // MARK: Submitting again

    /// Gives the first part that waits to the caller, to submit it; nil if none waits.
    mutating func claim(in timeline: (any Timeline)?) -> Claim? {
        guard let range = waiting.first, let index = index(of: range),
            case .waiting(let elements, let deadline) = all[index].phase
        else {
            return nil
        }
        _ = waiting.popFirst()
        let claim = Claim(elements: elements, deadline: deadline, future: DeferredFuture(in: timeline))
        all[index].phase = .submitting(claim.future)
        return claim
    }

    /// Notes that it was submitted; false if the map was cancelled meanwhile.
    mutating func start(_ claim: Claim, _ future: Future<Chunk>) -> Bool {
        guard let index = index(of: claim) else { return false }
        all[index].phase = .running(claim.elements, future)
        return true
    }

    /// Takes it back, as there is no room for it.
    mutating func takeBack(_ claim: Claim) {
        guard let index = index(of: claim) else { return }
        all[index].phase = .waiting(claim.elements, claim.deadline)
        waiting.prepend(claim.elements.indices)
    }

    /// Notes that it cannot be submitted.
    mutating func fail(_ claim: Claim, _ error: any Error) {
        guard let index = index(of: claim) else { return }
        all[index].phase = .settled(MapChunk(failure: error, count: claim.elements.count))
    }

    /// Prevents anything from being submitted again.
    ///
    /// - Returns: the tasks to cancel, and the futures to end of those that are being submitted.
    mutating func cancel() -> (running: [Future<Chunk>], submitting: [DeferredFuture<Chunk>]) {
        isCancelled = true
        waiting = FIFO()
        var futures: (running: [Future<Chunk>], submitting: [DeferredFuture<Chunk>]) = ([], [])
        for (index, part) in all.enumerated() {
            switch part.phase {
            case .running(_, let future):
                futures.running.append(future)
                continue
            case .submitting(let future): futures.submitting.append(future)
            case .waiting: break
            case .settled: continue
            }
            all[index].phase = .settled(MapChunk(failure: Self.cancellation, count: part.range.count))
        }
        return futures
    }

    /// Where a part is that is still being submitted by the one who has claimed it.
    private func index(of claim: Claim) -> Int? {
        guard let index = index(of: claim.elements.indices), case .submitting(let future) = all[index].phase,
            future === claim.future
        else {
            return nil
        }
        return index
    }

    /// Where the part of these elements is; nil if it was split.
    private func index(of range: Range<Int>) -> Int? {
        // Nearly always the first that is not settled.
        if settled < all.count, all[settled].range == range { return settled }
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if all[middle].range.lowerBound < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < all.count && all[low].range == range ? low : nil
    }
}
