import Synchronization

/// A place where one object that nobody uses waits for its next user.
///
/// Taking and giving back are one exchange each, where a lock would cost two.
@safe
final class AtomicSpare<Object: AnyObject>: @unchecked Sendable {
    // SAFETY: the pointer is an object with one retain count, which belongs to whoever gets the pointer out by an
    // exchange, so that one thread at a time has the object.
    // ORDERING: giving back releases and taking acquires, so that one user sees what the former did.
    private let pointer = unsafe Atomic<UnsafeMutableRawPointer?>(nil)

    /// The object, which is the caller's now; nil if somebody else has it.
    @inline(__always)
    func take() -> Object? {
        guard let pointer = unsafe pointer.exchange(nil, ordering: .acquiringAndReleasing) else { return nil }
        return unsafe Unmanaged<Object>.fromOpaque(pointer).takeRetainedValue()
    }

    /// Leaves an object for the next user; one that was left before is dropped.
    @inline(__always)
    func giveBack(_ object: Object) {
        let retained = unsafe Unmanaged.passRetained(object).toOpaque()
        guard let former = unsafe pointer.exchange(retained, ordering: .acquiringAndReleasing) else { return }
        unsafe Unmanaged<Object>.fromOpaque(former).release()
    }

    deinit { _ = take() }
}
