/// A flag between a parent and its tasks that asks them to stop.
///
/// ```swift
/// let signal = try pool.makeCancelSignal()
/// let future = try pool.submit(search, Flag(signal))   // looks at isSet in its loop
/// signal.set()
/// ```
///
/// Setting it does not stop anything by itself: the task looks at it and leaves.
///
/// **Implementer's duties.** Reading costs no more than a load; `set` is seen by every holder, in every process the
/// backend has, and wakes every waiter. A holder that dies at any point leaves the signal usable.
public protocol CancelSignal: AnyObject, Sendable {
    /// The name under which ``TaskEnvironment/cancelSignal(_:)`` finds this signal in a worker.
    var reference: SharedObjectID { get }

    /// Whether the signal is set. Meant to be called in a loop.
    var isSet: Bool { get }

    /// A faster way to ask ``isSet``, if there is one; it may be used for as long as the signal is held.
    var cancelProbe: CancelProbe? { get }

    /// Sets the signal and wakes every waiter; setting it twice has the same effect as once.
    func set()

    /// Clears the signal.
    func clear()

    /// Blocks until the signal is set; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func waitUntilSet(_ wait: WaitLimit) -> Bool

    /// Suspends until the signal is set; false if the limit passed first.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    func waitUntilSet(_ wait: WaitLimit) async throws -> Bool
}

extension CancelSignal {
    /// A backend whose signals are more than a word of memory has none.
    public var cancelProbe: CancelProbe? { nil }
}
