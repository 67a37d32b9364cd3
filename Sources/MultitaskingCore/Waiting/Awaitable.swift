/// Something that will have ended: a ``Future``, or what stands for one, as a named task of a session does.
///
/// With it, `wait(for:until:timeout:rest:)` takes tasks of any kind, also of several pools and of several types.
///
/// ```swift
/// let (done, _) = try wait(for: [first, second], until: .any, timeout: .seconds(1))
/// ```
public protocol Awaitable: Sendable {
    /// How far the task is; cheap, never blocks.
    var state: TaskState { get }

    /// Why the task has no value: what it threw, what happened to it, or that it was cancelled. Nil if it has a value,
    /// or has not ended.
    var failure: (any Error)? { get }

    /// Calls `body` once when the task has ended, at once if it has already. `body` must be short and must not block.
    func whenDone(_ body: @escaping @Sendable () -> Void)

    /// Blocks until the task has ended; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread")
    func waitUntilDone(_ wait: WaitLimit) -> Bool

    /// Cancels the task if it has not started.
    func cancelUnlessStarted()

    /// Asks a task that has started to end, where it can hear that, and ends it where the pool can.
    func askToEnd(force: Bool)

    /// The time in which the task lives; nil for the machine's.
    var timeline: (any Timeline)? { get }
}

extension Awaitable {
    /// The machine's.
    public var timeline: (any Timeline)? { nil }

    /// Whether the task has ended, in whatever way.
    var isOver: Bool {
        switch state {
        case .done, .cancelled: true
        case .queued, .running: false
        }
    }
}

extension Future: Awaitable {
    /// Why the task has no value; nil if it has one, or has not ended.
    public var failure: (any Error)? { source.failure }

    /// The backend's side of the future.
    package var backend: any FutureSource<Value> { source }

    /// Cancels the task if it has not started.
    public func cancelUnlessStarted() { cancel() }

    /// Ends the task if it runs, with `force`, where the pool can. Without it there is nobody to ask.
    public func askToEnd(force: Bool) { if force { cancel(force: true) } }
}
