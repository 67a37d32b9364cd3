internal import Synchronization

/// The error of an element in a batch, which the receiver's handle keeps for its next call.
///
/// The elements before it must be returned, and the element itself can't be put back, because others may have received
/// the elements behind it.
///
/// ```swift
/// try lateFailure.rethrow()  // at the beginning of a receive
/// do { elements.append(try decode(bytes)) } catch { lateFailure.keep(error) }
/// ```
public final class LateFailure: Sendable {
    private let error = Lock<(any Error)?>(nil)
    /// ORDERING: relaxed; the lock hands the error over.
    private let isThere = Atomic<Bool>(false)

    /// Creates a holder without an error.
    public init() {}

    /// Stores an error, unless there is one already.
    public func keep(_ failure: any Error) {
        error.withLock { $0 = $0 ?? failure }
        isThere.store(true, ordering: .relaxed)
    }

    /// Throws the stored error once. Without an error, this costs one load.
    @inline(__always)
    public func rethrow() throws {
        if isThere.load(ordering: .relaxed) { try take() }
    }

    @inline(never)
    private func take() throws {
        let failure = error.withLock { error in
            isThere.store(false, ordering: .relaxed)
            return error.take()
        }
        if let failure { throw failure }
    }
}
