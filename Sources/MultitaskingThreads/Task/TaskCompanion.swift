internal import Synchronization

/// What few tasks have: a place in the queue of a pool with a limit, and somebody who waits for the end.
///
/// Apart from the task, so that those without do not pay for it.
final class TaskCompanion: Sendable {
    /// What becomes free when the task leaves the queue.
    let room: Room?
    /// Where threads and callbacks wait for the end; made when the first one does.
    private let lazyGate = AtomicLazyReference<Gate>()

    init(room: Room?) { self.room = room }

    /// The gate, which opens when the task is over.
    var gate: Gate { lazyGate.load() ?? lazyGate.storeIfNil(Gate()) }
}
