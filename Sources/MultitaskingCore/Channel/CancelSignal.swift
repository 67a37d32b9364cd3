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
/// **Round trips.** `set` and `clear` may take a message to another machine and back where a backend has some, and have
/// asynchronous twins for that. Looking at a signal never does.
///
/// **Implementer's duties.** Reading costs no more than a load; `set` is seen by every holder, in every process the
/// backend has, and wakes every waiter. A holder that dies at any point leaves the signal usable.
public protocol CancelSignal: WatchableSignal, Selectable {
    /// Sets the signal and wakes every waiter; setting it twice is the same as once. May take a round trip.
    func set()

    /// Clears the signal; may take a round trip.
    func clear()

    /// The asynchronous twin of ``set()``, which has another name because that one may be called in an asynchronous
    /// context as well.
    func setAsynchronously() async throws

    /// The asynchronous twin of ``clear()``.
    func clearAsynchronously() async throws
}

/// The part of a ``CancelSignal`` that looks at it.
///
/// ```swift
/// while !signal.isSet { try step() }
/// ```
public protocol WatchableSignal: AnyObject, Sendable {
    /// The name under which `TaskEnvironment.cancelSignal(_:)` finds this signal in a worker.
    var reference: SharedObjectID { get }

    /// Whether the signal is set. Meant to be called in a loop.
    var isSet: Bool { get }

    /// A faster way to ask ``isSet``, if there is one; it may be used for as long as the signal is held.
    var cancelProbe: CancelProbe? { get }

    /// Blocks until the signal is set; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func waitUntilSet(_ wait: WaitLimit) -> Bool

    /// Suspends until the signal is set; false if the limit passed first.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    func waitUntilSet(_ wait: WaitLimit) async throws -> Bool
}

extension WatchableSignal {
    /// A backend whose signals are more than a word of memory has none.
    public var cancelProbe: CancelProbe? { nil }
}

extension CancelSignal {
    /// Calls ``set()``, where that takes no round trip.
    public func setAsynchronously() async throws { set() }

    /// Calls ``clear()``, where that takes no round trip.
    public func clearAsynchronously() async throws { clear() }
}
