internal import Synchronization

/// Why an element of a batch could not be decoded, kept by its receiver's handle for the next call.
///
/// The elements before it must be returned, and it cannot go back: others may have received what was behind it.
///
/// ```swift
/// try lateFailure.rethrow()  // at the beginning of a receive
/// do { elements.append(try decode(bytes)) } catch { lateFailure.keep(error) }
/// ```
public final class LateFailure: Sendable {
    private let error = Mutex<(any Error)?>(nil)
    /// ORDERING: relaxed; the lock hands the error over.
    private let isThere = Atomic<Bool>(false)

    /// Makes one that holds nothing.
    public init() {}

    /// Keeps an error, unless there is one already.
    public func keep(_ failure: any Error) {
        error.withLock { $0 = $0 ?? failure }
        isThere.store(true, ordering: .relaxed)
    }

    /// Throws what was kept, once. Costs a load where nothing was.
    @inline(__always)
    public func rethrow() throws {
        if isThere.load(ordering: .relaxed) { try take() }
    }

    @inline(never)
    private func take() throws {
        let failure = error.withLock { error in
            isThere.store(false, ordering: .relaxed)
            defer { error = nil }
            return error
        }
        if let failure { throw failure }
    }
}
