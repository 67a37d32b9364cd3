internal import Synchronization

/// What few tasks have: a place in the queue of a pool with a limit, a seed, a name, somebody who waits for the end.
///
/// Apart from the task, so that those without do not pay for it.
final class TaskCompanion: Sendable {
    /// What becomes free when the task leaves the queue.
    let permits: QueuePermits?
    /// The seed of its options.
    let seed: UInt64?
    /// The name of its options.
    let name: String?
    /// Where threads and callbacks wait for the end; made when the first one does.
    private let lazyGate = AtomicLazyReference<Gate>()

    init(permits: QueuePermits? = nil, seed: UInt64? = nil, name: String? = nil) {
        self.permits = permits
        self.seed = seed
        self.name = name
    }

    /// The gate, which opens when the task is over.
    var gate: Gate { lazyGate.load() ?? lazyGate.storeIfNil(Gate()) }
}
