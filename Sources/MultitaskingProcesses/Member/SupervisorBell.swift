import Glibc
import Synchronization

/// Makes the supervisor look at the arena, from any process of the pool.
final class SupervisorBell: Sendable {
    private let body = Mutex<(@Sendable () -> Void)?>(nil)

    /// Says how to ring; nil when the supervisor is gone.
    func set(_ body: (@Sendable () -> Void)?) { self.body.withLock { $0 = body } }

    /// Rings; false if there is no supervisor, or this process is it.
    func ring() -> Bool {
        let body = body.withLock { $0 }
        body?()
        return body != nil
    }

    /// Rings by the supervisor's eventfd.
    static func ring(_ descriptor: Int32) {
        var one: UInt64 = 1
        // SAFETY: eight bytes are read of a variable that outlives the call.
        _ = unsafe write(descriptor, &one, 8)
    }
}
