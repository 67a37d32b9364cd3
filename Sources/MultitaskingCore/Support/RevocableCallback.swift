import Synchronization

/// A callback that is called at most once, and no more when it was taken back.
package final class RevocableCallback: Sendable {
    private let body: Lock<(@Sendable () -> Void)?>

    package init(_ body: @escaping @Sendable () -> Void) { self.body = Lock(body) }

    /// Registers `body` with `whenDone`, which can't revoke callbacks, and returns a function that revokes it; an empty
    /// callback stays.
    static func register(
        _ body: @escaping @Sendable () -> Void, with whenDone: (@escaping @Sendable () -> Void) -> Void
    ) -> @Sendable () -> Void {
        let callback = RevocableCallback(body)
        whenDone { callback.take()?() }
        return { _ = callback.take() }
    }

    /// Gives the callback to the one who asks first, who calls it, or has taken it back.
    package func take() -> (@Sendable () -> Void)? { body.withLock { $0.take() } }
}
