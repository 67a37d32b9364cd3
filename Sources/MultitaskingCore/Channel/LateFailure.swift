internal import Synchronization

/// Stores an error that occurs in the middle of a batch, so that the receiver's next call throws it.
///
/// The current call returns the elements before it. The element itself can't be put back, because other receivers may
/// have taken later ones. If several threads receive batches, several errors are stored, and each call throws one.
///
/// ```swift
/// try lateFailure.rethrow()  // at the beginning of a receive
/// do { elements.append(try decode(bytes)) } catch { lateFailure.keep(error) }
/// ```
public final class LateFailure: Sendable {
    // In the order of their arrival; several if threads receive batches at once. Seldom any at all.
    private let errors = Lock<[any Error]>([])
    /// ORDERING: relaxed; the lock hands the errors over.
    private let isThere = Atomic<Bool>(false)

    /// Creates a holder without an error.
    public init() {}

    /// Stores an error after those that are already stored.
    public func keep(_ failure: any Error) {
        errors.withLock { errors in
            errors.append(failure)
            isThere.store(true, ordering: .relaxed)
        }
    }

    var isEmpty: Bool { errors.withLock { $0.isEmpty } }

    /// Throws the first stored error, which is then removed. Without an error, this costs one load.
    @inline(__always)
    public func rethrow() throws {
        if isThere.load(ordering: .relaxed) { try take() }
    }

    @inline(never)
    private func take() throws {
        let failure: (any Error)? = errors.withLock { errors in
            let failure = errors.isEmpty ? nil : errors.removeFirst()
            isThere.store(!errors.isEmpty, ordering: .relaxed)
            return failure
        }
        if let failure { throw failure }
    }
}
