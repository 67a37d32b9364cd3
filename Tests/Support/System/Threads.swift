package import Glibc

/// Starts a thread; nil if the system has none to give.
package func makeThread(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    var thread = pthread_t()
    let box = unsafe Unmanaged.passRetained(ThreadBody(body))
    // SAFETY: the thread takes over the reference that was retained for it.
    let result = unsafe pthread_create(
        &thread, nil,
        { box in
            guard let box = unsafe box else { return nil }
            unsafe Unmanaged<ThreadBody>.fromOpaque(box).takeRetainedValue().body()
            return nil
        }, unsafe box.toOpaque())
    if result == 0 { return thread }
    unsafe box.release()
    return nil
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
