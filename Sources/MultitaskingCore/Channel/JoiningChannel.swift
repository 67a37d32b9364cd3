/// The part of a ``Channel`` that tracks when every accepted element has been processed.
///
/// ```swift
/// try channel.taskDone()                                  // at the receiver, for each element
/// let isDone = channel.join(wait: .upTo(.seconds(10)))    // at the sender
/// ```
public protocol JoiningChannel: AnyObject, Sendable {
    /// Reports that one received element has been processed. May need a round trip.
    ///
    /// - Throws: `invalidArgument` if called more often than elements were sent.
    func taskDone() throws

    /// Reports a processed element without blocking. It has its own name for the same reason as
    /// ``Channel/closeAsynchronously(discarding:)``.
    func taskDoneAsynchronously() async throws

    /// Blocks until ``taskDone()`` has been called for every element sent; false if the limit passes first.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    func join(wait: WaitLimit) -> Bool

    /// Suspends, instead of blocking, until every element is reported as done; false if the limit passes first.
    ///
    /// - Throws: `CancellationError` if the awaiting task is cancelled.
    func joinAsynchronously(wait: WaitLimit) async throws -> Bool
}

extension JoiningChannel {
    /// Blocks until every element is reported as done.
    @available(*, noasync, message: "this blocks the thread; await the asynchronous version")
    @discardableResult
    public func join() -> Bool { join(wait: .forever) }

    /// Calls ``taskDone()``, for backends in which that needs no round trip.
    public func taskDoneAsynchronously() async throws { try taskDone() }
}

/// The former name of a channel that tracks processed elements, as every channel now does.
@available(*, deprecated, renamed: "Channel", message: "every Channel can be joined; write Channel")
public typealias JoinableChannel = Channel

extension MultitaskingError {
    /// The error of waiting for reports of elements that nobody will make anymore.
    package static var endedUnreported: Self {
        Self(.shutDown, "the pool has ended before every element was reported by taskDone(); receive what is left")
    }
}
