internal import MultitaskingCore
internal import MultitaskingSystem

/// The ledger entry of one task.
struct TaskRecord: Sendable {
    enum State: Sendable {
        /// Waits for a worker. Exits: `running`; `done` when cancelled or expired.
        case queued
        /// Waits for its next attempt. Exits: `queued` when it is due; `done` when cancelled.
        case delayed
        /// Exits: `done`; `queued` if its worker died before it began; `delayed` if it is to be retried.
        case running(worker: Int)
        /// Final.
        case done(Outcome)
    }

    /// How a task ended, still encoded.
    enum Outcome: Sendable {
        case value(SimulatedPayload)
        case thrown(SimulatedPayload)
        case failure(MultitaskingError)
        case cancelled
    }

    /// Why a running task is being ended.
    enum Ending: Sendable {
        case timeout
        case cancel
    }

    var state = State.queued
    let body: any TaskBody
    let options: TaskOptions
    /// What the parent keeps for the task.
    var companion: (any Sendable)?
    /// Attempts that have begun.
    var attempts = 0
    var phase = WorkerFailure.Phase.idle
    /// When it was submitted, and its present attempt was begun, its function called, and returned.
    var submission: Nanoseconds = 0
    var start: Nanoseconds = 0
    var runStart: Nanoseconds?
    var encodeStart: Nanoseconds?
    /// What it has said of itself last, in its present attempt.
    var report: TaskReport?
    var isEndRequested = false
    var ending: Ending?
    /// Whether its worker, being stuck, has SIGTERM already.
    var wasTerminated = false
    /// Switch points of this attempt.
    var switchPoints = 0
    /// What it has received from each of the channels that redeliver and not reported as done.
    private var received: [(channel: UInt64, elements: FIFO<ChannelState.Element>)] = []
    var whenDone = CallbackList<@Sendable () -> Void>()
    /// The number of the call that every worker makes, if it is one worker's.
    var call: Int?
    /// Whether nobody will ask for its result.
    var isAbandoned = false

    init(body: any TaskBody, options: TaskOptions, companion: (any Sendable)?) {
        self.body = body
        self.options = options
        self.companion = companion
    }

    var attempt: Int { max(1, attempts) }
    var isDone: Bool { if case .done = state { true } else { false } }
    var isQueued: Bool { if case .queued = state { true } else { false } }

    /// Remembers what it has received from a channel until it is reported as done.
    mutating func keep(_ element: ChannelState.Element, from channel: UInt64) {
        let index = received.firstIndex { $0.channel == channel } ?? received.endIndex
        if index == received.endIndex { received.append((channel, FIFO())) }
        received[index].elements.append(element)
    }

    /// Takes out what it received first from a channel; nil if it has reported all.
    mutating func takeReceived(from channel: UInt64) -> ChannelState.Element? {
        received.firstIndex { $0.channel == channel }.flatMap { received[$0].elements.popFirst() }
    }

    /// Takes out all that it has received and not reported, of each channel in its order.
    mutating func takeReceived() -> [(channel: UInt64, elements: [ChannelState.Element])] {
        let taken = received.indices.map { (received[$0].channel, received[$0].elements.removeAll()) }
        received = []
        return taken.filter { !$0.1.isEmpty }
    }

    var worker: Int? { if case .running(let worker) = state { worker } else { nil } }

    var mayRetry: Bool { attempts <= options.retries.limit }

    /// How long to wait before the next attempt.
    var pause: Nanoseconds { options.retries.backoff.nanoseconds.doubled(forAttempt: attempts) }
}

/// What a worker does for a task, whatever its types.
protocol TaskBody: Sendable {
    /// How many bytes it takes up, encoded.
    var byteCount: Int { get }

    /// Decodes the arguments, calls the function, and encodes what comes of it.
    func run(in environment: InMemoryEnvironment, phase: (WorkerFailure.Phase) -> Void) -> TaskResultBytes
}

/// What comes of a task's function.
enum TaskResultBytes: Sendable {
    case value(SimulatedPayload)
    case thrown(SimulatedPayload, any Error)
    case failure(MultitaskingError)

    /// How many bytes it takes up, encoded.
    var byteCount: Int {
        switch self {
        case .value(let payload), .thrown(let payload, _): payload.bytes.count
        case .failure: 0
        }
    }

    var isError: Bool { if case .value = self { false } else { true } }

    /// Throws what the function threw, or what went wrong.
    func check() throws {
        switch self {
        case .value: break
        case .thrown(_, let error): throw error
        case .failure(let error): throw error
        }
    }
}
