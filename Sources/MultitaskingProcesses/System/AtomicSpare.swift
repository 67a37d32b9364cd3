import Synchronization

/// A place where one object that nobody uses waits for its next user.
///
/// Taking and giving back are one exchange each, where a lock would cost two; and none for the thread that came first.
@safe
final class AtomicSpare<Object: AnyObject>: @unchecked Sendable {
    private let first = FirstThread()
    // SAFETY: touched by the first thread alone, in `take` and `giveBack`, which call nothing in between.
    @exclusivity(unchecked) private var own: Object?
    // SAFETY: the pointer is an object with one retain count, which belongs to the thread that gets the pointer out by
    // an exchange, so that one thread at a time has the object.
    // ORDERING: giving back releases and taking acquires, so that one user sees what the former did.
    private let pointer = unsafe Atomic<UnsafeMutableRawPointer?>(nil)

    /// The object, which is the caller's now; nil if somebody else has it.
    @inline(__always)
    func take() -> Object? {
        if first.isCaller, let object = unsafe own.take() { return object }
        // Looked at first: where one thread does everything there is nothing, and no need for an exchange.
        guard unsafe pointer.load(ordering: .relaxed) != nil else { return nil }
        return takeShared()
    }

    @inline(never)
    private func takeShared() -> Object? {
        guard let pointer = unsafe pointer.exchange(nil, ordering: .acquiringAndReleasing) else { return nil }
        return unsafe Unmanaged<Object>.fromOpaque(pointer).takeRetainedValue()
    }

    /// Leaves an object for the next user; returns it if one was left before.
    @inline(__always) @discardableResult
    func giveBack(_ object: consuming Object) -> Object? {
        guard first.isCaller, unsafe own == nil else { return giveBackShared(object) }
        unsafe own = object
        return nil
    }

    @inline(never)
    private func giveBackShared(_ object: Object) -> Object? {
        let retained = unsafe Unmanaged.passRetained(object)
        let isLeft = unsafe pointer.compareExchange(
            expected: nil, desired: retained.toOpaque(), ordering: .acquiringAndReleasing
        ).exchanged
        if isLeft { return nil }
        unsafe retained.release()
        return object
    }

    deinit { _ = takeShared() }
}
