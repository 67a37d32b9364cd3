import Synchronization

/// Submits a stream's inputs and hands out their results; what the blocking and the asynchronous stream have in common.
final class StreamEngine<Element: Portable, Output: Portable>: Sendable {
    typealias State = StreamState<Element, Output>
    typealias Item = State.Item

    let executor: any Executor
    let order: StreamOrder
    let mailbox = StreamMailbox()
    private let submitter: StreamSubmitter<Element, Output>
    private let state: Mutex<(stream: State, isStopped: Bool)>

    init(_ executor: any Executor, _ submitter: StreamSubmitter<Element, Output>, ahead: Int?, order: StreamOrder) {
        self.executor = executor
        self.submitter = submitter
        self.order = order
        state = Mutex(
            (
                State(
                    order: order, ahead: ahead, workers: executor.maxWorkers, submitsElements: submitter.submitsElements
                ),
                false
            ))
    }

    /// How many inputs the next task may have; 0 if none is to be submitted now.
    var room: Int { state.withLock { $0.isStopped ? 0 : $0.stream.room } }

    /// Whether fewer tasks are under way than there are workers.
    var hasIdleWorkers: Bool { state.withLock { $0.stream.unitCount < executor.maxWorkers } }

    /// Whether everything that was submitted was read.
    var isEmpty: Bool { state.withLock { $0.stream.isEmpty } }

    /// Submits inputs as one task.
    func submit(_ elements: [Element]) {
        // Not under the lock: submitting may wait for room in the pool.
        let offset = state.withLock { $0.stream.offset }
        let unit = StreamUnit(elements, offset: offset, by: submitter)
        let number = state.withLock { state -> Int? in
            guard !state.isStopped else { return nil }
            state.stream.add(unit)
            return state.stream.next - 1
        }
        guard let number else { return unit.stop() }
        if order == .completion { watch(unit, number) }
    }

    private func watch(_ unit: StreamUnit<Element, Output>, _ number: Int) {
        unit.whenProgressed { [mailbox] in mailbox.post(number) }
    }

    /// The next result that is there; never waits.
    func next() -> Item? {
        if let item = state.withLock({ $0.stream.takeReady() }) { return item }
        switch order {
        case .input:
            _ = mailbox.take()
            guard state.withLock({ $0.stream.takeHead() }) else { return nil }
        case .completion:
            guard takeProgressed() else { return nil }
        }
        return state.withLock { $0.stream.takeReady() }
    }

    /// Takes the first of those that have ended; the others stay in the mailbox.
    private func takeProgressed() -> Bool {
        var hasTaken = false
        for number in mailbox.take() {
            if hasTaken {
                mailbox.post(number)
                continue
            }
            guard let unit = state.withLock({ $0.stream.unit(number) }) else { continue }
            // A chunk whose worker died goes on as others.
            guard unit.isDone else {
                watch(unit, number)
                continue
            }
            state.withLock { $0.stream.take(number) }
            hasTaken = true
        }
        return hasTaken
    }

    /// The task whose end is waited for in the order of input.
    var head: StreamUnit<Element, Output>? { state.withLock { $0.stream.head } }

    /// Ends what was submitted and not read; nothing is submitted after this.
    func stop() {
        let units = state.withLock { state in
            state.isStopped = true
            return state.stream.removeAll()
        }
        for unit in units where !unit.isDone { unit.stop() }
        mailbox.post()
    }
}

/// Ends a stream when the last iterator over it is gone.
final class StreamLifetime<Element: Portable, Output: Portable>: Sendable {
    let engine: StreamEngine<Element, Output>
    private let onEnd: @Sendable () -> Void

    init(_ engine: StreamEngine<Element, Output>, onEnd: @escaping @Sendable () -> Void = {}) {
        self.engine = engine
        self.onEnd = onEnd
    }

    deinit {
        onEnd()
        engine.stop()
    }
}
