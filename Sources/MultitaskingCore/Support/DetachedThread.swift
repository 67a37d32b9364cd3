internal import MultitaskingPlatform

/// Calls `body`, which may block, on a thread of its own and suspends until it has returned.
///
/// Cancelling the awaiting task does not end the wait: what `body` cleans up must be clean afterwards. If the system
/// has no thread left, `body` blocks the calling one: late is better than never.
package func awaitBlocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    // A task of a pool stays one of that pool, so that the pool sees that it would wait for itself.
    let pool = PoolIdentity.current
    return await withCheckedContinuation { (continuation: CheckedContinuation<Value, Never>) in
        let work: @Sendable () -> Void = {
            continuation.resume(returning: PoolIdentity.$current.withValue(pool, operation: body))
        }
        if startDetachedThread(work) != 0 { work() }
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

#if canImport(Darwin)
    private typealias ThreadArgument = UnsafeMutableRawPointer
#else
    private typealias ThreadArgument = UnsafeMutableRawPointer?
#endif

/// Runs `body` on a thread of its own; 0, or the system's error number.
package func startDetachedThread(_ body: @escaping @Sendable () -> Void) -> Int32 {
    // SAFETY: the box is retained for the thread, which releases it; if no thread starts it is released here.
    let box = unsafe Unmanaged.passRetained(ThreadBody(body))
    #if canImport(Darwin)
        var thread: pthread_t?
    #else
        var thread = pthread_t()
    #endif
    let status = unsafe pthread_create(
        &thread, nil,
        { argument in
            let argument: ThreadArgument = unsafe argument
            if let address = unsafe Optional(argument) ?? nil {
                // SAFETY: the address is that of the retained box above, and is taken exactly once.
                unsafe Unmanaged<ThreadBody>.fromOpaque(address).takeRetainedValue().run()
            }
            return nil
        }, box.toOpaque())
    guard status == 0 else {
        unsafe box.release()
        return status
    }
    #if canImport(Darwin)
        if let thread = unsafe thread { unsafe pthread_detach(thread) }
    #else
        pthread_detach(thread)
    #endif
    return 0
}
