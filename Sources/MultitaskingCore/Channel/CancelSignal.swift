/// A flag between a parent and its tasks that asks them to stop.
///
/// ```swift
/// let signal = pool.makeCancelSignal()   // of a thread pool, whose tasks can capture it
/// let future = try pool.submit { while !signal.isSet { search() } }
/// signal.set()
/// ```
///
/// Setting it stops nothing by itself: tasks check it and return. In a process pool, a task finds it by its reference;
/// see ``SharedObjectID``. Tasks of a session find theirs in their context.
///
/// **Round trips.** In a backend that spans machines, `set` and `clear` may need a network round trip, so each has an
/// asynchronous counterpart. Reading a signal never does.
///
/// **Implementer's duties.** Reading costs no more than a load. `set` becomes visible to every holder, in every process
/// of the backend, and wakes every waiter. If a holder dies, at whatever point, the signal stays usable.
public protocol CancelSignal: WatchableSignal, Selectable {
    /// Sets the signal and wakes every waiter, even if the signal is cleared right after. Setting it again has no
    /// effect. May need a round trip; a backend that spans machines may then miss a signal that is cleared right after.
    func set()

    /// Clears the signal. May need a round trip.
    func clear()

    /// Sets the signal without blocking. It has its own name because ``set()`` is also available in asynchronous
    /// contexts.
    func setAsynchronously() async throws

    /// Clears the signal without blocking.
    func clearAsynchronously() async throws
}

/// The read-only side of a ``CancelSignal``.
///
/// ```swift
/// while !signal.isSet { try step() }
/// ```
public protocol WatchableSignal: AnyObject, Sendable {
    /// The name under which `TaskEnvironment.cancelSignal(_:)` finds this signal in a worker.
    var reference: SharedObjectID { get }

    /// Whether the signal is set. Reading it is fast enough for a loop.
    var isSet: Bool { get }

    /// A faster way to read ``isSet``, if the backend has one; valid as long as you hold the signal.
    var cancelProbe: CancelProbe? { get }

    /// Blocks until the signal is set; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    func waitUntilSet(_ wait: WaitLimit) -> Bool

    /// Suspends until the signal is set; false if the limit passed first.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    func waitUntilSet(_ wait: WaitLimit) async throws -> Bool
}

extension WatchableSignal {
    /// Returns nil: the signal isn't a plain word of memory.
    public var cancelProbe: CancelProbe? { nil }
}

extension CancelSignal {
    /// Calls ``set()``, for backends in which that needs no round trip.
    public func setAsynchronously() async throws { set() }

    /// Calls ``clear()``, for backends in which that needs no round trip.
    public func clearAsynchronously() async throws { clear() }
}
