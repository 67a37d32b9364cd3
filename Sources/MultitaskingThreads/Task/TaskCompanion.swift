internal import MultitaskingCore
internal import Synchronization

/// What few tasks have: a place in the queue of a pool with a limit, a seed, a name, a caller that waits for the end,
/// or asks for it.
///
/// Apart from the task, so that those without do not pay for it.
final class TaskCompanion: Sendable {
    /// What becomes free when the task leaves the queue.
    let permits: QueuePermits?
    /// The seed of its options.
    let seed: UInt64?
    /// The name of its options.
    let name: String?
    private let endRequest = Atomic<Bool>(false)
    /// Where threads and callbacks wait for the end; made when the first one does.
    private let lazyGate = AtomicLazyReference<Gate>()
    /// What the task says of itself; made when it first does.
    private let lazyReport = AtomicLazyReference<LastReport>()

    init(permits: QueuePermits? = nil, seed: UInt64? = nil, name: String? = nil) {
        self.permits = permits
        self.seed = seed
        self.name = name
    }

    /// Whether the task is asked to end.
    ///
    /// ORDERING: relaxed; the request says nothing else.
    var isEndRequested: Bool { endRequest.load(ordering: .relaxed) }

    func requestEnd() { endRequest.store(true, ordering: .relaxed) }

    /// The gate, which opens when the task is over.
    var gate: Gate { lazyGate.load() ?? lazyGate.storeIfNil(Gate()) }

    /// What the task has said of itself last.
    var report: TaskReport? { lazyReport.load()?.value.withLock(\.self) }

    func keep(_ report: TaskReport) {
        let last = lazyReport.load() ?? lazyReport.storeIfNil(LastReport(report))
        last.value.withLock { $0 = report }
    }
}

private final class LastReport: Sendable {
    let value: Mutex<TaskReport>

    init(_ report: TaskReport) { value = Mutex(report) }
}
