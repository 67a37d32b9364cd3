import Synchronization

/// A stream over an asynchronous sequence, whose inputs are taken by a Swift task of its own while results are read.
final class PumpedStreamSource<Element: Portable, Output: Portable>: AsyncStreamSource {
    private let engine: StreamEngine<Element, Output>
    private let pump: StreamPump<Element, Output>
    private let startPump: () -> Task<Void, Never>
    /// What takes the inputs, from the first request for results on.
    private var task: Task<Void, Never>?

    init<Inputs: AsyncSequence & Sendable>(_ inputs: Inputs, _ engine: StreamEngine<Element, Output>)
    where Inputs.Element == Element {
        let pump = StreamPump(engine)
        self.engine = engine
        self.pump = pump
        startPump = { Task { await pump.run(inputs) } }
    }

    deinit { end() }

    func nextBatch() async throws -> StreamBatch<Output>? {
        if engine.isStopped { return nil }
        if task == nil { task = startPump() }
        while true {
            try Task.checkCancellation()
            let batch = engine.nextBatch()
            // A worker may have become idle.
            pump.wake()
            if let batch { return batch }
            if let end = pump.end, engine.isEmpty, pump.isEmpty {
                if let error = end.error { throw error }
                return nil
            }
            try await engine.waitForResult()
        }
    }

    func noteRead() {
        engine.noteRead()
        pump.wake()
    }

    func end() {
        task?.cancel()
        engine.stop()
    }
}

/// Takes inputs from an asynchronous sequence as far as a stream has room for them.
final class StreamPump<Element: Portable, Output: Portable>: Sendable {
    /// How the inputs ended.
    struct End {
        let error: (any Error)?
    }

    /// Inputs that were taken and not submitted.
    private struct Gathered {
        var elements: [Element] = []
        /// How many of them there is room for; 0 if that is to be asked for again.
        var room = 0
        /// Whether they are the last ones.
        var areLast = false
        /// Whether the first of them are being submitted: by one caller at a time, so that they stay in order.
        var isSubmitting = false
        /// Whether another caller has come meanwhile.
        var isToLookAgain = false

        /// Notes how many were submitted; whether there may be more to submit.
        mutating func endSubmission(of count: Int) -> Bool {
            isSubmitting = false
            guard count > 0 else { return exchange(&isToLookAgain, with: false) }
            elements.removeFirst(count)
            room = 0
            return true
        }
    }

    private let engine: StreamEngine<Element, Output>
    private let room = NumberMailbox()
    private let gathered = Lock(Gathered())
    private let state = Lock<End?>(nil)

    init(_ engine: StreamEngine<Element, Output>) { self.engine = engine }

    /// How the inputs ended; nil while they go on.
    var end: End? { state.withLock { $0 } }

    /// Whether everything that was taken was submitted.
    var isEmpty: Bool { gathered.withLock { $0.elements.isEmpty } }

    /// Looks again whether there is room, or a worker that could take what was gathered.
    func wake() {
        submitGathered()
        room.post()
    }

    func run<Inputs: AsyncSequence>(_ inputs: sending Inputs) async where Inputs.Element == Element {
        var iterator = inputs.makeAsyncIterator()
        // Whether the inputs have ended, or know that nobody reads them any more.
        var areOver = false
        var end = End(error: nil)
        do {
            // The next input is only asked for when there is room for it.
            try await waitForRoom()
            while !engine.poolHasEnded {
                // It is so if this throws.
                areOver = true
                guard let input = try await iterator.next() else { break }
                areOver = false
                let (count, isEnough) = gathered.withLock { gathered in
                    gathered.elements.append(input)
                    return (gathered.elements.count, gathered.elements.count >= gathered.room)
                }
                // Behind the first one, only the reader makes workers idle, and then looks here itself.
                if count == 1 || isEnough { submitGathered() }
                try await waitUntilSubmitted()
                if isEnough { try await waitForRoom() } else { try Task.checkCancellation() }
            }
        } catch { end = End(error: error) }
        gathered.withLock { $0.areLast = true }
        submitGathered()
        // Without it if the stream is cancelled.
        try? await waitUntilSubmitted()
        state.withLock { $0 = end }
        engine.mailbox.post()
        if areOver { return }
        // An iterator that is asked in a cancelled task tells whoever makes the inputs that nobody takes them any more.
        // Nobody waits for one that does not look whether it is.
        unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        _ = try? await iterator.next()
    }

    /// Submits what was gathered if it is enough for a task, or a worker could take it now.
    ///
    /// Only elements that take less than a few milliseconds are gathered, so a worker becomes idle soon, and the
    /// reader, which then waits for a result, looks here again.
    private func submitGathered() {
        var hasSubmitted = false
        // Not under the lock, since an executor may take its time, and the reader is not to wait for that.
        while let elements = elementsToSubmit() {
            let count = engine.submit(elements, mayBlock: false)
            hasSubmitted = hasSubmitted || count > 0
            guard gathered.withLock({ $0.endSubmission(of: count) }) else { break }
        }
        // The reader calls this before it waits: word of nothing would have it look again and again.
        if hasSubmitted { engine.mailbox.post() }
    }

    /// What was gathered, if it is to be submitted now and by this caller.
    private func elementsToSubmit() -> [Element]? {
        gathered.withLock { gathered in
            guard !gathered.isSubmitting else {
                gathered.isToLookAgain = true
                return nil
            }
            let count = gathered.elements.count
            guard count > 0, gathered.areLast || engine.hasIdleWorkers || count >= engine.room else { return nil }
            gathered.isSubmitting = true
            return gathered.elements
        }
    }

    /// Waits until the pool has taken what it had no room for. The reader may wait for a result meanwhile, or be busy
    /// with one.
    private func waitUntilSubmitted() async throws {
        while true {
            room.takeOtherNews()
            guard engine.waitsForRoom || gathered.withLock({ $0.isSubmitting }) else { return }
            // In a simulation, only the reader tries again, in the simulation's time.
            let limit = engine.isSimulated ? WaitLimit.forever : engine.untilNextAttempt
            if try await !awaitCallback(limit, register: room.onPost) { submitGathered() }
        }
    }

    /// Waits until there is room for an input, or is none any more.
    private func waitForRoom() async throws {
        while true {
            try Task.checkCancellation()
            room.takeOtherNews()
            let hasRoom = gathered.withLock { gathered in
                gathered.room = engine.room
                return gathered.room > gathered.elements.count
            }
            if hasRoom || engine.poolHasEnded { return }
            _ = try await awaitCallback(.forever, register: room.onPost)
        }
    }
}
