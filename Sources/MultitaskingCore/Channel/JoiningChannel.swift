/// The part of a ``Channel`` that knows when everything it ever accepted was processed.
///
/// ```swift
/// try channel.taskDone()                                  // at the receiver, for each element
/// let isDone = channel.join(wait: .upTo(.seconds(10)))    // at the sender
/// ```
public protocol JoiningChannel: AnyObject, Sendable {
    /// Reports that one received element was processed; may take a round trip.
    ///
    /// - Throws: `invalidArgument` if called more often than elements were sent.
    func taskDone() throws

    /// The asynchronous twin of ``taskDone()``, which has another name for the same reason as
    /// ``Channel/closeAsynchronously(discarding:)``.
    func taskDoneAsynchronously() async throws

    /// Waits until every element sent so far was reported by ``taskDone()``; false if the limit passed first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous twin")
    func join(wait: WaitLimit) -> Bool

    /// Suspends, instead of blocking, until every element was reported as done; false if the limit passed first.
    ///
    /// - Throws: `CancellationError` when the awaiting task is cancelled.
    func joinAsynchronously(wait: WaitLimit) async throws -> Bool
}

extension JoiningChannel {
    /// Calls ``taskDone()``, where that takes no round trip.
    public func taskDoneAsynchronously() async throws { try taskDone() }
}

/// The former name of a channel that knows when all was processed, which every channel does now.
@available(*, deprecated, renamed: "Channel", message: "every Channel can be joined; write Channel")
public typealias JoinableChannel = Channel
